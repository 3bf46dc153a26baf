"""The cast at work: helpers that bring records to a status through the actions, as the right people.

Each helper takes the ``ctx`` factory of ``tests/conftest.py`` (or one over a committing session) and returns
what the next one needs. Nothing is written but by actions.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.request import open_request
from budgetperf.actions.rules import in_force
from budgetperf.actions.verbs import VERBS
from budgetperf.forms import Form
from budgetperf.lifecycle.exante.form import ScoreForm
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.scoring.exante import ExanteRules
from budgetperf.store.exante import seats_of
from budgetperf.store.records import RecordFacts, find_record
from tests import cast

MakeContext = Callable[..., Context]

REQUEST_WAY: tuple[tuple[str, Actor], ...] = (
    ("file", cast.CLERK),
    ("review", cast.REVIEWER),
    ("accept", cast.FINANCE_REVIEWER),
    ("store", cast.SECOND_FINANCE_REVIEWER),
    ("approve", cast.FINANCE_HEAD),
)
"""The way of a request below the ex-ante threshold, and who goes it."""


def act(
    ctx: MakeContext,
    actor: Actor,
    where: tuple[Stage, str],
    record_id: str,
    *,
    form: Form | dict[str, object] | None = None,
    reason: str = "",
    now: datetime = cast.NOW,
) -> Outcome:
    """Let somebody take one verb; ``form`` may be a document."""
    verb = VERBS[where]
    filled = form if isinstance(form, Form) else verb.form.model_validate(form or {})
    return verb.act(ctx(actor, now), record_id, filled, Seen(reason=reason))


def make_request(ctx: MakeContext, *, by: Actor = cast.CLERK, **changes: object) -> Outcome:
    """Open a draft request."""
    return open_request(ctx(by), cast.make_new_request(**changes), Seen())


def advance_request(
    ctx: MakeContext, record_id: str, *, to: str = "approve", amount: str = "100", goals: Form | None = None
) -> Outcome:
    """Take a draft request along ``REQUEST_WAY`` up to and including the verb ``to``."""
    approval: dict[str, object] = {"approved": cast.wan(amount), "document_number": "海财预〔2026〕1号"}
    forms: dict[str, Form | dict[str, object]] = {
        "file": goals or cast.make_goal_form(amount),
        "approve": approval,
    }
    for verb, actor in REQUEST_WAY:
        outcome = act(ctx, actor, (Stage.REQUEST, verb), record_id, form=forms.get(verb))
        if verb == to:
            return outcome
    raise ValueError(to)


def make_approved(ctx: MakeContext, amount: str = "100") -> Outcome:
    """An approved request of ``amount`` 万元 below the threshold."""
    return advance_request(ctx, make_request(ctx).record_id, amount=amount)


def make_exante(ctx: MakeContext, amount: str = "600") -> RecordFacts:
    """A request above the threshold, accepted; its ex-ante evaluation, open."""
    request = make_request(ctx)
    advance_request(ctx, request.record_id, to="accept", amount=amount)
    found = find_record(
        ctx(cast.FINANCE_REVIEWER).session,
        cast.FINANCE_REVIEWER,
        request.subject,
        fiscal_year=cast.YEAR,
        stage=Stage.EXANTE,
    )
    assert found is not None
    return found


def draw(ctx: MakeContext, record_id: str, *, seed: str = "海州2026") -> list[Actor]:
    """Draw the panel and return its experts by position."""
    act(ctx, cast.FINANCE_REVIEWER, (Stage.EXANTE, "draw"), record_id, form={"seed": seed})
    seats = seats_of(ctx(cast.FINANCE_REVIEWER).session, record_id)
    return [cast.by_id(seat.person_id) for seat in seats]


def make_sheet(ctx: Context, *, ratio: str = "0.9", recommended: str = "600") -> ScoreForm:
    """A sheet that gives every criterion the same share of its points."""
    criteria = in_force(ctx, "exante_project", ExanteRules).rules.scheme.criteria()
    rows = [
        {"criterion": one.key, "points": format(one.weight * Decimal(ratio), "f"), "reason": "按评审情况打分"}
        for one in criteria
    ]
    return ScoreForm.model_validate(
        {"rows": rows, "recommended": cast.wan(recommended), "opinion": "同意按此安排"}
    )


def declare(ctx: MakeContext, expert: Actor, record_id: str) -> Outcome:
    """Sign the commitment without a conflict."""
    form: dict[str, object] = {"conflict": False, "statement": "承诺独立、客观、公正"}
    return act(ctx, expert, (Stage.EXANTE, "declare"), record_id, form=form)


def score(
    ctx: MakeContext, expert: Actor, record_id: str, *, ratio: str = "0.9", recommended: str = "600"
) -> Outcome:
    """File an expert's sheet."""
    sheet = make_sheet(ctx(expert), ratio=ratio, recommended=recommended)
    return act(ctx, expert, (Stage.EXANTE, "score"), record_id, form=sheet)
