"""Special-factor claims: heard in their window, decided on a movement that is theirs, kept in the next fit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from budgetperf.actions import baseline, movements, my_work, special_factors
from budgetperf.actions import own_baselines as own
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.own_baselines import own_baselines
from budgetperf.actions.panels import CostPanelForm, keep_panel, load_panel
from budgetperf.actions.seen_baseline import seen_baseline
from budgetperf.actions.simple import NoForm
from budgetperf.actions.verbs import VERBS
from budgetperf.costing.form import FitForm
from budgetperf.errors import Conflict, Forbidden, Invalid, NotFound
from budgetperf.lifecycle.special_factor.form import ClaimAnswerForm, ClaimForm, NewClaimForm
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.provenance import DecisionKind
from budgetperf.reports.movement_view import movement_view
from budgetperf.store.evidence import attachments_of
from budgetperf.store.records import get_evaluand, get_record, latest_filing, list_records
from budgetperf.store.results import decisions_of
from tests import cast
from tests.actions.next_year import PANEL
from tests.actions.year import City

Visit = Callable[..., Context]
DAY = datetime(2026, 2, 10, 1, tzinfo=UTC)
S = Stage.SPECIAL_FACTOR_CLAIM
YEAR = 2026


@pytest.fixture(name="visit")
def by_turns(visit: Callable[[Actor], Context]) -> Visit:
    """People one after the other in one transaction, with ids of one source."""
    first = visit(cast.CLERK)
    return lambda actor, now=DAY: first.acting(actor, now)


def opened(ctx: Context, city: City, year: int = YEAR, panel: str = PANEL) -> str:
    form = NewClaimForm(project_code=city.codes["water"], fiscal_year=year, panel_code=panel)
    return special_factors.open_claim(ctx, form, Seen()).record_id


def filed(ctx: Context, city: City, amount: str = "10", *, record_id: str = "", panel: str = PANEL) -> str:
    project = get_evaluand(ctx.session, ctx.actor, city.codes["water"])
    digest = attachments_of(ctx.session, project.id)[0].digest
    form = ClaimForm.model_validate(
        {
            "panel_code": panel, "label": "穿越铁路", "statement": "同类水厂没有穿越铁路的管段", "evidence": [digest],
            "amounts": [{"year": 2023, "amount": cast.wan(amount)}],
        }
    )  # fmt: skip
    record_id = record_id or opened(ctx, city, YEAR + (panel != PANEL), panel)
    special_factors.file_claim(ctx, record_id, form, Seen())
    return record_id


def waiting_for(ctx: Context) -> set[str]:
    return {item.record_id for item in my_work.my_work(ctx)}


@contextmanager
def before_the_limits() -> Iterator[None]:
    """The limits of the year are not issued yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "years_issued", lambda _: frozenset())
        patch.setattr(special_factors, "limits_issued", lambda *_: False)
        patch.setattr(my_work, "years_issued", lambda _: frozenset())
        yield


def keep_for_next_year(ctx: Context, city: City, code: str = "later") -> None:
    """Keep the panel under another code, the water works a unit of it in 2027."""
    _, panel = load_panel(ctx, PANEL)
    rows = [
        {
            "dmu": row.dmu, "name": row.name, "year": row.year, "cost": str(row.cost.fen),
            "drivers": {key: str(value) for key, value in row.drivers.items()},
        }
        for row in panel.rows
    ]  # fmt: skip
    unit = {
        "project_code": city.codes["water"],
        "dmu": "D02",
        "fiscal_year": 2027,
        "drivers": {"length": "5"},
    }
    form = {
        "code": code, "service": "供水", "cost_label": "支出", "base_year": 2024, "rows": rows, "units": [unit],
        "drivers": [{"code": "length", "label": "管网长度", "uom": "公里"}],
    }  # fmt: skip
    keep_panel(ctx, CostPanelForm.model_validate(form))


def take(ctx: Context, verb: str, record_id: str) -> str:
    return VERBS[S, verb].act(ctx, record_id, NoForm(), Seen(reason="核实属实")).status


def claim_of(ctx: Context, status: Status) -> str:
    [record] = list_records(ctx.session, ctx.actor, stage=S, status=status)
    return record.id


