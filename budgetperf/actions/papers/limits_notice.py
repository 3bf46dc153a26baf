"""The printed notice of limits (预算控制数下达通知) to one department, built from stored limits."""

from budgetperf.actions.context import Context
from budgetperf.budget.limits import Limit
from budgetperf.budget.objections import Adjustment as Decided
from budgetperf.errors import Conflict, NotFound
from budgetperf.evaluands import within
from budgetperf.fiscal import SHANGHAI, FiscalYear
from budgetperf.money import ZERO, MoneyUnit
from budgetperf.process.stages import Stage
from budgetperf.provenance import DecisionKind, digest
from budgetperf.reports.models import Footer
from budgetperf.reports.notice import Adjustment, Cut, LimitLine, LimitsNoticePage
from budgetperf.store.budget import RoundFacts, lines_of
from budgetperf.store.organisations import organisation_at
from budgetperf.store.results import decisions_of

BASIS = "根据预算法和全面实施预算绩效管理有关规定，结合{result_year}年度绩效结果和{year}年度可用财力"
REQUIREMENTS = (
    "请在控制数内按轻重缓急编制项目预算，不得突破；绩效目标应与控制数相匹配。",
    "核减原因、依据和决策包摘要见附件，可据以逐项核对。",
)


def limits_notice_page(
    ctx: Context, facts: RoundFacts, department_path: str, *, issuer: str, document_number: str
) -> LimitsNoticePage:
    """Return the notice of an issued round to one department.

    Raises
    ------
    Conflict
        The round is not issued yet.
    NotFound
        The department has no line in the round.
    """
    if facts.issued_at is None:
        raise Conflict("papers.not_issued", f"{facts.fiscal_year}年度控制数尚未下达，不能出具通知")
    department = organisation_at(ctx.session, department_path)
    limits = [row.limit() for row in lines_of(ctx.session, facts.id) if within(row.path, department_path)]
    if not limits:
        raise NotFound("papers.no_lines", f"{department.name}在本轮控制数中没有项目")
    packages = {
        item.subject: item.digest
        for item in decisions_of(ctx.session, record_id=facts.id, kind=DecisionKind.LIMIT)
    }
    issued_on = facts.issued_at.astimezone(SHANGHAI).date()
    return LimitsNoticePage(
        issuer=issuer,
        department=department.name,
        department_code=department.code,
        document_number=document_number,
        year=FiscalYear(facts.fiscal_year),
        basis=BASIS.format(result_year=facts.result_year, year=facts.fiscal_year),
        requirements=REQUIREMENTS,
        unit=MoneyUnit.WAN,
        lines=tuple(_line(limit, packages[limit.line]) for limit in limits),
        issued_on=issued_on,
        footer=Footer(
            f"{department.name}{facts.fiscal_year}年度预算控制数",
            facts.edition,
            digest([packages[limit.line] for limit in limits]),
            issued_on,
        ),
    )


def _line(limit: Limit, package: str) -> LimitLine:
    cuts = tuple(
        Cut(
            ground=cut.claim.ground,
            amount=cut.applied,
            reason=cut.claim.explanation,
            rule=cut.claim.source,
            package=cut.claim.package or limit.cut_package,
        )
        for cut in limit.cuts
        if cut.applied > ZERO
    )
    return LimitLine(
        code=limit.line,
        name=limit.name,
        request=limit.request,
        cuts=cuts,
        adjustments=tuple(_adjustment(item, package) for item in limit.adjustments if item.amount > ZERO),
        limit=limit.limit,
    )


def _adjustment(item: Decided, package: str) -> Adjustment:
    return Adjustment(
        name=f"{Stage.OBJECTION.label}答复",
        amount=item.amount,
        reason=f"{item.cause.label}，{item.outcome.label}：{item.reason}",
        rule=f"针对“{item.contests.label}”的异议答复",
        package=package,
    )
