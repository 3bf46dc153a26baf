"""The editions of the rules with their text, and drafts with what is wrong with them and what they would change."""

from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Key, refusals
from api.conditional import UNCHANGED, IfNoneMatch, tagged
from api.guards import demand
from api.problems import FindingAnswer
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.drafts import Begin
from budgetperf.actions.rule_drafts import draft_of
from budgetperf.actions.rule_editions import copied_edition, text_of
from budgetperf.actions.rule_impact import Change, impact
from budgetperf.actions.rulebooks import open_figures_of
from budgetperf.errors import Conflict
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.figures import Figure

router = APIRouter(prefix=PREFIX, tags=["规则版本"])
VIEW, VIEW_DRAFT = "rules:edition:view", "rules:draft:view"


class EditionHeadAnswer(Answer):
    """An edition; ``digest`` is the SHA-256 of its text, ``unconfirmed`` counts figures still to be confirmed."""

    id: str
    title: str
    kind: str
    jurisdiction: str
    valid_from: date
    valid_to: date | None
    source: str
    source_status: Coded
    digest: str
    current: bool
    unconfirmed: int


class EditionAnswer(EditionHeadAnswer):
    """An edition with its exact text (YAML)."""

    text: str


class DraftAnswer(Answer):
    """A draft; ``shown`` says whether the text is the reader's saved one, the one filed, or the copy begun with."""

    record_id: str
    version: int
    id: str
    copy_of: str | None
    status: Coded
    shown: Coded
    saved_at: datetime | None
    text: str
    findings: list[FindingAnswer]


class ChangeAnswer(Answer):
    """A record under the edition before and under the draft."""

    record_id: str
    subject: str
    name: str
    fiscal_year: int
    stage: Coded
    open: bool
    before: str
    after: str
    changed: bool
    reason: str

    @classmethod
    def of(cls, change: Change) -> "ChangeAnswer":
        """Return a change as JSON carries it."""
        record = change.record
        return cls.model_validate(
            {name: getattr(record, name) for name in ("subject", "name", "fiscal_year", "stage")}
            | {name: getattr(change, name) for name in ("open", "before", "after", "changed", "reason")}
            | {"record_id": record.id}
        )


class ImpactAnswer(Answer):
    """What a draft would change; ``before`` is the edition in force the day before, ``left_out`` counts untried."""

    before: str
    left_out: int
    changes: list[ChangeAnswer]


def _head(ctx: Context, edition: Edition, unsure: dict[str, tuple[Figure, ...]]) -> dict[str, object]:
    names = ("id", "title", "kind", "jurisdiction", "valid_from", "valid_to", "digest")
    return {name: getattr(edition, name) for name in names} | {
        "source": str(edition.source),
        "source_status": edition.source.status,
        "current": ctx.rules.applies(edition, ctx.today),
        "unconfirmed": len(unsure[edition.id]),
    }


@router.get("/rules", summary="规则版本列表", responses=refusals(403))
def editions(ctx: Work) -> list[EditionHeadAnswer]:
    """Return all editions, packaged and published here."""
    demand(ctx.actor, VIEW, "查看规则版本")
    unsure = open_figures_of(ctx.session, ctx.rules.editions)
    return [EditionHeadAnswer.model_validate(_head(ctx, one, unsure)) for one in ctx.rules.editions]


@router.get(
    "/rules/{jurisdiction}/{kind}/{valid_from}",
    summary="一个规则版本的全文",
    response_model=EditionAnswer,
    responses={**refusals(403, 404), **UNCHANGED},
)
def edition(jurisdiction: Key, kind: Key, valid_from: Key, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return an edition, named by the three parts of its id, with its text."""
    demand(ctx.actor, VIEW, "查看规则版本")
    found = ctx.rules.by_id(f"{jurisdiction}/{kind}/{valid_from}")
    head = _head(ctx, found, open_figures_of(ctx.session, (found,)))
    return tagged(EditionAnswer.model_validate(head | {"text": text_of(ctx, found)}), seen)


@router.get(
    "/rule-drafts/{record_id}",
    summary="一份规则草案",
    response_model=DraftAnswer,
    responses={**refusals(403, 404), **UNCHANGED},
)
def draft(record_id: Key, ctx: Work, begin: Begin | None = None, seen: IfNoneMatch = None) -> Response:
    """Return a draft as its page shows it, with what is wrong with its text today."""
    found = draft_of(ctx, record_id, begin)
    demand(ctx.actor, VIEW_DRAFT, "查看规则草案")
    copied = copied_edition(ctx, found.record)
    answer = DraftAnswer.model_validate(
        {
            "record_id": record_id,
            "version": found.record.version,
            "id": found.record.subject,
            "copy_of": copied.id if copied else None,
            "status": found.record.status,
            "shown": found.shown,
            "saved_at": found.saved_at,
            "text": found.text,
            "findings": [FindingAnswer.of(finding) for finding in found.reviewed.findings],
        }
    )
    return tagged(answer, seen)


@router.get(
    "/rule-drafts/{record_id}/impact",
    summary="规则草案启用后的变化",
    response_model=ImpactAnswer,
    responses={**refusals(403, 404, 409), **UNCHANGED},
)
def changes(record_id: Key, ctx: Work, begin: Begin | None = None, seen: IfNoneMatch = None) -> Response:
    """Return what a draft would change, from the facts last filed; nothing is kept."""
    comparable = draft_of(ctx, record_id, begin).comparable
    demand(ctx.actor, VIEW_DRAFT, "查看规则草案")
    if comparable is None:
        raise Conflict("rule.impact", "草案文本不合格、已发布，或这类规则不直接评价项目，没有可比较的记录")
    found = impact(ctx, comparable)
    answer = ImpactAnswer(
        before=found.before.id,
        left_out=found.left_out,
        changes=[ChangeAnswer.of(change) for change in found.changes],
    )
    return tagged(answer, seen)