def adopt_for_next_year(ctx: Context, panel: str = "later") -> str:
    fitted = baseline.fit_baseline(ctx, FitForm(panel_code=panel, fiscal_year=2027), Seen())
    head = ctx.acting(cast.FINANCE_HEAD, ctx.now)
    VERBS[Stage.BASELINE, "adopt"].act(head, fitted.record_id, NoForm(), Seen())
    return fitted.record_id


def test_claims_are_heard_until_some_days_after_the_adoption(visit: Visit, city: City) -> None:
    def on(actor: Actor, day: int, month: int = 9) -> Context:
        return visit(actor, datetime(YEAR, month, day, 1, tzinfo=UTC))

    def adopt(day: int, month: int) -> None:
        adopt_for_next_year(on(cast.RULES_OFFICE, day, month))

    def claimable(ctx: Context) -> set[int]:
        return {one.found.fiscal_year for one in own_baselines(ctx) if one.open}

    keep_for_next_year(on(cast.RULES_OFFICE, 1), city)
    with pytest.raises(Conflict, match="2027年度成本基线尚未采用"):
        opened(on(cast.CLERK, 1, 9), city, 2027, "later")
    adopt(1, 9)
    draft = opened(on(cast.CLERK, 1, 10), city, 2027, "later")  # the thirtieth day
    assert 2027 in claimable(on(cast.CLERK, 1, 10))
    adopt(1, 10)  # made again: opens nothing again
    assert 2027 not in claimable(on(cast.CLERK, 2, 10))
    for late in (
        lambda ctx: opened(ctx, city, 2027, "later"),
        lambda ctx: filed(ctx, city, record_id=draft, panel="later"),
    ):
        with pytest.raises(Conflict, match="申请期已结束"):
            late(on(cast.CLERK, 2, 10))
    assert draft in waiting_for(on(cast.CLERK, 1, 10))
    assert draft not in waiting_for(on(cast.CLERK, 2, 10))
    filed(on(cast.CLERK, 1, 10), city, record_id=draft, panel="later")
    take(on(cast.FINANCE_REVIEWER, 2, 10), "return", draft)
    assert draft in waiting_for(on(cast.CLERK, 20, 10))
    filed(
        on(cast.CLERK, 20, 10), city, record_id=draft, panel="later"
    )  # what was sent back was filed in time


def test_only_a_unit_of_the_panel_may_claim(visit: Visit, city: City) -> None:
    drains = NewClaimForm(project_code=city.codes["drains"], fiscal_year=YEAR, panel_code=PANEL)
    with pytest.raises(Invalid, match="没有列入2026年度的成本面板“pipes”"):
        special_factors.open_claim(visit(cast.DRAINAGE_CLERK), drains, Seen())
    with pytest.raises(NotFound):
        opened(visit(cast.SCHOOL_CLERK), city)


def test_nobody_decides_but_on_the_movement_of_the_claim_as_it_is_filed(visit: Visit, city: City) -> None:
    keep_for_next_year(visit(cast.RULES_OFFICE), city)
    adopt_for_next_year(visit(cast.RULES_OFFICE))
    record = filed(visit(cast.CLERK), city, panel="later")
    with pytest.raises(Conflict, match="尚未测算"):
        take(visit(cast.FINANCE_REVIEWER), "admit", record)
    with pytest.raises(Forbidden):
        movements.compute_movement(visit(cast.CLERK), record)
    movements.compute_movement(visit(cast.RULES_OFFICE), record)
    take(visit(cast.FINANCE_REVIEWER), "return", record)
    filed(visit(cast.CLERK), city, "12", record_id=record, panel="later")
    with pytest.raises(Conflict, match="尚未测算"):
        take(visit(cast.FINANCE_REVIEWER), "reject", record)
    movements.compute_movement(visit(cast.FINANCE_REVIEWER), record)
    both = replace(cast.CLERK, grants=(*cast.CLERK.grants, Grant(Role.FINANCE_REVIEWER, "")))
    with pytest.raises(Forbidden, match="双人复核"):
        take(visit(both), "admit", record)
    assert take(visit(cast.FINANCE_REVIEWER), "admit", record) == "admitted"
    with pytest.raises(Conflict, match="不再测算"):
        movements.compute_movement(visit(cast.FINANCE_REVIEWER), record)
    made = adopt_for_next_year(visit(cast.RULES_OFFICE))
    same = filed(visit(cast.CLERK), city, "12", panel="later")
    movements.compute_movement(visit(cast.FINANCE_REVIEWER), same)
    take(visit(cast.FINANCE_REVIEWER), "reject", same)
    for reader in (cast.RULES_OFFICE, cast.CLERK):  # it says the same, but is not what was admitted
        assert [one.claim for one in seen_baseline(visit(reader), made).factors] == [record]


