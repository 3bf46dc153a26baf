"""The papers of a campaign: result notice, ranking table and score trace, of results the reader may see."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from budgetperf.actions.campaign_work import Work
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.errors import Conflict, NotFound
from budgetperf.fiscal import SHANGHAI
from budgetperf.lifecycle.unit_assessment.form import AppealDecisionForm
from budgetperf.process.stages import Stage
from budgetperf.reports.assessment_pages import (
    AdjustedLine,
    AssessmentNoticePage,
    AssessmentRankingPage,
    AssessmentTracePage,
    PartPoints,
    RankingTable,
    ResultLine,
)
from budgetperf.reports.assessment_steps import steps
from budgetperf.reports.models import Footer, write_day
from budgetperf.scoring.assessment import Track, UnitGroup
from budgetperf.store.campaigns import ResultFacts, UnitFacts, get_campaign, get_unit, results_of
from budgetperf.store.listings import filed_documents
from budgetperf.store.records import RecordFacts, list_records, steps_of


def assessment_notice_page(ctx: Context, record: RecordFacts, code: str) -> AssessmentNoticePage:
    """Return the result notice of a unit or person.

    Raises
    ------
    NotFound
        There is no such result, or the reader may not see it.
    Conflict
        Nothing has been published yet.
    """
    work, unit, result = _result_of(ctx, record, code)
    issued_on = work.campaign.approved_on or _day(ctx, record, "publish")
    if work.campaign.contest_ends_on is None or issued_on is None:
        raise Conflict("papers.not_published", "考评结果尚未公示，不能出具通知书")
    trace, track = result.document, _track(work, result)
    return AssessmentNoticePage(
        campaign=record.name,
        subject=unit.subject,
        state=record.status.label,
        line=_line(unit, trace, track),
        track=track.label,
        ranked_in=_company(track, unit.group_key)[1],
        adjusted=_adjusted(trace, track),
        vetoes=tuple(veto.label for veto in track.vetoes if veto.key in trace["vetoes"]),
        appeal=_appeal(work, work.campaign.contest_ends_on, ctx.today, appealed=_appealed(ctx, unit)),
        issuer=work.rules.approval.bodies[0],
        issued_on=issued_on,
        footer=_footer(ctx, record, work, result, unit.name),
    )


def assessment_trace_page(ctx: Context, record: RecordFacts, code: str) -> AssessmentTracePage:
    """Return every step of a unit's total.

    Raises
    ------
    NotFound
        There is no such result, or the reader may not see it.
    """
    work, unit, result = _result_of(ctx, record, code)
    track = _track(work, result)
    return AssessmentTracePage(
        campaign=record.name,
        subject=unit.subject,
        state=record.status.label,
        line=_line(unit, result.document, track),
        track=track.label,
        blocks=steps(result.document, work.scheme),
        footer=_footer(ctx, record, work, result, unit.name),
    )


def assessment_ranking_page(ctx: Context, record: RecordFacts) -> AssessmentRankingPage:
    """Return the ranking of what results the reader may see.

    Raises
    ------
    Conflict
        Nothing has been published yet.
    NotFound
        The reader may see no result.
    """
    work = work_for(ctx, get_campaign(ctx.session, record.id))
    if work.campaign.contest_ends_on is None:
        raise Conflict("papers.not_published", "考评结果尚未公示，不能出具排名表")
    found = {result.unit_id: result for result in results_of(ctx.session, record.id)}
    shown = [unit for unit in work.units if unit.id in found]
    if not shown:
        raise NotFound("papers.no_result", "没有您可以查看的考评结果")
    tables: dict[tuple[str, str], list[ResultLine]] = {}
    for unit in shown:
        track = _track(work, found[unit.id])
        line = _line(unit, found[unit.id].document, track)
        tables.setdefault((track.key, _company(track, unit.group_key)[0]), []).append(line)
    tracks = {track.key: track for track in work.scheme.tracks}
    order = [(track.key, group.key) for track in work.scheme.tracks for group in _companies(track)]
    whole = len(shown) == len(work.units)
    return AssessmentRankingPage(
        campaign=record.name,
        subject=work.campaign.subject,
        state=record.status.label,
        note="" if whole else "仅列您可以查看的结果，名次为全体排名中的名次",
        tables=tuple(_table(tracks[key[0]], key[1], tables[key]) for key in order if key in tables),
        footer=_footer(ctx, record, work, found[shown[0].id], "排名表"),
    )


def ranking_book(ctx: Context, record: RecordFacts) -> bytes:
    """Return the ranking as a workbook; as ``assessment_ranking_page``."""
    from budgetperf.workbooks.ranking_book import ranking_workbook  # loads xlsxwriter: the worker only

    return ranking_workbook(assessment_ranking_page(ctx, record))


# ------------------------------------------------------------------------ inside


def _result_of(ctx: Context, record: RecordFacts, code: str) -> tuple[Work, UnitFacts, ResultFacts]:
    work = work_for(ctx, get_campaign(ctx.session, record.id))
    unit = get_unit(ctx.session, record.id, code)
    for result in results_of(ctx.session, record.id):
        if result.unit_id == unit.id:
            return work, unit, result
    raise NotFound("papers.no_result", "没有该考评对象的结果，或尚未公示，或您无权查看")


def _track(work: Work, result: ResultFacts) -> Track:
    return next(track for track in work.scheme.tracks if track.key == result.document["track"])


def _line(unit: UnitFacts, trace: Mapping[str, Any], track: Track) -> ResultLine:
    return ResultLine(
        code=unit.code,
        name=unit.name,
        group=next(group.label for group in track.groups if group.key == unit.group_key),
        parts=tuple(_part(part) for part in trace["components"]),
        bonus=Decimal(trace["bonus"]),
        penalty=Decimal(trace["penalty"]),
        total=_number(trace["total"]),
        rank=trace["rank"],
        grade=trace["grade_label"],
        consequences=tuple(one["label"] for one in trace["consequences"]),
        reasons=tuple(trace["reasons"]),
    )


def _part(part: Mapping[str, Any]) -> PartPoints:
    return PartPoints(
        part["label"], _number(part["points"]), Decimal(part["out_of"]), Decimal(part["factor"])
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _companies(track: Track) -> tuple[UnitGroup, ...]:
    """Return what units are ranked inside, as groups: the track itself under a key of none."""
    if track.ranking.scope == "track":
        return (UnitGroup(key="", label=track.label),)
    return track.groups


def _company(track: Track, group: str) -> tuple[str, str]:
    """Return key and label of the company a group is ranked in."""
    key = {"group": group, "parent": track.parent(group), "track": ""}[track.ranking.scope]
    return key, next(one.label for one in _companies(track) if one.key == key)


def _table(track: Track, company: str, lines: list[ResultLine]) -> RankingTable:
    label = next(one.label for one in _companies(track) if one.key == company)
    ordered = sorted(lines, key=lambda line: (line.rank is None, line.rank or 0, line.code))
    blank = tuple(PartPoints(part.label, None, part.out_of, part.factor) for part in track.components)
    return RankingTable(
        track.label,
        label,
        tuple(part.label for part in track.components),
        tuple(line if line.parts else replace(line, parts=blank) for line in ordered),
    )


def _adjusted(trace: Mapping[str, Any], track: Track) -> tuple[AdjustedLine, ...]:
    sides = (("加分", track.adjustments.bonus), ("扣分", track.adjustments.penalty))
    items = {item.key: (what, item.label) for what, side in sides if side for item in side.items()}
    return tuple(
        AdjustedLine(*items[claim["item"]], Decimal(claim["value"]), claim["award"])
        for claim in trace["claims"]
        if Decimal(claim["value"])
    )


def _appealed(ctx: Context, unit: UnitFacts) -> bool:
    """Tell whether the unit appealed and was answered."""
    appeals = list_records(ctx.session, ctx.actor, stage=Stage.APPEAL, subject=unit.subject)
    return bool(filed_documents(ctx.session, (one.id for one in appeals), AppealDecisionForm.__name__))


def _appeal(work: Work, last: date, today: date, *, appealed: bool) -> str:
    rules = work.rules.appeals
    if today > last:
        answers = "申诉的答复见申诉记录。" if appealed else ""
        return f"对结果的申诉期已于{write_day(last)}届满。{answers}"
    return (
        f"对结果有异议的，可以在{write_day(last)}以前（含当日）向{rules.label}提出申诉，并附证明材料；"
        f"申诉自受理之日起{rules.decide_within}个工作日内答复。逾期未申诉的，视为无异议。"
    )


def _day(ctx: Context, record: RecordFacts, *verbs: str) -> date | None:
    """Return the last day one of the verbs was taken."""
    days = [step.at for step in steps_of(ctx.session, [record.id]) if step.verb in verbs]
    return max(days).astimezone(SHANGHAI).date() if days else None


def _footer(ctx: Context, record: RecordFacts, work: Work, result: ResultFacts, about: str) -> Footer:
    as_of = _day(ctx, record, "compute", "finalise") or ctx.today
    return Footer(f"{work.campaign.subject} {about}", work.campaign.scheme, result.package, as_of)
