"""The city's budget for 2026: requests, a refusal, a cost baseline, limits with an objection, an anchor."""

from collections.abc import Callable
from datetime import date

import numpy as np

from budgetperf.actions import anchors, baseline, benefit, limits, objections, rule_editions, special_factors
from budgetperf.actions.context import Context
from budgetperf.actions.files import attach
from budgetperf.actions.movements import compute_movement
from budgetperf.actions.moves import Seen
from budgetperf.actions.panels import CostPanelForm, keep_panel
from budgetperf.actions.simple import NoForm
from budgetperf.budget.form import ObjectionForm, RoundForm
from budgetperf.costing.form import BenefitForm, FitForm
from budgetperf.lifecycle.special_factor.form import NewClaimForm
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.rulebook.form import NewEditionForm
from budgetperf.store.budget import get_round, lines_of
from budgetperf.store.records import get_record
from tests import cast
from tests.actions.year import (
    DRAINS,
    LIBRARY,
    RUNNING,
    SCHOOL,
    WATER,
    Year,
    evaluate_ex_ante,
    file_and_accept,
)

PANEL = "pipes"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
S = Stage


def ask(year: Year) -> None:
    year.day(2026, 1, 14)
    records = {
        project.key: file_and_accept(year, project, 2026, amount)
        for project, amount in ((WATER, "450"), (DRAINS, "120"), (SCHOOL, "90"), (LIBRARY, "800"))
    }
    evaluate_ex_ante(year, LIBRARY, 2026, ratio="0.4", amount="0", conclusion="reject")
    for project in RUNNING:
        year.act(cast.SECOND_FINANCE_REVIEWER, S.REQUEST, "store", records[project.key])
    year.act(
        cast.SECOND_FINANCE_REVIEWER,
        S.REQUEST,
        "reject",
        records["library"],
        reason_given="事前评估结论为不予支持",
    )


