"""What whoever adopts a baseline should see first: its sums, what it changes of the one in force, what was found."""

from collections.abc import Iterator

from api.screens.buttons import Link
from budgetperf.actions.adoption import in_two_panels, without_band, without_projects
from budgetperf.actions.context import Context
from budgetperf.actions.seen_baseline import SeenBaseline, seen_baseline
from budgetperf.findings import Finding, Where
from budgetperf.reports.baseline_change import change, totals
from budgetperf.reports.baseline_view import BaselineView
from budgetperf.reports.baseline_words import Diagnosis
from budgetperf.store.adoptions import adoptions
from budgetperf.store.records import RecordFacts

WORST = 3
"""Units told of a finding before whoever adopts."""


def adoption_of(ctx: Context, record: RecordFacts) -> tuple[tuple[Link, ...], tuple[Finding, ...]]:
    """Return the pages and figures of a fitted baseline, and what to heed: projects without an answer, all findings."""
    seen, lacking = seen_baseline(ctx, record.id), without_band(ctx, record)
    facts = (*_facts(seen, len(lacking)), *_changes(ctx, record, seen.view))
    found = (_told(seen.view, one) for one in seen.view.diagnoses)
    return facts, (*without_projects(ctx, record), *lacking, *in_two_panels(ctx, record), *found)


def _told(view: BaselineView, one: Diagnosis) -> Finding:
    """Say what was found with the first units it holds of (of distances, the farthest first); the baseline's page lists all."""
    cases = [f"{view.names.get(unit.dmu, unit.dmu)} {unit.text}" for unit in one.units[:WORST]]
    worst = f"。共{len(one.units)}个单元，如：{'；'.join(cases)}" if cases else ""
    return Finding(one.code, one.severity, Where(), f"{one.title}：{one.meaning}{worst}")


def _facts(seen: SeenBaseline, lacking: int) -> Iterator[Link]:
    sums, address = totals(seen.view), f"/baselines/{seen.found.record_id}"
    yield Link("成本基线", address)
    yield Link("测算结果（决策包）", f"/decisions/{seen.found.digest}", seen.found.digest[:12])
    yield Link("有预算年度基线的单元", f"{address}#targets", str(sums.n))
    yield Link("基线合计（元）", "", str(sums.point))
    if sums.payable is not None:
        yield Link("应付额合计（元）", "", str(sums.payable))
    for grade, number in sums.grades.items():
        yield Link(grade.label, "", f"{grade.value} {number}")
    yield Link("没有测算结果的项目", "", str(lacking))


def _changes(ctx: Context, record: RecordFacts, view: BaselineView) -> Iterator[Link]:
    known = (one for one in adoptions(ctx.session).values() if one.in_force and one.record_id != record.id)
    asked = (record.subject, record.fiscal_year)
    now = next((one for one in known if (one.panel_code, one.fiscal_year) == asked), None)
    if now is None:
        yield Link("现行基线", "", "—")
        return
    found = change(seen_baseline(ctx, now.record_id).view, view)
    yield Link("现行基线", f"/baselines/{now.record_id}")
    yield Link("两次都有基线的单元", "", str(found.n))
    yield Link("上调的单元", "", str(found.up))
    yield Link("下调的单元", "", str(found.down))
    yield Link("不变的单元", "", str(found.same))
    yield Link("两次都有的单元，现行合计（元）", "", str(found.before))
    yield Link("两次都有的单元，本次合计（元）", "", str(found.after))
    yield Link("两次都有的单元，合计增减（元）", "", f"{'+' if found.total.fen > 0 else ''}{found.total}")
