"""Page models to PDF: self-evaluation, evaluation report, limits notice, assessments, costing.

::

    models, pages, notice     what a paper says: frozen, pure, sums derived or checked
    renderers                 REPORTS: page model -> renderer; render(page) -> bytes
    self_evaluation, evaluation_report, limits_notice      one layout each
    baseline_view, model_card, movement_view      a costing package as people look at it, in plain words
    cost_pages, cost_tables, cost_papers          its pages, the tables PDF and workbook share, its layouts
    axis, plots, cost_flow    round figures on an axis, vector pictures, what is drawn in them
    pdf                       frames, footer, page x of y, same story -> same bytes
    flow, grid, chart         text, tables, the lights of a year
    linebreak, faces          Chinese line ends; the embedded faces

A caller builds a page from facts and calls ``renderers.render``. Reports trigger nothing and look
nothing up. Page models load without reportlab, so that actions and workbooks may build them in
any process; this file imports nothing for that reason.
"""
