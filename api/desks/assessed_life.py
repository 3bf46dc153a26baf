"""The way of one unit through a campaign on one line: book, progress, claims, result, publication, approval, mending."""

from collections.abc import Iterable, Mapping
from datetime import date

from api.screens.life import LifeLine, LifeStep, Phase
from budgetperf.fiscal import SHANGHAI
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import CampaignFacts, ResultFacts
from budgetperf.store.records import RecordFacts, StepFacts

_OPEN_CLAIMS = frozenset({Status.FILED, Status.ADMITTED, Status.OPENLY, Status.TOLD})
_TOLD = frozenset({Status.OPENLY, Status.FINAL, Status.APPROVED, Status.ARCHIVED})
_BACK = frozenset({Status.RETURNED})


def unit_life(
    campaign: CampaignFacts,
    record: RecordFacts,
    own: Mapping[Stage, list[RecordFacts]],
    steps: Iterable[StepFacts],
    result: ResultFacts | None,
    *,
    today: date,
) -> LifeLine:
    """Return the line of a unit by the records the reader sees."""
    return LifeLine(
        (
            _book(own[Stage.TASK_BOOK], list(steps), today),
            _progress(own[Stage.PROGRESS], today),
            _claims([*own[Stage.BONUS], *own[Stage.PENALTY]]),
            _result(record, result),
            _published(campaign, record, own[Stage.APPEAL]),
            LifeStep(
                "审定",
                Phase.DONE if campaign.approved_on else Phase.AHEAD,
                "",
                str(campaign.approved_on or ""),
                "",
            ),
            _mending(own[Stage.IMPROVEMENT], today),
        )
    )


def _late(record: RecordFacts, today: date, waiting: frozenset[Status]) -> bool:
    return record.status in waiting and record.due_on is not None and today > record.due_on


def _book(records: list[RecordFacts], steps: list[StepFacts], today: date) -> LifeStep:
    if not records:
        return LifeStep("任务书", Phase.SPARED, "", "", "")
    book = records[0]
    issued = [step.at for step in steps if step.record_id == book.id and step.verb == "issue"]
    if issued:
        on = max(issued).astimezone(SHANGHAI).date().isoformat()
        return LifeStep("任务书", Phase.DONE, "", on, "#book")
    late = _late(book, today, frozenset({Status.DRAFT, Status.RETURNED}))
    phase = Phase.PROBLEM if late or book.status in _BACK else Phase.NOW
    detail = "逾期未报" if late else book.status.label
    return LifeStep("任务书", phase, detail, str(book.due_on or ""), "#book")


def _progress(records: list[RecordFacts], today: date) -> LifeStep:
    if not records:
        return LifeStep("进展报告", Phase.AHEAD, "", "", "")
    done = sum(one.status is Status.AUDITED for one in records)
    late = any(_late(one, today, frozenset({Status.DRAFT, Status.RETURNED})) for one in records)
    unfiled = any(one.status is Status.WITHDRAWN for one in records)
    phase = Phase.PROBLEM if late or unfiled else Phase.DONE if done == len(records) else Phase.NOW
    detail = "逾期未报" if late else "未报齐" if unfiled else ""
    return LifeStep("进展报告", phase, detail, "", "#book", points=f"{done}/{len(records)}")


def _claims(records: list[RecordFacts]) -> LifeStep:
    if not records:
        return LifeStep("加分扣分", Phase.SPARED, "没有", "", "")
    waiting = sum(one.status in _OPEN_CLAIMS for one in records)
    phase = Phase.NOW if waiting else Phase.DONE
    return LifeStep("加分扣分", phase, "", "", "#claims", points=f"{len(records) - waiting}/{len(records)}")


def _result(record: RecordFacts, result: ResultFacts | None) -> LifeStep:
    if result is None:
        phase = Phase.NOW if record.status is Status.RUNNING else Phase.AHEAD
        return LifeStep("计分", phase, "", "", "#result")
    points = "" if result.total is None else str(result.document["total"])
    return LifeStep("计分", Phase.DONE, result.grade_label, "", "#result", points=points)


def _published(campaign: CampaignFacts, record: RecordFacts, appeals: list[RecordFacts]) -> LifeStep:
    on = str(campaign.contest_ends_on or "")
    if record.status not in _TOLD:
        return LifeStep("公示申诉", Phase.AHEAD, "", "", "")
    waiting = any(one.status is Status.FILED for one in appeals)
    phase = Phase.NOW if record.status is Status.OPENLY or waiting else Phase.DONE
    return LifeStep("公示申诉", phase, "", on, "#appeals")


def _mending(records: list[RecordFacts], today: date) -> LifeStep:
    if not records:
        return LifeStep("整改", Phase.AHEAD, "", "", "")
    closed = sum(one.status is Status.CLOSED for one in records)
    late = any(_late(one, today, frozenset({Status.TOLD, Status.RETURNED})) for one in records)
    phase = Phase.PROBLEM if late else Phase.DONE if closed == len(records) else Phase.NOW
    return LifeStep("整改", phase, "", "", "#improvements", points=f"{closed}/{len(records)}")
