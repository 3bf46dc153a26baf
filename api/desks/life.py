"""The year of one project, read from its steps: which are done, which is on, what went wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from api.screens.life import LifeLine, LifeStep, Phase
from budgetperf.fiscal import SHANGHAI
from budgetperf.indicators import plain_number
from budgetperf.process.stages import Stage
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.lights import LightColour
from budgetperf.store.budget import RoundFacts
from budgetperf.store.records import RecordFacts, StepFacts
from budgetperf.store.results import LightFacts, ScoreFacts

QUARTERS = ("一季度监控", "二季度监控", "三季度监控", "四季度监控")
BACK = frozenset({"return", "send_back", "reject"})


@dataclass(frozen=True, slots=True)
class Year:
    """What the line is drawn from."""

    records: tuple[RecordFacts, ...]
    steps: tuple[StepFacts, ...]
    lights: Mapping[str, LightFacts]
    scores: Mapping[str, ScoreFacts]
    opposed: bool
    drawn: bool
    round: RoundFacts | None
    limit_href: str
    today: date

    def newest(self, stage: Stage, period: str = "") -> RecordFacts | None:
        """Return the newest record of a stage."""
        found = [item for item in self.records if item.stage is stage and item.period == period]
        return max(found, key=lambda item: item.serial, default=None)

    def verbs(self, record: RecordFacts | None) -> dict[str, StepFacts]:
        """Return the newest step of each verb of a record, oldest verb first."""
        return {} if record is None else {s.verb: s for s in self._ordered(record.id)}

    def last(self, record: RecordFacts | None) -> str:
        """Return the verb of the last step of a record."""
        found = list(self._ordered(record.id)) if record else []
        return found[-1].verb if found else ""

    def _ordered(self, record_id: str) -> Iterable[StepFacts]:
        return sorted((s for s in self.steps if s.record_id == record_id), key=lambda s: s.at)


def life_line(year: Year) -> LifeLine:
    """Return the line of a year."""
    fiscal = next((item.fiscal_year for item in year.records), 0)
    quarters = tuple(_quarter(year, label, f"{fiscal}Q{n}") for n, label in enumerate(QUARTERS, start=1))
    return LifeLine(
        (*_request(year), *quarters, _self_evaluation(year), _finance_evaluation(year), _limit(year))
    )


def _day(step: StepFacts | None) -> str:
    return step.at.astimezone(SHANGHAI).date().isoformat() if step else ""


def _href(record: RecordFacts | None) -> str:
    return f"#r-{record.id}" if record else ""


def _request(year: Year) -> tuple[LifeStep, ...]:
    record = year.newest(Stage.REQUEST)
    done, last = year.verbs(record), year.last(record)
    status = record.status.label if record else ""
    href = _href(record)
    filed = _phase(done, "accept", last, begun=record is not None)
    stored = Phase.PROBLEM if last == "reject" else _phase(done, "store", "", begun="accept" in done)
    approved = _phase(done, "approve", "", begun="store" in done)
    return (
        LifeStep("申报", filed, "" if filed is Phase.DONE else status, _day(done.get("file")), href),
        _exante(year, accepted="accept" in done),
        LifeStep("入库", stored, status if last == "reject" else "", _day(done.get("store")), href),
        LifeStep("批复", approved, "", _day(done.get("approve")), href),
    )


def _phase(done: Mapping[str, StepFacts], verb: str, last: str, *, begun: bool) -> Phase:
    if verb in done:
        return Phase.DONE
    if last in BACK:
        return Phase.PROBLEM
    return Phase.NOW if begun else Phase.AHEAD


def _exante(year: Year, *, accepted: bool) -> LifeStep:
    record = year.newest(Stage.EXANTE)
    if record is None:
        spared = Phase.SPARED if accepted else Phase.AHEAD
        return LifeStep("事前评估", spared, "未达评估标准" if accepted else "", "", "")
    done = year.verbs(record)
    phase = _phase(done, "confirm", "", begun=True)
    if year.opposed:
        phase = Phase.PROBLEM
    detail = "不支持" if year.opposed else record.status.label if phase is Phase.NOW else ""
    return LifeStep("事前评估", phase, detail, _day(done.get("confirm")), f"/exante/{record.id}")


def _late(record: RecordFacts, today: date, filed: bool) -> bool:  # noqa: FBT001 - a fact, not a switch
    return not filed and record.due_on is not None and today > record.due_on


def _quarter(year: Year, label: str, period: str) -> LifeStep:
    record = year.newest(Stage.MONITORING, period)
    if record is None:
        return LifeStep(label, Phase.AHEAD, "", "", "", lit=True)
    done, last = year.verbs(record), year.last(record)
    light = year.lights.get(record.id)
    execution = LightColour(light.execution) if light else None
    goals = LightColour(light.goals) if light and light.goals else None
    late = _late(record, year.today, "file" in done)
    red = LightColour.RED in {execution, goals}
    phase = Phase.PROBLEM if late or red else _phase(done, "confirm", last, begun=True)
    detail = "逾期未报" if late else "" if "confirm" in done else record.status.label
    mending = year.newest(Stage.RECTIFICATION, period)
    if mending is not None:
        detail = mending.status.label
    on = _day(done.get("confirm")) or (record.due_on.isoformat() if record.due_on else "")
    return LifeStep(label, phase, detail, on, _href(record), execution=execution, goals=goals, lit=True)


def _scored(year: Year, record: RecordFacts, label: str) -> LifeStep:
    done, last, score = year.verbs(record), year.last(record), year.scores.get(record.id)
    phase = _phase(done, "confirm", last, begun=True)
    detail, points = record.status.label, ""
    if score:
        grade = Grade(score.grade)
        detail, points = grade.label, plain_number(score.total)
        phase = Phase.PROBLEM if grade is Grade.POOR else phase
    if _late(record, year.today, "file" in done or "score" in done):
        phase, detail, points = Phase.PROBLEM, "逾期未报", ""
    on = _day(done.get("confirm")) or (record.due_on.isoformat() if record.due_on else "")
    return LifeStep(label, phase, detail, on, _href(record), points=points)


def _self_evaluation(year: Year) -> LifeStep:
    record = year.newest(Stage.SELF_EVALUATION)
    return _scored(year, record, "自评") if record else LifeStep("自评", Phase.AHEAD, "", "", "")


def _finance_evaluation(year: Year) -> LifeStep:
    record = year.newest(Stage.FINANCE_EVALUATION)
    if record:
        return _scored(year, record, "财政评价")
    if year.drawn:
        return LifeStep("财政评价", Phase.SPARED, "未抽中", "", "")
    if year.round is not None:  # its results are in the limits, so no sample is still to come
        return LifeStep("财政评价", Phase.SPARED, "未列入", "", "")
    return LifeStep("财政评价", Phase.AHEAD, "", "", "")


def _limit(year: Year) -> LifeStep:
    known = year.round
    if known is None:
        return LifeStep("下轮控制数", Phase.AHEAD, "", "", "")
    at = known.issued_at or known.published_at
    on = at.astimezone(SHANGHAI).date().isoformat() if at else ""
    detail = "已下达" if known.issued_at else "征求意见" if known.published_at else "测算中"
    phase = Phase.DONE if known.issued_at else Phase.NOW
    return LifeStep("控制数", phase, detail, on, year.limit_href, budget_year=str(known.fiscal_year))
