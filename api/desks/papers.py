"""What somebody should look at before making a move: the papers and the warnings of a record."""

import hashlib
from collections.abc import Iterator, Mapping

from api.desks.adoption_facts import adoption_of
from api.desks.assessment_phases import WORDS
from api.desks.assessment_ranking import track_tables
from api.desks.moves import assessment_page
from api.screens.buttons import Link
from budgetperf.actions.campaign_work import begun_phases
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.actions.goals import goal_form
from budgetperf.actions.request import review_goals
from budgetperf.actions.rule_editions import filed_text
from budgetperf.actions.special_factors import movement_of
from budgetperf.findings import Finding
from budgetperf.forms import Form
from budgetperf.lifecycle.unit_assessment.form import AppealForm, BonusForm, ImprovementForm, PenaltyForm
from budgetperf.process.stages import ASSESSMENT_STAGES, Stage
from budgetperf.reports.movement_view import movement_view
from budgetperf.store.campaigns import get_campaign, results_of
from budgetperf.store.records import RecordFacts, find_record, latest_filing

_CLAIMS: dict[Stage, type[Form]] = {
    Stage.BONUS: BonusForm,
    Stage.PENALTY: PenaltyForm,
    Stage.APPEAL: AppealForm,
    Stage.IMPROVEMENT: ImprovementForm,
}
_SAID = {
    "award": "事由",
    "value": "数量",
    "statement": "说明",
    "problem": "存在问题",
    "demand": "请求",
}


_RANKED = 10
"""Places of a ranking that are told before it is published."""


def papers_of(ctx: Context, record: RecordFacts) -> tuple[Link, ...]:
    """Return the pages and figures a move rests on."""
    if record.stage is Stage.LIMITS:
        return (Link("控制数表", f"/limits/{record.fiscal_year}"),)
    if record.stage is Stage.BASELINE:
        return adoption_of(ctx, record)[0]
    if record.stage is Stage.RULE:
        return _of_rule(ctx, record)
    if record.stage is Stage.SPECIAL_FACTOR_CLAIM:
        return tuple(_of_claim(ctx, record))
    if record.stage in ASSESSMENT_STAGES:
        return _of_assessment(ctx, record)
    request = (
        record
        if record.stage is Stage.REQUEST
        else find_record(
            ctx.session, ctx.actor, record.subject, fiscal_year=record.fiscal_year, stage=Stage.REQUEST
        )
    )
    filing = latest_filing(ctx.session, request.id, "GoalForm") if request else None
    found = [Link("项目页", f"/projects/{record.subject}?year={record.fiscal_year}")]
    if filing:
        goals = goal_form(filing)
        found += [
            Link(
                "绩效指标",
                f"/projects/{record.subject}?year={record.fiscal_year}#goals",
                str(len(goals.indicators)),
            ),
            Link("申报数（元）", "", str(goals.request)),
        ]
    return tuple(found)


def _of_claim(ctx: Context, record: RecordFacts) -> Iterator[Link]:
    """Yield the claim's page and, for who sees it, what it would move."""
    yield Link("申请与影响", f"/special-factor-claims/{record.id}")
    yield Link("上传材料", f"/projects/{record.subject}?year={record.fiscal_year}#files")
    found = movement_of(ctx, record)
    if found is not None:
        view = movement_view(found.facts, found.result)
        yield Link("认定前基线（元）", "", str(view.own.before.point))
        yield Link("认定后基线（元）", "", str(view.own.after.point))
        yield Link("其他单位变动合计（元）", "", str(view.others))


def _of_assessment(ctx: Context, record: RecordFacts) -> tuple[Link, ...]:
    """Return the page of the campaign or the unit, and what a claim or an appeal says."""
    page, campaign = assessment_page(record.subject), assessment_page(record.subject.partition(".")[0])
    found = (
        [Link("年度考评", campaign)]
        if page == campaign
        else [Link("考评对象", page), Link("年度考评", campaign)]
    )
    if record.stage is Stage.ASSESSMENT:
        found += _of_campaign(ctx, record, page)
    if record.stage is Stage.FACT_REPORT:
        found.insert(0, Link("报送的数据", f"/records/{record.id}/filed"))
    form = _CLAIMS.get(record.stage)
    filing = latest_filing(ctx.session, record.id, form.__name__) if form else None
    if filing is not None and isinstance(filing.document, Mapping):
        said = filing.document
        found += [Link(word, "", str(said[name])) for name, word in _SAID.items() if said.get(name)]
    return tuple(found)


def _of_campaign(ctx: Context, record: RecordFacts, page: str) -> Iterator[Link]:
    """Yield what a move of a whole campaign is about: how many, which phase with its work, the ranking so far."""
    work = work_for(ctx, get_campaign(ctx.session, record.id))
    yield Link("考评对象", f"{page}#roster", str(len(work.units)))
    for phase in begun_phases(work.rules, work.campaign.fiscal_year, ctx.today)[-1:]:
        sent = "、".join(dict.fromkeys(WORDS[task.what] for task in phase.opens))
        yield Link("当前阶段", f"{page}#cycle-title", f"{phase.label}（{sent}）" if sent else phase.label)
    for track in track_tables(work.scheme, work.units, results_of(ctx.session, record.id)):
        for group in track.groups:
            first = "；".join(f"{row.rank or '—'} {row.name} {row.total}" for row in group.rows[:_RANKED])
            more = f"……（{group.found}）" if group.found > _RANKED else ""
            yield Link(group.label or track.label, f"{page}#results", first + more)


def _of_rule(ctx: Context, record: RecordFacts) -> tuple[Link, ...]:
    page, filed = Link("规则草案", f"/rules/drafts/{record.id}"), filed_text(ctx, record)
    if filed is None:
        return (page,)
    digest = hashlib.sha256(filed.raw).hexdigest()
    return (
        page,
        Link("生效日", "", record.subject.rpartition("/")[2]),
        Link("文本摘要（SHA-256）", "", digest),
    )


def warnings_of(ctx: Context, record: RecordFacts) -> tuple[Finding, ...]:
    """Return what the checks say of the goals as filed, for whoever reviews them."""
    filing = latest_filing(ctx.session, record.id, "GoalForm")
    return review_goals(ctx, record, goal_form(filing)) if filing else ()
