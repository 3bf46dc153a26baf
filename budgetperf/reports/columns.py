"""The columns of a self-evaluation form: those of the national one, or those its layout names.

Holds their titles only; widths and drawing belong to the renderers.
"""

from collections.abc import Mapping

from budgetperf.reports.pages import SelfEvaluationPage
from budgetperf.scoring.form_layout import FundColumn, IndicatorColumn

TITLE_TEXT = "项目支出绩效自评表"

NATIONAL_FUND_COLUMNS: Mapping[FundColumn, str] = {
    "initial": "年初预算数",
    "adjusted": "全年预算数（A）",
    "paid": "全年执行数（B）",
    "weight": "分值",
    "rate": "执行率（B/A）",
    "score": "得分",
}
NATIONAL_COLUMNS: Mapping[IndicatorColumn, str] = {
    "level1": "一级指标",
    "level2": "二级指标",
    "level3": "三级指标",
    "target": "年度指标值",
    "actual": "实际完成值",
    "weight": "分值",
    "score": "得分",
    "reason": "偏差原因分析及改进措施",
}


def title_of(page: SelfEvaluationPage) -> str:
    """Return what stands above the form."""
    return page.layout.title if page.layout else TITLE_TEXT


def columns_of(page: SelfEvaluationPage) -> Mapping[IndicatorColumn, str]:
    """Return the columns of the indicators with their titles, in printed order."""
    return page.layout.columns if page.layout else NATIONAL_COLUMNS


def fund_columns_of(page: SelfEvaluationPage) -> Mapping[FundColumn, str]:
    """Return the columns of the funds with their titles, in printed order."""
    return page.layout.fund_columns if page.layout else NATIONAL_FUND_COLUMNS


def has_scores(page: SelfEvaluationPage) -> bool:
    """Tell whether the form has weights and scores at all."""
    return page.layout is None or page.layout.scored
