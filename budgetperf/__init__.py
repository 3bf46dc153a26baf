"""budgetperf: the domain library of a budget-performance (预算绩效) service.

One project record lives through a year. Data flows one way::

    people, Excel, feeds          rulebook (law, dated, frozen)     cost panels
            |                              |                            |
    lifecycle/<stage>/form --facts--> scoring.score(scheme, facts)  costing.baseline
            |                              | sheet + trace              | point, interval
    lifecycle/<stage>/checks -findings-> process.advance <- permissions |
                                           | transition                 v
                  actions/  -- one transaction: row + evidence <- budget.grounds -> allocate -> limits
                                           |
                           store --> api, reports, workflows

Everything here is pure, values in and values out, except three doors:
``store`` (database), ``rulebook`` (files) and ``actions`` (uses both). ``reports`` and
``workbooks`` turn models into bytes. No module of this package speaks HTTP.

The year, in the order of the folders under ``lifecycle/``: goals are *filed* with the
request, the request is *evaluated ex ante*, the goals are *approved* with the budget, the
run is *monitored* for money and goals, the year is *evaluated*, and ``budget/`` *uses* the
result in the next limits.
"""
