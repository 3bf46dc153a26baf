"""Page models to PDF: the self-evaluation form, the finance evaluation report, the limits notice.

::

    models, pages, notice     what a paper says: frozen, pure, sums derived or checked
    linebreak, faces          Chinese line ends; the embedded faces
    flow, grid, chart         text, tables, the lights of a year
    pdf                       frames, footer, page x of y, same story -> same bytes
    self_evaluation, evaluation_report, limits_notice      one ``render(page) -> bytes`` each

A caller builds a page from facts and calls ``render``. Reports trigger nothing and look nothing
up. reportlab is imported here and nowhere else; the web process never imports this package.
"""

from collections.abc import Callable
from typing import TypeAlias

from budgetperf.reports import evaluation_report, limits_notice, self_evaluation
from budgetperf.reports.notice import LimitsNoticePage
from budgetperf.reports.pages import EvaluationReportPage, SelfEvaluationPage

Page: TypeAlias = SelfEvaluationPage | EvaluationReportPage | LimitsNoticePage

REPORTS: dict[type[Page], Callable[..., bytes]] = {
    SelfEvaluationPage: self_evaluation.render,
    EvaluationReportPage: evaluation_report.render,
    LimitsNoticePage: limits_notice.render,
}
"""Page model -> its renderer."""


def render(page: Page) -> bytes:
    """Return any page as a PDF; the same page gives the same bytes.

    Raises
    ------
    Unavailable
        If the fonts are not installed.
    """
    return REPORTS[type(page)](page)
