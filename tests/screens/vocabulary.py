"""Every Chinese word a page can show, found where it is written: templates, desks, terms, forms, moves."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir

from api.desks import openings as opened
from api.desks.assessment_openings import BEGINNINGS
from api.problems import STATUSES
from api.screens.fields import row_form
from api.screens.page import TEMPLATES
from api.screens.reasons import PATTERNS
from budgetperf.actions.panel_files import PanelHead
from budgetperf.actions.verbs import VERBS
from budgetperf.budget.form import ObjectionForm
from budgetperf.forms import Form, fields
from budgetperf.lifecycle.result_use.form import NoticeForm
from budgetperf.process.transitions import TRANSITIONS
from budgetperf.statistics.form import IndexSpec

API = TEMPLATES.parent
UNSEEN = {"workbooks", "evidence", "rulebook"}
"""Packages whose vocabularies no page shows."""

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHOWN_BY_WORD = (
    "frame.py",
    "life.py",
    "papers.py",
    "adoption_facts.py",
    "project.py",
    "exante.py",
    "openings.py",
    "opening_choices.py",
    "notices.py",
    "limits.py",
    "work.py",
    "log.py",
    "monitoring.py",
    "bulk.py",
    "package_words.py",
    "package_cost_words.py",
    "package_rows.py",
    "panels.py",
    "runs.py",
    "rules.py",
    "special_factors.py",
    "assessments.py",
    "assessment.py",
    "assessment_openings.py",
    "assessment_papers.py",
    "assessment_phases.py",
    "assessment_presets.py",
    "assessed_life.py",
    "assessed_unit.py",
)


@cache
def words() -> frozenset[str]:
    """Return every word that goes through the catalogue."""
    return frozenset({*in_templates(), *of_terms(), *of_forms(), *of_moves(), *in_desks()})


def in_templates() -> Iterator[str]:
    """Words marked in templates."""
    for _, _, message, _, _ in extract_from_dir(
        TEMPLATES,
        [("**.html", "jinja2.ext.babel_extract")],
        {"**.html": {"newstyle_gettext": "true", "trimmed": "true"}},
    ):
        yield message if isinstance(message, str) else message[0]


def of_terms() -> Iterator[str]:
    """Labels of every vocabulary, read from the source so that nothing depends on what is imported."""
    for path in sorted([*(API.parent / "budgetperf").rglob("*.py"), *API.rglob("*.py")]):
        if UNSEEN & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                isinstance(base, ast.Name) and base.id == "Term" for base in node.bases
            ):
                yield from _labels(node)


def _labels(node: ast.ClassDef) -> Iterator[str]:
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Tuple) and len(item.value.elts) == 2:
            label = ast.literal_eval(item.value.elts[1])
            if CHINESE.search(label):
                yield label


def of_forms() -> Iterator[str]:
    """Labels and reasons of every field a page asks."""
    asked = (
        {verb.form for verb in VERBS.values()}
        | {item.form for item in opened.OPENINGS.values()}
        | {item.form for item in BEGINNINGS.values()}
        | {NoticeForm, ObjectionForm, IndexSpec, PanelHead}
    )
    for form in asked:
        yield from of_form(form)


def of_form(form: type[Form]) -> Iterator[str]:
    """Labels and reasons of one form and its rows."""
    for meta in fields(form):
        yield meta.label
        if meta.why:
            yield meta.why
        inner = row_form(meta)
        if inner:
            yield from of_form(inner)


def of_moves() -> Iterator[str]:
    """Labels of the moves, and what the frame says was done."""
    yield from (row.label for row in TRANSITIONS)
    yield from PATTERNS


def in_desks() -> Iterator[str]:
    """Words the desks hand to a screen: all their Chinese but what is raised or put together."""
    for name in SHOWN_BY_WORD:
        yield from _plain(ast.parse((API / "desks" / name).read_text(encoding="utf-8")))
    yield from (title for _, title in STATUSES.values())
    report = ast.parse((API.parent / "budgetperf/reports/index_report.py").read_text(encoding="utf-8"))
    yield from _plain(report)
    yield from of_baselines()
    yield from ("下载 Excel", "下载 JSON")
    yield from ("系统出错", "待签署承诺", "已承诺，待评分", "已提交评分", "已回避")


def of_baselines() -> Iterator[str]:
    """Words of diagnoses and of the model card that are not put together."""
    for name in ("baseline_words.py", "model_card.py"):
        tree = ast.parse((API.parent / "budgetperf" / "reports" / name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
                del node.body[0]
        yield from (word for word in _plain(tree) if word not in NOT_SHOWN)


NOT_SHOWN = {
    "比例", "占比", "比率", "份额", "、", "的", "不变", "增加", "减少", "每增加", "比标杆", "占比或标志",
    "当地条件，单位自己改变不了", "最近一年各单位成本之和", "，请核对数据；未剔除",
}  # fmt: skip
"""Words of the card that sentences are put together from, or units of measure are known by."""


def _plain(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Raise | ast.JoinedStr):
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "demand":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _plain(child)


def unwrapped(template: Path) -> list[str]:
    """Chinese of a template that stands outside every ``_(…)``."""
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r'_\("[^"]*"(?:, \w+=[\w.]+)*\)', "", text)
    return CHINESE.findall(text)
