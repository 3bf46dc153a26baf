"""A small assessment scheme as an edition would write it, and rows of facts for it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_results import UnitResult

SOURCE = {"document": "测试文件", "status": "ours"}
JUDGED = {"name": "judged"}


def scheme(*items: str, weight: int = 100, formula: object = JUDGED, not_applicable: str = "refuse"):
    """A scheme of equal criteria that sum to ``weight``."""
    share = weight // len(items)
    criteria = [
        {"key": item, "label": f"项{item}", "weight": share, "formula": formula, "source": SOURCE}
        for item in items
    ]
    dimension = {"key": "all", "label": "全部", "weight": weight, "criteria": criteria}
    return {"total": weight, "places": 2, "not_applicable": not_applicable, "dimensions": [dimension]}


def component(key: str, out_of: int, **parts: object):
    """A component; without a scheme it asks for one judged item ``key_item``."""
    judged = {} if "deductions" in parts else {"scheme": scheme(f"{key}_item")}
    return {"key": key, "label": f"部分{key}", "out_of": out_of, "source": SOURCE, **judged, **parts}


def track(*components: Mapping[str, Any], **parts: object):
    """A track of one group ``g`` with grades advanced from 90, pass from 60, fail."""
    grades = [
        {"key": "advanced", "label": "先进", "at_least": 90},
        {"key": "pass", "label": "合格", "at_least": 60},
        {"key": "fail", "label": "不合格"},
    ]
    return {
        "key": "t",
        "label": "单位",
        "total": 100,
        "places": 2,
        "groups": [{"key": "g", "label": "一组"}],
        "components": list(components) or [component("work", 100)],
        "ranking": {"scope": "group", "ties": "shared", "source": SOURCE},
        "grades": {"grades": grades, "source": SOURCE},
        **parts,
    }


def rules(*tracks: Mapping[str, Any], **parts: object) -> AssessmentRules:
    """The scheme of ``tracks``; one plain track when there is none."""
    return AssessmentRules.model_validate({"tracks": list(tracks) or [track()], **parts})


def rows(*lines: str) -> tuple[UnitFact, ...]:
    """Facts from ``unit item value [@period] [by=rater] [of=standard] [in=group] [note=…]``; group ``g``."""
    facts = []
    for number, line in enumerate(lines, 2):
        unit, item, value, *more = line.split()
        named = dict(part.split("=", 1) for part in more if "=" in part)
        period = next((part[1:] for part in more if part.startswith("@")), "")
        facts.append(
            UnitFact(
                row=number,
                unit=unit,
                group=named.get("in", "g"),
                item=item,
                period=period,
                rater=named.get("by", ""),
                value=value,
                standard=named.get("of", ""),
                note=named.get("note", ""),
            )
        )
    return tuple(facts)


def work(**marks: str) -> tuple[UnitFact, ...]:
    """One row a unit for the plain track: the points of its only item."""
    return rows(*(f"{unit} work_item {mark}" for unit, mark in marks.items()))


def results(scheme_rules: AssessmentRules, facts: Iterable[UnitFact]) -> dict[str, UnitResult]:
    """The results by unit."""
    return {result.unit: result for result in assess(scheme_rules, facts)}


def by_unit(found: Mapping[str, UnitResult], units: Sequence[str] | str, name: str) -> list[object]:
    """One attribute of the results, in the order of ``units``."""
    return [getattr(found[unit], name) for unit in units]