def cost(year: Year) -> None:
    rng = np.random.default_rng(7)
    lengths = [
        (dmu, when, round(3 + dmu * 0.9 + (when - 2022) * 0.2, 1))
        for dmu in range(14)
        for when in (2022, 2023, 2024)
    ]
    rows = [
        {
            "dmu": f"D{dmu:02}", "name": f"第{dmu}水厂", "year": when, "drivers": {"length": str(length)},
            "cost": str(int(30_000_000 * length**0.8 * float(np.exp(rng.normal(0, 0.1)))) // 10_000 * 10_000),
        }
        for dmu, when, length in lengths
    ]  # fmt: skip
    unit = {
        "project_code": year.city.codes["water"],
        "dmu": "D02",
        "fiscal_year": 2026,
        "drivers": {"length": "5"},
    }
    panel = {
        "code": PANEL, "service": "供水管网改造", "cost_label": "改造支出", "base_year": 2024, "rows": rows, "units": [unit],
        "drivers": [{"code": "length", "label": "管网长度", "uom": "公里"}],
    }  # fmt: skip
    ctx = year.ctx(cast.RULES_OFFICE)
    keep_panel(ctx, CostPanelForm.model_validate(panel))
    fitted = baseline.fit_baseline(ctx, FitForm(panel_code=PANEL, fiscal_year=2026), Seen())
    year.act(cast.FINANCE_HEAD, S.BASELINE, "adopt", fitted.record_id)
    request = year.record("school", S.REQUEST, 2026)
    benefit.analyse_benefit(year.ctx(cast.FINANCE_REVIEWER), request, _benefit(), Seen())


def _benefit() -> BenefitForm:
    def flow(offset: int, amount: str, kind: str) -> dict[str, object]:
        return {
            "year_offset": offset, "amount": cast.wan(amount), "kind": kind, "label": kind, "price_year": 2026, "source": "测算表",
        }  # fmt: skip

    build = {
        "code": "build", "label": "更新", "life_years": 3, "evidence": "B",
        "flows": [flow(0, "90", "capital"), *(flow(n, "40", "benefit") for n in (1, 2, 3))],
    }  # fmt: skip
    nothing = {
        "code": "none",
        "label": "不做",
        "life_years": 3,
        "evidence": "B",
        "do_nothing": True,
        "flows": [],
    }
    return BenefitForm.model_validate({"base_year": 2026, "options": [build, nothing]})


def limit(year: Year) -> None:
    year.day(2026, 1, 19)
    ceiling = RoundForm.model_validate({"fiscal_year": 2026, "result_year": 2025, "ceiling": cast.wan("700")})
    opened = limits.open_round(year.ctx(cast.FINANCE_REVIEWER), ceiling, Seen())
    for _ in range(2):
        year.act(cast.FINANCE_REVIEWER, S.LIMITS, "compute", opened.record_id)
    year.act(cast.FINANCE_HEAD, S.LIMITS, "publish", opened.record_id, window_ends_on="2026-01-30")
    year.day(2026, 1, 20)
    _object(year)


def issue(year: Year) -> None:
    year.day(2026, 2, 2)
    round_id = get_round(year.ctx(cast.FINANCE_REVIEWER).session, 2026).id
    year.act(cast.SECOND_FINANCE_REVIEWER, S.LIMITS, "finalise", round_id)
    year.act(cast.FINANCE_HEAD, S.LIMITS, "issue", round_id)


def _object(year: Year) -> None:
    """The drainage clerk asks back the largest cut of their line; a part of it is given back."""
    code, clerk = year.city.codes["drains"], cast.DRAINAGE_CLERK
    session = year.ctx(clerk).session
    line = next(row for row in lines_of(session, get_round(session, 2026).id) if row.code == code)
    cut = max(line.limit().cuts, key=lambda item: item.applied.fen)
    digest = attach(
        year.ctx(clerk),
        code,
        PICTURE,
        filename="现场照片.png",
        describes="现场",
        effective_on=date(2026, 1, 10),
    )
    form = ObjectionForm.model_validate(
        {
            "cause": "special_factor", "contests": cut.claim.ground.value, "claimed": str(cut.applied.fen),
            "statement": "汛期抢修占用工期", "evidence": [digest],
        }
    )  # fmt: skip
    filed = objections.file_objection(year.ctx(clerk), code, 2026, form, Seen())
    year.act(
        cast.FINANCE_HEAD, S.OBJECTION, "decide", filed.record_id,
        outcome="upheld_in_part", amount=str(cut.applied.fen // 2), reason="核实抢修属实",
    )  # fmt: skip


def claim(year: Year) -> None:
    """The water works claim a special factor: once by mistake, once in vain, one admitted is revoked, one stands."""
    year.day(2026, 2, 2)
    clerk, code, stage = cast.CLERK, year.city.codes["water"], S.SPECIAL_FACTOR_CLAIM
    digest = attach(
        year.ctx(clerk),
        code,
        PICTURE + b"claim",
        filename="岩层勘察.png",
        describes="勘察",
        effective_on=date(2026, 1, 10),
    )

    def open_one() -> str:
        form = NewClaimForm(project_code=code, fiscal_year=2026, panel_code=PANEL)
        return special_factors.open_claim(year.ctx(clerk), form, Seen()).record_id

    def file(record: str, label: str, amount: str) -> None:
        year.act(
            clerk, stage, "file", record,
            panel_code=PANEL, label=label, statement="同类水厂没有这项成本", evidence=[digest],
            amounts=[{"year": 2024, "amount": cast.wan(amount)}],
        )  # fmt: skip

    def decide(record: str, verb: str, reason: str) -> None:
        compute_movement(year.ctx(cast.FINANCE_REVIEWER), record)
        year.act(cast.FINANCE_REVIEWER, stage, verb, record, reason_given=reason)

    year.act(clerk, stage, "withdraw", open_one(), reason_given="项目选错")
    refused = open_one()
    file(refused, "办公楼搬迁", "5")
    decide(refused, "reject", "搬迁不属于管网改造成本")
    revoked = open_one()
    file(revoked, "夜间施工", "6")
    decide(revoked, "admit", "夜间施工许可属实")
    year.act(cast.SECOND_FINANCE_REVIEWER, stage, "revoke", revoked, reason_given="各水厂都在夜间施工")
    admitted = open_one()
    file(admitted, "岩层开挖", "20")
    year.act(cast.FINANCE_REVIEWER, stage, "return", admitted, reason_given="请补充勘察报告")
    file(admitted, "岩层开挖", "18")
    decide(admitted, "admit", "勘察报告属实")
    fitted = baseline.fit_baseline(
        year.ctx(cast.RULES_OFFICE), FitForm(panel_code=PANEL, fiscal_year=2026), Seen()
    )
    year.act(cast.FINANCE_HEAD, S.BASELINE, "adopt", fitted.record_id)


def legislate(year: Year) -> None:
    """Publish stricter grades for 2027."""
    rules = year.ctx(cast.RULES_OFFICE)
    copy = NewEditionForm(copy_of="national/grades/2020-02-25", valid_from=date(2027, 1, 1))
    mistaken = rule_editions.open_draft(rules, copy, Seen()).record_id
    year.act(cast.RULES_OFFICE, S.RULE, "withdraw", mistaken, reason_given="底稿选错")
    record = rule_editions.open_draft(rules, copy, Seen()).record_id
    begun = rule_editions.begun(rules, get_record(rules.session, rules.actor, record))
    form = begun.model_copy(update={"text": stricter_grades(begun.text)})
    rule_editions.file_text(rules, record, form, Seen())
    year.act(cast.FINANCE_HEAD, S.RULE, "return", record, reason_given="请补算例")
    rule_editions.file_text(year.ctx(cast.RULES_OFFICE), record, form, Seen())
    year.act(cast.FINANCE_HEAD, S.RULE, "publish", record)


def stricter_grades(text: str) -> str:
    """The text of the grades with “good” from 85 points on, and an example of it."""
    return text.replace("good, at_least: 80", "good, at_least: 85").replace(
        "{name: 80分为良, given: {total: 80}, expect: {grade: good}}",
        '{name: 84.99分为中, given: {total: "84.99"}, expect: {grade: fair}}',
    )


def publish_unsure_grades(ctx: Callable[[Actor], Context]) -> None:
    """Publish stricter grades from 1 July 2026 on, their cut-off left open by the source."""
    rules = ctx(cast.RULES_OFFICE)
    copy = NewEditionForm(copy_of="national/grades/2020-02-25", valid_from=date(2026, 7, 1))
    record = rule_editions.open_draft(rules, copy, Seen()).record_id
    begun = rule_editions.begun(rules, get_record(rules.session, rules.actor, record))
    gap = "gaps:\n  - {name: 良的界线, at: rules.cut_offs.2.at_least, wording: 办法只写较好为良}\nrules:\n"
    text = stricter_grades(begun.text).replace("rules:\n", gap, 1)
    rule_editions.file_text(rules, record, begun.model_copy(update={"text": text}), Seen())
    rule_editions.publish(ctx(cast.FINANCE_HEAD), record, NoForm(), Seen())


def anchor(year: Year) -> None:
    year.day(2026, 2, 3)
    anchors.cut(year.ctx(cast.FINANCE_HEAD))
