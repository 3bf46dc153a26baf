"""``./bp build-index``: an indicator system from three tables, without a database.

Reads the tables, builds, writes the workbook, the report and the draft edition into a folder, and
says what was found. Holds no method: those stand in ``budgetperf.statistics``. Loads pandas and
statsmodels; its command line stands in ``index_verb``.
"""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from budgetperf.actions.index_build import checked_draft
from budgetperf.errors import Invalid, NotFound
from budgetperf.findings import Finding, Severity
from budgetperf.forms import fields, read
from budgetperf.reports.index_report import index_report, markdown
from budgetperf.statistics.form import IndexSpec
from budgetperf.statistics.outcome import outcome_of
from budgetperf.statistics.records import IndexTables
from budgetperf.terms import Term
from budgetperf.workbooks.index_book import index_book
from budgetperf.workbooks.index_tables import read_pairs, read_survey, read_values
from budgetperf.workbooks.tables import Table, read_table

_HEAD = ("title", "jurisdiction", "valid_from")
"""Parameters with an option of their own."""


def build_index(given: argparse.Namespace, say: Callable[[str], None], *, today: date) -> int:
    """Build, write and say; 1 when an error is among the findings.

    Raises
    ------
    Invalid, NotFound
    """
    spec = _spec(given, today)
    tables = IndexTables(
        read_survey(_table(given.survey)),
        read_values(_table(given.values)),
        read_pairs(_table(given.pairs)) if given.pairs else None,
    )
    outcome = outcome_of(tables, spec)
    report = index_report(outcome, spec, computed_on=today)
    _write(given.out / "测算表.xlsx", index_book(report), say)
    _write(given.out / "测算报告.md", markdown(report).encode("utf-8"), say)
    for finding in sorted(outcome.findings, key=lambda item: -item.severity.rank):
        say(f"[{finding.severity.label}] {finding.message}")
    draft = checked_draft(outcome, spec, computed_on=today)
    _write(given.out / draft.path, draft.text.encode("utf-8"), say)
    say(f"保留 {len(outcome.weights)} 个指标，删去 {len(outcome.dropped)} 个 / kept and dropped")
    return int(any(finding.severity is Severity.ERROR for finding in outcome.findings))


def _spec(given: argparse.Namespace, today: date) -> IndexSpec:
    """Return the parameters from the command line."""
    named = dict(item.partition("=")[::2] for item in given.set)
    free = {field.name: field.label for field in fields(IndexSpec) if field.name not in _HEAD}
    if unknown := [name for name in named if name not in free]:
        choices = "、".join(f"{name}（{label}）" for name, label in free.items())
        raise Invalid("index.parameters", f"没有参数“{unknown[0]}”，--set 可设：{choices}")
    head = {
        "title": given.title,
        "jurisdiction": given.jurisdiction,
        "valid_from": given.valid_from or date(today.year + 1, 1, 1).isoformat(),
    }
    spec, findings = read(IndexSpec, named | head)
    if spec is None:
        text = "；".join(f"{finding.message}{_choices(finding)}" for finding in findings)
        raise Invalid("index.parameters", f"参数有误：{text}")
    return spec


def _choices(finding: Finding) -> str:
    """List the codes a parameter may take, where it is chosen from a vocabulary."""
    field = IndexSpec.model_fields.get(finding.where.pointer.removeprefix("/"))
    terms = field.annotation if field else None
    if not (isinstance(terms, type) and issubclass(terms, Term)):
        return ""
    return (
        "，应为 "
        + "、".join(f"{term.value}（{term.label}）" for term in terms if getattr(term, "weighs", True))
        + " 之一"
    )


def _table(path: Path) -> Table:
    if not path.is_file():
        raise NotFound("index.file", f"没有找到文件 {path}")
    return read_table(path.read_bytes(), name=path.name)


def _write(path: Path, content: bytes, say: Callable[[str], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    say(f"已写 {path}")