def test_one_claim_of_a_project_waits_at_a_time_and_what_is_admitted_leaves_something_of_a_years_cost(
    visit: Visit, city: City
) -> None:
    keep_for_next_year(visit(cast.RULES_OFFICE), city)
    adopt_for_next_year(visit(cast.RULES_OFFICE))
    _, panel = load_panel(visit(cast.RULES_OFFICE), PANEL)
    cost = next(row.cost for row in panel.rows if (row.dmu, row.year) == ("D02", 2023))
    most = str(cost.fen * 6 // 10 // 1_000_000)
    first = opened(visit(cast.CLERK), city, 2027, "later")
    filed(visit(cast.CLERK), city, most, record_id=first, panel="later")
    with pytest.raises(Conflict, match="已有一份特殊因素申请（已报送）") as second:
        opened(visit(cast.CLERK), city, 2027, "later")
    assert second.value.facts == {"record": first}
    movements.compute_movement(visit(cast.FINANCE_REVIEWER), first)
    assert take(visit(cast.FINANCE_REVIEWER), "admit", first) == "admitted"
    later = opened(visit(cast.CLERK), city, 2027, "later")
    with pytest.raises(Invalid) as refused:
        filed(visit(cast.CLERK), city, most, record_id=later, panel="later")
    assert "应大于0且小于该年成本扣除已认定特殊因素" in refused.value.findings[0].message
    with pytest.raises(Forbidden, match="双人复核"):
        take(visit(cast.FINANCE_REVIEWER), "revoke", first)
    assert take(visit(cast.SECOND_FINANCE_REVIEWER), "revoke", first) == "revoked"
    with pytest.raises(Invalid) as moved:
        filed(visit(cast.CLERK), city, record_id=later, panel=PANEL)
    assert "本申请是对“later”的基线提出的" in moved.value.findings[0].message
    filed(visit(cast.CLERK), city, most, record_id=later, panel="later")
    movements.compute_movement(visit(cast.FINANCE_REVIEWER), later)
    assert take(visit(cast.FINANCE_REVIEWER), "admit", later) == "admitted"


def test_whoever_decides_waits_for_who_decides_on_another_claim_and_holds_up_who_issues_the_limits(
    visit: Visit, city: City, owner: Session
) -> None:
    ctx = visit(cast.CLERK)
    with before_the_limits():
        record = filed(ctx, city)
    movements.compute_movement(visit(cast.FINANCE_REVIEWER), record)
    locks = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
    assert ctx.session.connection().execute(locks).scalar() == 0
    rounds = "SELECT id FROM limit_round WHERE fiscal_year = :year FOR UPDATE SKIP LOCKED"
    with owner.connection().begin_nested() as tried:
        assert owner.connection().execute(text(rounds), {"year": YEAR}).all()
        tried.rollback()
    take(visit(cast.FINANCE_REVIEWER), "reject", record)
    assert ctx.session.connection().execute(locks).scalar() == 1
    assert not owner.connection().execute(text(rounds), {"year": YEAR}).all()


def test_a_movement_of_other_prices_is_none_to_decide_on(
    visit: Visit, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    with before_the_limits():
        record = filed(visit(cast.CLERK), city)
    finance = visit(cast.FINANCE_REVIEWER)
    movements.compute_movement(finance, record)
    claim = get_record(finance.session, finance.actor, record)
    assert special_factors.stands(finance, claim)
    prices = special_factors.price_index(finance)
    dearer = replace(prices, values={year: value * 2 for year, value in prices.values.items()})
    monkeypatch.setattr(special_factors, "price_index", lambda _: dearer)
    assert not special_factors.stands(finance, claim)
    assert special_factors.stands(
        finance, get_record(finance.session, finance.actor, claim_of(finance, Status.ADMITTED))
    )


def test_nothing_changes_the_baselines_once_the_limits_of_their_year_are_issued(
    visit: Visit, city: City
) -> None:
    with before_the_limits():
        record = filed(visit(cast.CLERK), city)
    movements.compute_movement(visit(cast.FINANCE_REVIEWER), record)
    form = FitForm(panel_code=PANEL, fiscal_year=YEAR)
    fitted = baseline.fit_baseline(visit(cast.RULES_OFFICE), form, Seen()).record_id
    ctx = visit(cast.SECOND_FINANCE_REVIEWER)
    adopt = VERBS[Stage.BASELINE, "adopt"].act
    for refused in (
        lambda: take(ctx, "revoke", claim_of(ctx, Status.ADMITTED)),
        lambda: take(ctx, "admit", record),
        lambda: take(ctx, "return", record),
        lambda: adopt(visit(cast.FINANCE_HEAD), fitted, NoForm(), Seen()),
        lambda: opened(visit(cast.CLERK), city),
    ):
        with pytest.raises(Conflict, match="控制数已下达，据以核减的基线不能再变动"):
            refused()
    assert fitted not in waiting_for(visit(cast.FINANCE_HEAD))
    assert record in waiting_for(visit(cast.FINANCE_REVIEWER))  # it can still be rejected
    assert take(visit(cast.FINANCE_REVIEWER), "reject", record) == "not_admitted"


def test_what_was_sent_back_is_not_filed_again_once_the_limits_are_issued(
    visit: Visit, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    with before_the_limits():
        record = filed(visit(cast.CLERK), city)
    with monkeypatch.context() as earlier:
        earlier.setattr(special_factors, "unless_issued", lambda *_: {Guard.LIMITS_NOT_ISSUED})
        take(visit(cast.FINANCE_REVIEWER), "return", record)
    with before_the_limits():
        assert record in waiting_for(visit(cast.CLERK))
    with pytest.raises(Conflict, match="控制数已下达，据以核减的基线不能再变动，不再受理"):
        filed(visit(cast.CLERK), city, record_id=record)
    assert record not in waiting_for(visit(cast.CLERK))
    assert take(visit(cast.CLERK), "withdraw", record) == "withdrawn"


def test_the_unit_reads_its_own_part_and_not_everybodys(visit: Visit) -> None:
    finance = visit(cast.FINANCE_REVIEWER)
    record = get_record(finance.session, finance.actor, claim_of(finance, Status.ADMITTED))
    found = special_factors.movement_of(finance, record)
    assert found is not None
    own = movement_view(found.facts, found.result).own
    unit = visit(cast.CLERK)
    assert special_factors.movement_of(unit, record) is None
    filing = latest_filing(unit.session, record.id, ClaimAnswerForm.__name__)
    assert filing is not None
    told = ClaimAnswerForm.model_validate(filing.document)
    assert (told.before, told.after, told.given_back) == (own.before.point, own.after.point, own.given_back)
    assert (told.reason, told.package) == ("勘察报告属实", found.digest)


def test_the_next_fit_sets_aside_what_is_admitted_and_gives_it_back(visit: Visit) -> None:
    ctx = visit(cast.FINANCE_REVIEWER)
    first, newest = decisions_of(ctx.session, subject=PANEL, kind=DecisionKind.BASELINE)
    assert first.facts["factors"] == []
    [factor] = newest.facts["factors"]
    assert (factor["dmu"], factor["label"], list(factor["amounts"])) == ("D02", "岩层开挖", ["2024"])
    [told] = newest.result["card"]["special_factors"]
    assert "D02：特殊因素“岩层开挖”已认定，2024年180,000.00元不参加测算" in told
    [moved] = [
        one
        for one in decisions_of(ctx.session, kind=DecisionKind.MOVEMENT)
        if one.facts["claim"]["label"] == "岩层开挖"
    ]
    own = movement_view(moved.facts, moved.result).own
    [found] = newest.result["baselines"]
    assert found["point"] == {"fen": str(own.after.point.fen)}
    claim = claim_of(ctx, Status.ADMITTED)
    for reader in (ctx, visit(cast.CLERK)):
        [seen] = seen_baseline(reader, newest.record_id).factors
        assert (seen.factor.label, seen.claim) == ("岩层开挖", claim)
    costs = {one["dmu"]: one["cost"] for one in newest.result["standings"]}
    assert costs == {one["dmu"]: one["cost"] for one in first.result["standings"]}
