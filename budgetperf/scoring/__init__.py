"""The engine that reads schemes: the only place points, grades and lights are computed.

::

    facts.py        what a criterion is judged on
    formulas/       named formulas: fact -> share of the weight (exact), one family a file
    scheme.py       Scheme, Dimension, Criterion
    score.py        score(scheme, facts) -> ScoreSheet; of a FactTable -> ScoreTable
    trace.py        why, derived on demand
    group.py        extremes and places over a group: the first pass
    table/          FactTable: what score takes for a million evaluands at once (arrays)

    self_evaluation.py  goal_weights.py  exante.py  finance_evaluation.py  lights.py  grade.py
                    the rules of each judgement (models that rulebook editions fill) and their use
    raters.py       means of a panel, and of weighted groups of raters
    periods.py  adjustments.py  vetoes.py  ranking.py  consequences.py
                    the vocabulary of assessments: what periods weigh, bonus and penalty under caps,
                    一票否决, ranks with quotas and forced bands, what a result leads to
    assessment.py   those parts composed into one scheme of units or people
    assess.py       assess(rules, facts) -> results; assessment_*.py read its table and print its parts
    rollup.py       how an indicator is rolled up, or why not
    compare.py      the same facts under two rules; assessment_compare.py for assessments
    recompute.py    facts and results as plain JSON, and back to the same result

Everything is pure: values in, values out. Which edition holds on which day is the business of
``rulebook``; who may score what, of ``process`` and ``lifecycle``.
"""
