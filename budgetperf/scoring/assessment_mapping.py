"""What of one city stands where in another's assessment: a table of codes, blank to be filled and read back.

Holds the codes only; what facts they give is said by ``assessment_translation``.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import plain_number
from budgetperf.scoring.assessment import AssessmentRules, Component, Track
from budgetperf.scoring.assessment_table import NOTE

COLUMNS = ("what", "to", "from", "label")
GROUP, UNIT, ITEM = "group", "unit", "item"
ADJUSTED = ("bonus", "penalty")
"""Codes of all bonus and all penalty points together, after their caps."""


@dataclass(frozen=True, slots=True)
class CityMap:
    """What of A stands where in B.

    Parameters
    ----------
    groups : mapping of str to str
        Group of A to group of B.
    units : mapping of str to str
        Unit to group of B; goes before its group.
    items : mapping of str to tuple of str
        Part or item of B to parts or items of A.
    """

    groups: Mapping[str, str]
    units: Mapping[str, str]
    items: Mapping[str, tuple[str, ...]]


def read_map(text: str, before: AssessmentRules, after: AssessmentRules) -> CityMap:
    """Read a filled table of codes; a line without ``from`` is not used.

    Raises
    ------
    Invalid
        ``assessment.map`` with the row of every code that is not known.
    """
    groups: dict[str, str] = {}
    units: dict[str, str] = {}
    items: dict[str, tuple[str, ...]] = {}
    found: list[Finding] = []
    for row, what, to, sources in _rows(text):
        if wrong := _wrong(what, to, sources, (before, after)):
            found.append(_finding(row, wrong))
        elif what == ITEM:
            found += [_finding(row, f"“{to}”已有对照，请合并为一行，用“+”连接")] if to in items else []
            items[to] = sources
        else:
            placed = groups if what == GROUP else units
            found += [
                _finding(row, f"“{one}”已对应“{placed[one]}”，只能对应一处")
                for one in sources
                if one in placed
            ]
            placed |= dict.fromkeys(sources, to)
    if not groups and not units and not found:
        found.append(_finding(1, "没有写明分组的对照，请至少写一行 group,B的分组,A的分组"))
    if found:
        lines = "；".join(f"{finding.where} {finding.message}" for finding in found)
        raise Invalid("assessment.map", f"对照表有误：{lines}", tuple(found))
    return CityMap(groups, units, items)


def blank_map(before: AssessmentRules, after: AssessmentRules, titles: tuple[str, str]) -> str:
    """Return the table to be filled: what B asks for, and beside equal codes those of A."""
    page = io.StringIO()
    for note in _notes(before, titles):
        page.write(f"{NOTE} {note}\n")
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(COLUMNS)
    groups, known = _groups(before), _sources(before)
    for track in after.tracks:
        for leaf in track.leaves():
            writer.writerow(
                (GROUP, leaf.key, leaf.key if leaf.key in groups else "", f"{track.label}：{leaf.label}")
            )
    wanted: dict[str, list[str]] = {}
    for code, label in (pair for track in after.tracks for pair in _wanted(track)):
        wanted.setdefault(code, []).append(label)
    wanted |= {state.key: [state.label] for state in after.states()}
    for code, labels in wanted.items():
        told = "；".join(dict.fromkeys(labels))
        writer.writerow((ITEM, code, code if code in known else "", told))
    return page.getvalue()


def _notes(before: AssessmentRules, titles: tuple[str, str]) -> Iterator[str]:
    yield f"对照表：A {titles[0]} 的什么，作为 B {titles[1]} 的什么"
    yield "from 填 A 的编码（见下），几项合为一项用“+”连接；不用的行 from 留空或删去。label 只供阅读"
    yield "item 行的 to 是 B 的部分或项目，按 A 中该部分、项目的得分率（四舍五入到0.0001分）填入 B 的各考核期、各评分人；"
    yield "部分之下另写项目的，项目优先。加减分带分值，bonus、penalty 是全部加分、减分；否决和认定事项带“是”"
    yield "一个分组的单位分到 B 的几个分组的，逐个写 unit,B的分组,单位编码"
    yield "A 折算不出的（如按次扣分的考勤），在事实表中按 B 的编码直接填报，A 不认得的行只用于 B"
    for track in before.tracks:
        yield f"A【{track.label}】group：{'、'.join(f'{leaf.key} {leaf.label}' for leaf in track.leaves())}"
        yield from (f"    {code} {label}" for code, label in _wanted(track))
    yield from (f"    {state.key} {state.label}" for state in before.states())


def _wanted(track: Track) -> Iterator[tuple[str, str]]:
    """Yield what may be mapped to a track, with a label."""
    for part in track.components:
        items = "、".join(f"{item} {label}" for item, label in _judged(part))
        yield part.key, f"{part.label}，{plain_number(part.out_of)}分；也可逐项：{items}"
    yield from ((item.key, f"加减分：{item.label}") for item in track.claimable())
    yield from ((veto.key, f"否决：{veto.label}") for veto in track.vetoes)


def _judged(part: Component) -> list[tuple[str, str]]:
    if part.scheme is None:
        return [(slot.item, slot.label) for slot in part.slots]
    return [(criterion.key, criterion.label) for criterion in part.scheme.criteria()]


def _groups(rules: AssessmentRules) -> set[str]:
    return {leaf.key for track in rules.tracks for leaf in track.leaves()}


def _sources(rules: AssessmentRules) -> set[str]:
    """Return every code that something may be taken from."""
    found = {*ADJUSTED, *(state.key for state in rules.states())}
    for track in rules.tracks:
        found |= {*track.items(), *(part.key for part in track.components)}
        found |= {code for part in track.components for code, _ in _judged(part)}
    return found


def _rows(text: str) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
    """Yield row, what, to and from of every line that is filled."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        rows = [(lines.line_num, [cell.strip() for cell in row]) for row in lines if any(row)]
    except csv.Error as error:
        raise Invalid("assessment.map", f"对照表第{lines.line_num}行的引号不成对，请重新另存为CSV") from error
    rows = [(number, row) for number, row in rows if not row[0].startswith(NOTE)]
    if not rows or tuple(rows[0][1][:3]) != COLUMNS[:3]:
        at = rows[0][0] if rows else 1
        raise Invalid("assessment.map", f"对照表第{at}行的列名应为 {','.join(COLUMNS)}（label 可不写）")
    for number, row in rows[1:]:
        what, to, source = (*row, "", "")[:3]
        if source:
            yield number, what, to, tuple(code.strip() for code in source.split("+"))


