"""The city in 2025: budgets approved, one quarter monitored, one notice, self- and finance evaluation."""

from datetime import date
from decimal import Decimal

from budgetperf.actions import anchors, evaluation, finance_evaluation, monitoring, rectification
from budgetperf.actions.context import Context
from budgetperf.actions.ledger import BatchForm, record_entries
from budgetperf.actions.moves import Seen
from budgetperf.actions.rules import in_force
from budgetperf.lifecycle.evaluation.form import SampleForm
from budgetperf.lifecycle.result_use.form import NoticeForm
from budgetperf.process.stages import Stage
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.store.records import list_records
from tests import cast
from tests.actions.year import (
    DRAINS,
    RUNNING,
    SCHOOL,
    WATER,
    Year,
    evaluate_ex_ante,
    file_and_accept,
    store_and_approve,
)

S = Stage


def budget(year: Year) -> None:
    records = {
        project.key: file_and_accept(year, project, 2025, amount, workbook=project is WATER)
        for project, amount in ((WATER, "600"), (DRAINS, "100"), (SCHOOL, "80"))
    }
    year.day(2024, 11, 11)
    evaluate_ex_ante(year, WATER, 2025, ratio="0.7", amount="550", conclusion="partial")
    year.day(2024, 12, 9)
    for project, amount in ((WATER, "500"), (DRAINS, "100"), (SCHOOL, "80")):
        store_and_approve(year, records[project.key], amount)


def _pay(year: Year, when: date, **amounts: str) -> None:
    entries = [
        {
            "project_code": year.city.codes[key], "kind": "payment", "on_date": when, "amount": cast.wan(amount),
            "document_number": f"支付{when:%m%d}",
        }
        for key, amount in amounts.items()
    ]  # fmt: skip
    record_entries(
        year.ctx(cast.FINANCE_REVIEWER), BatchForm.model_validate({"fiscal_year": 2025, "entries": entries})
    )


def monitor(year: Year) -> None:
    year.day(2025, 4, 7)
    _pay(year, date(2025, 3, 20), water="120", drains="10", school="20")
    monitoring.open_quarter(year.ctx(cast.FINANCE_REVIEWER), 2025, 1)
    for project in RUNNING:
        record = year.record(project.key, S.MONITORING, 2025, "2025Q1")
        row = {"likelihood": "possible", "cause": "other", "explanation": "季节性原因，二季度集中实施"}
        rows = [
            {"key": key, "actual": actual, **row}
            for key, actual in zip("1234", ("3", "95", "95", "95"), strict=True)
        ]
        report = {"rows": rows, "forecast_paid": cast.wan("70"), "execution_note": "按合同节点支付"}
        year.act(project.clerk, S.MONITORING, "file", record, **report)
        if project is DRAINS:
            year.act(project.reviewer, S.MONITORING, "return", record, reason_given="请补充说明")
            year.act(project.clerk, S.MONITORING, "file", record, **report)
        year.act(project.reviewer, S.MONITORING, "review", record)
        year.act(cast.FINANCE_REVIEWER, S.MONITORING, "confirm", record)


def rectify(year: Year) -> None:
    notice = NoticeForm(problem="一季度支付进度为红灯", requirement="二季度末前达到序时进度")
    cause = year.record("drains", S.MONITORING, 2025, "2025Q1")
    opened = rectification.issue_notice(year.ctx(cast.FINANCE_REVIEWER), cause, notice, Seen())
    year.day(2025, 4, 21)
    answer = {"measures": "加快招标和结算", "result": "支付进度已达到四成", "effective_on": "2025-04-18"}
    year.act(cast.DRAINAGE_CLERK, S.RECTIFICATION, "respond", opened.record_id, **answer)
    year.act(cast.FINANCE_REVIEWER, S.RECTIFICATION, "return", opened.record_id, reason_given="请附支付凭证")
    year.act(cast.DRAINAGE_CLERK, S.RECTIFICATION, "respond", opened.record_id, **answer)
    year.act(cast.SECOND_FINANCE_REVIEWER, S.RECTIFICATION, "close", opened.record_id)
    year.day(2025, 4, 22)
    anchors.cut(year.ctx(cast.FINANCE_HEAD))


def evaluate(year: Year) -> None:
    year.day(2026, 1, 12)
    _pay(year, date(2025, 12, 20), water="370", drains="55", school="60")
    evaluation.open_year(year.ctx(cast.FINANCE_REVIEWER), 2025, date(2026, 1, 31))
    for project in RUNNING:
        record = year.record(project.key, S.SELF_EVALUATION, 2025)
        done = ("12", "96", "97", "95") if project is not DRAINS else ("5", "60", "60", "70")
        rows = [
            {"key": key, "actual": actual, "reason": "已分析"}
            for key, actual in zip("1234", done, strict=True)
        ]
        form = {"rows": rows, "overall_result": "基本完成", "execution_reason": "部分尾款未到支付节点"}
        year.act(project.clerk, S.SELF_EVALUATION, "file", record, **form)
        if project is DRAINS:
            year.act(project.reviewer, S.SELF_EVALUATION, "return", record, reason_given="请分析原因")
            year.act(project.clerk, S.SELF_EVALUATION, "file", record, **form)
        year.act(project.reviewer, S.SELF_EVALUATION, "review", record)
        year.act(cast.FINANCE_REVIEWER, S.SELF_EVALUATION, "confirm", record)
    form = SampleForm(fiscal_year=2025, size=1, seed="海州评价2025")
    finance_evaluation.draw_sample(year.ctx(cast.FINANCE_HEAD), form, Seen())
    drawn = list_records(year.ctx(cast.FINANCE_HEAD).session, cast.FINANCE_HEAD, stage=S.FINANCE_EVALUATION)
    year.act(
        cast.FINANCE_REVIEWER,
        S.FINANCE_EVALUATION,
        "score",
        drawn[0].id,
        **_sheet(year.ctx(cast.FINANCE_REVIEWER)),
    )
    year.act(cast.FINANCE_HEAD, S.FINANCE_EVALUATION, "confirm", drawn[0].id)


def _sheet(ctx: Context) -> dict[str, object]:
    rules = in_force(ctx, "finance_evaluation", FinanceEvaluationRules).rules
    judged = [one for one in rules.scheme.criteria() if one.key not in rules.money]
    rows = [
        {"criterion": one.key, "points": format(one.weight * Decimal("0.9"), "f"), "reason": "依据现场核查"}
        for one in judged
    ]
    return {"rows": rows, "findings": "完成主要任务"}
