"""Move a record, or refuse with the reason. The only judge of state changes.

Order of the questions: is it current, can it move so from here, may this actor, is it another
person where the two-person rule says so, do the outside facts hold, do findings block or is a
reason missing (both told at once).
"""

from dataclasses import dataclass
from datetime import date

from budgetperf.errors import Conflict, Forbidden, Invalid, Stale
from budgetperf.findings import Finding, Severity, Waiver, Where, blocking
from budgetperf.permissions import Actor, may
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.process.transitions import Transition, find, leaving, named


@dataclass(frozen=True, slots=True)
class Step:
    """A move already made: which verb, by whom."""

    verb: str
    actor: str


@dataclass(frozen=True, slots=True)
class RecordState:
    """What ``advance`` needs to know of a record.

    Parameters
    ----------
    name : str
        How the refusal calls the record.
    stage, status
        ``status`` None for a record about to be opened.
    version : int
    path : str
        Organisation path of the owner.
    steps : tuple of Step
    """

    name: str
    stage: Stage
    status: Status | None
    version: int
    path: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the actor brings: the version seen, findings, waivers, outside facts, reason, day."""

    as_of: date
    seen_version: int | None = None
    findings: tuple[Finding, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    guards: frozenset[Guard] = frozenset()
    reason: str = ""


def advance(record: RecordState, verb: str, *, actor: Actor, attempt: Attempt) -> Transition:
    """Return the transition to make, or refuse.

    Raises
    ------
    Stale
        The record moved on since ``attempt.seen_version``.
    Conflict
        The status does not allow the verb, or an outside fact is missing.
    Forbidden
        The actor may not, or must be somebody else.
    Invalid
        A reason is missing, or findings block.
    """
    if attempt.seen_version is not None and attempt.seen_version != record.version:
        raise Stale(
            "record.stale",
            f"“{record.name}”已被更新（您看到的是第{attempt.seen_version}版，现为第{record.version}版），请刷新后再操作",
            record.version,
        )
    row = find(record.stage, verb, record.status) or _refuse_move(record, verb, actor)
    _check_actor(row, record, actor)
    _check_facts(row, record, attempt)
    return row


TWICE = "您已办理“{name}”的“{done}”，按双人复核要求，“{action}”须由他人办理"


def denial(row: Transition, record: RecordState, actor: Actor) -> str | None:
    """Return why ``actor`` may not make ``row``, or None; the two-person rule included."""
    reason = may(actor, row.permission, record.path, row.label)
    if reason is None and actor.id in {step.actor for step in record.steps if step.verb in row.not_by}:
        done = "、".join(
            dict.fromkeys(
                _label(record, s.verb) for s in record.steps if s.verb in row.not_by and s.actor == actor.id
            )
        )
        return TWICE.format(name=record.name, done=done, action=row.label)
    return reason


def _label(record: RecordState, verb: str) -> str:
    return named(record.stage, verb)[0].label


def _refuse_move(record: RecordState, verb: str, actor: Actor) -> Transition:
    rows = named(record.stage, verb)
    if not rows:
        raise Conflict("process.unknown_verb", f"{record.stage.label}没有“{verb}”这一操作")
    reason = may(actor, rows[0].permission, record.path, rows[0].label)
    if reason:
        raise Forbidden("process.forbidden", reason)
    status = record.status.label if record.status else "未建立"
    onward = "、".join(row.label for row in leaving(record.stage, record.status)) or "无"
    raise Conflict(
        "process.status",
        f"“{record.name}”当前状态为“{status}”，不能“{rows[0].label}”；现可办理：{onward}",
        status=record.status.value if record.status else None,
    )


def _check_actor(row: Transition, record: RecordState, actor: Actor) -> None:
    reason = denial(row, record, actor)
    if reason:
        raise Forbidden("process.forbidden", reason)


def _check_facts(row: Transition, record: RecordState, attempt: Attempt) -> None:
    missing = [guard for guard in row.guards if guard not in attempt.guards]
    if missing:
        raise Conflict(f"process.{missing[0].value}", f"“{record.name}”：{missing[0].label}")
    lacking = () if attempt.reason.strip() else _reason(row)
    stopping = blocking(attempt.findings, row.blocking, attempt.waivers, attempt.as_of)
    if stopping:
        raise Invalid(
            "process.findings",
            f"“{record.name}”有{len(lacking) + len(stopping)}处问题，修改后方可“{row.label}”",
            findings=(*lacking, *attempt.findings),
        )
    if lacking:
        raise Invalid("process.reason", lacking[0].message, lacking)


def _reason(row: Transition) -> tuple[Finding, ...]:
    """Ask for the reason a move needs, at its field."""
    text = f"“{row.label}”须写明理由"
    asked = Finding("process.reason", Severity.ERROR, Where(pointer="/reason"), text)
    return (asked,) if row.needs_reason else ()