def _wrong(what: str, to: str, sources: Sequence[str], sides: tuple[AssessmentRules, AssessmentRules]) -> str:
    """Say what a line gets wrong; empty when it is right."""
    before, after = sides
    if what not in (GROUP, UNIT, ITEM):
        return f"what 应为 group、unit 或 item，填的是“{what}”"
    if what == ITEM:
        targets = _sources(after) - set(ADJUSTED)
        if to not in targets:
            return f"to 的“{to}”不是 B 的部分或项目，请按 ./bp schemes compare A B --template 列出的更正"
        unknown = [code for code in sources if code not in _sources(before)]
        return (
            f"from 的“{'、'.join(unknown)}”不是 A 的部分或项目，请按表头说明中 A 的编码更正"
            if unknown
            else ""
        )
    if to not in _groups(after):
        return f"to 的“{to}”不是 B 的分组，应为 {'、'.join(sorted(_groups(after)))} 之一"
    unknown = [code for code in sources if code not in _groups(before)] if what == GROUP else []
    known = "、".join(sorted(_groups(before)))
    return f"from 的“{'、'.join(unknown)}”不是 A 的分组，应为 {known} 之一" if unknown else ""


def _finding(row: int, text: str) -> Finding:
    return Finding("assessment.map", Severity.ERROR, Where(pointer=f"对照表第{row}行"), text)
