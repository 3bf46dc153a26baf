"""What somebody should look at before making a move: the papers and the warnings of a record."""

import hashlib

from api.screens.buttons import Link
from budgetperf.actions.context import Context
from budgetperf.actions.goals import goal_form
from budgetperf.actions.request import review_goals
from budgetperf.actions.rule_editions import filed_text
from budgetperf.findings import Finding
from budgetperf.process.stages import Stage
from budgetperf.store.records import RecordFacts, find_record, latest_filing
from budgetperf.store.results import decisions_of


def papers_of(ctx: Context, record: RecordFacts) -> tuple[Link, ...]:
    """Return the pages and figures a move rests on."""
    if record.stage is Stage.LIMITS:
        return (Link("控制数表", f"/limits/{record.fiscal_year}"),)
    if record.stage is Stage.BASELINE:
        return tuple(
            Link("测算结果（决策包）", f"/decisions/{item.digest}", item.digest[:12])
            for item in decisions_of(ctx.session, record_id=record.id)
        )
    if record.stage is Stage.RULE:
        return _of_rule(ctx, record)
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
