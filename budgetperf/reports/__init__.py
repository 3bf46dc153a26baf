"""Page models to PDF: the self-evaluation form, the finance evaluation report, the limits notice.

::

    models, pages, notice     what a paper says: frozen, pure, sums derived or checked
    renderers                 REPORTS: page model -> renderer; render(page) -> bytes
    self_evaluation, evaluation_report, limits_notice      one layout each
    pdf                       frames, footer, page x of y, same story -> same bytes
    flow, grid, chart         text, tables, the lights of a year
    linebreak, faces          Chinese line ends; the embedded faces

A caller builds a page from facts and calls ``renderers.render``. Reports trigger nothing and look
nothing up. Page models load without reportlab, so that actions and workbooks may build them in
any process; this file imports nothing for that reason.
"""
