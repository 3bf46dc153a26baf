"""The table of all reports: page model -> renderer.

Importing this module loads reportlab; the page models beside it do not. Jobs import it, the web
process never.
"""

from collections.abc import Callable
from typing import TypeAlias

from budgetperf.reports import (
    assessment_papers,
    cost_papers,
    evaluation_report,
    limits_notice,
    self_evaluation,
)
from budgetperf.reports.assessment_pages import (
    AssessmentNoticePage,
    AssessmentRankingPage,
    AssessmentTracePage,
)
from budgetperf.reports.cost_pages import BaselinePage, CostPanelPage, DmuBaselinePage, MovementPage
from budgetperf.reports.notice import LimitsNoticePage
from budgetperf.reports.pages import EvaluationReportPage, SelfEvaluationPage

Page: TypeAlias = (
    SelfEvaluationPage
    | EvaluationReportPage
    | LimitsNoticePage
    | AssessmentNoticePage
    | AssessmentRankingPage
    | AssessmentTracePage
    | BaselinePage
    | DmuBaselinePage
    | CostPanelPage
    | MovementPage
)

REPORTS: dict[type[Page], Callable[..., bytes]] = {
    SelfEvaluationPage: self_evaluation.render,
    EvaluationReportPage: evaluation_report.render,
    LimitsNoticePage: limits_notice.render,
    AssessmentNoticePage: assessment_papers.render_notice,
    AssessmentRankingPage: assessment_papers.render_ranking,
    AssessmentTracePage: assessment_papers.render_trace,
    BaselinePage: cost_papers.render_baseline,
    DmuBaselinePage: cost_papers.render_dmu,
    CostPanelPage: cost_papers.render_panel,
    MovementPage: cost_papers.render_movement,
}


def render(page: Page) -> bytes:
    """Return any page as a PDF; the same page gives the same bytes.

    Raises
    ------
    Unavailable
        If the fonts are not installed.
    """
    return REPORTS[type(page)](page)
