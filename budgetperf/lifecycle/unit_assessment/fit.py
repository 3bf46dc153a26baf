"""Whether the rules of a campaign fit the scheme it is to fill: the same periods, and somebody for every fact.

The two are editions of their own; ``misfits`` names what one asks and the other does not know.
"""

from collections.abc import Iterator
from typing import TypeAlias

from budgetperf.lifecycle.unit_assessment.rules import CampaignRules, Work
from budgetperf.scoring.assessment import AssessmentRules

_WORDS: dict[Work, str] = {
    "task_books": "任务书",
    "reports": "数据核定",
    "ratings": "评分",
    "claims": "加减分",
    "results": "结果审定",
}

_Key: TypeAlias = tuple[Work, str]
"""Work and period."""


def misfits(scheme: AssessmentRules, rules: CampaignRules) -> tuple[str, ...]:
    """Return what keeps a campaign under ``rules`` from filling ``scheme``, empty when they fit.

    Parameters
    ----------
    scheme : AssessmentRules
    rules : CampaignRules

    Returns
    -------
    tuple of str
        Chinese sentences, each with its place in the rules of the campaign.
    """
    checks = (_reported, _carried, _supplied, _brought, _phases)
    return tuple(dict.fromkeys(text for check in checks for text in check(scheme, rules)))


def _reported(scheme: AssessmentRules, rules: CampaignRules) -> Iterator[str]:
    known = {track.key for track in scheme.tracks}
    for reporting in (rules.reporting, *rules.further_reporting):
        for unknown in sorted(set(reporting.tracks) - known):
            yield f"报送“{reporting.label}”：考评方案没有类别“{unknown}”"
    for track in scheme.tracks:
        if not rules.reports_of(track.key):
            yield f"报送：类别“{track.label}”（{track.key}）没有任何报送要求"


def _carried(scheme: AssessmentRules, rules: CampaignRules) -> Iterator[str]:
    known = {track.key for track in scheme.tracks}
    for number, carried in enumerate(rules.carried, 1):
        place = f"结转第{number}项"
        if carried.track not in known:
            yield f"{place}：考评方案没有类别“{carried.track}”"
        parts = [
            part
            for track in scheme.tracks
            if track.key != carried.track
            for part in track.components
            if carried.item in {slot.item for slot in part.slots}
        ]
        if not parts:
            yield f"{place}：其他类别没有评分项“{carried.item}”"
        for part in parts:
            if part.periods or part.raters:
                yield f"{place}：“{part.label}”的“{carried.item}”分期填报或由评价人评分，不能以全年总分结转"


def _supplied(scheme: AssessmentRules, rules: CampaignRules) -> Iterator[str]:
    facts = _facts(scheme)
    carried = {one.item for one in rules.carried}
    rated = {slot.item for t in scheme.tracks for part in t.components if part.raters for slot in part.slots}
    claimed = {item.key for track in scheme.tracks for item in track.claimable()}
    for supplier in rules.suppliers:
        for item in supplier.items:
            place = f"数据提供单位“{supplier.label}”的项目“{item}”"
            if item in carried:
                yield f"{place}已由其他对象的总分结转，只能取一处"
            elif item in facts:
                continue
            elif item in rated:
                yield f"{place}由评价人评分，不由数据提供单位提供"
            elif item in claimed:
                yield f"{place}是加减分项目，另行申报，不由数据提供单位提供"
            else:
                yield f"{place}不在考评方案中"


def _brought(scheme: AssessmentRules, rules: CampaignRules) -> Iterator[str]:
    carried = {one.item for one in rules.carried}
    for item, label in _facts(scheme).items():
        if item not in carried and rules.supplier_of(item) is None:
            yield f"数据提供单位：“{label}”（{item}）没有单位提供，也没有评价人评分"


def _phases(scheme: AssessmentRules, rules: CampaignRules) -> Iterator[str]:
    wanted = _wanted(scheme, rules)
    opened: dict[_Key, int] = {}
    awaited: dict[_Key, int] = {}
    for number, phase in enumerate(rules.cycle.phases):
        for task in (*phase.opens, *phase.gate):
            if (task.what, task.period) not in wanted:
                yield f"阶段“{phase.label}”：考评方案没有{_named(task.what, task.period)}"
        opened = {(task.what, task.period): number for task in phase.opens} | opened
        awaited = {(task.what, task.period): number for task in phase.gate} | awaited
    for key, asks in wanted.items():
        if key not in opened:
            yield f"各阶段：没有阶段开启{_named(*key)}（{asks}）"
        if key not in awaited:
            yield f"各阶段：没有阶段以{_named(*key)}为完成条件（{asks}）"
        elif awaited[key] < opened.get(key, 0):
            label = rules.cycle.phases[awaited[key]].label
            yield f"阶段“{label}”：须完成{_named(*key)}，但其后的阶段才开启"


def _facts(scheme: AssessmentRules) -> dict[str, str]:
    """Every item that a supplier brings, with its label: not what raters rate, nor what is claimed."""
    found = {
        slot.item: slot.label
        for track in scheme.tracks
        for part in track.components
        if not part.raters
        for slot in part.slots
    }
    found |= {veto.key: veto.label for track in scheme.tracks for veto in track.vetoes}
    return found | _states(scheme)


def _states(scheme: AssessmentRules) -> dict[str, str]:
    """What is stated about a unit as a whole, with its label."""
    statements = {statement.key: statement.label for statement in scheme.statements}
    return statements | {exemption.key: exemption.label for exemption in scheme.exemptions}


def _wanted(scheme: AssessmentRules, rules: CampaignRules) -> dict[_Key, str]:
    """What the phases must open and wait for, with what asks for it; task books only if there are any."""
    carried = {one.item for one in rules.carried}
    wanted: dict[_Key, str] = {("results", ""): "考评结果"}
    if any(task.what == "task_books" for task in rules.tasks()):
        wanted["task_books", ""] = "任务书"
    for track in scheme.tracks:
        for part in track.components:
            if all(slot.item in carried for slot in part.slots):
                continue
            what: Work = "ratings" if part.raters else "reports"
            for period in [period.key for period in part.periods.periods] if part.periods else [""]:
                wanted.setdefault((what, period), f"{track.label}的{part.label}")
        for veto in track.vetoes:
            wanted.setdefault(("reports", ""), f"{track.label}的{veto.label}")
        if track.claimable():
            wanted.setdefault(("claims", ""), f"{track.label}的加减分")
    for label in _states(scheme).values():
        wanted.setdefault(("reports", ""), label)
    return wanted


def _named(what: Work, period: str) -> str:
    return f"“{_WORDS[what]}{f' {period}' if period else '（全年）'}”"
