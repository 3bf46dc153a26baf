"""The quarterly monitoring campaign: the quarter's tasks are opened department by department."""

from typing import Annotated

from pydantic import Field

from budgetperf.actions.context import Context
from budgetperf.actions.monitoring import open_quarter
from budgetperf.evaluands import OrganisationKind
from budgetperf.forms import Form, ask
from budgetperf.store.organisations import organisations
from workflows.about import About


class QuarterForm(Form):
    """Which quarter of which budget year."""

    fiscal_year: Annotated[int, Field(ge=2000, le=2100)] = ask("预算年度")
    quarter: Annotated[int, Field(ge=1, le=4)] = ask("季度")


def about(_ctx: Context, form: QuarterForm) -> About:
    """Name the campaign; it is about the whole city."""
    return About(f"{form.fiscal_year}年第{form.quarter}季度双监控部署")


def plan(ctx: Context, _form: QuarterForm) -> tuple[str, ...]:
    """Return the paths of the departments: every branch right below the city but the expert pool."""
    tree = organisations(ctx.session)
    city = {node.id for node in tree if node.kind is OrganisationKind.CITY}
    return tuple(
        node.path for node in tree if node.parent_id in city and node.kind is not OrganisationKind.PANEL
    )


def act(ctx: Context, form: QuarterForm, department: str) -> int:
    """Open the tasks of one department and return how many."""
    return open_quarter(ctx, form.fiscal_year, form.quarter, scope=department)
