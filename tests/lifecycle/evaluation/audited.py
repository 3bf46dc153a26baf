"""A sound filled form for tests, changed one cell at a time, and the codes it is told."""

from budgetperf.findings import Finding, Severity
from budgetperf.lifecycle.evaluation.audit import audit
from budgetperf.lifecycle.evaluation.audit_case import AuditCase
from budgetperf.lifecycle.evaluation.audit_form import FilledForm
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

BOOK = Rulebook.load()
RULES = BOOK.by_id("national/self_evaluation/2020-02-25").rules_as(SelfEvaluationRules)
GRADES = BOOK.by_id("national/grades/2020-02-25").rules_as(GradeRules)

Row = dict[str, object]


def row(target: str, actual: str, weight: str, score: str, note: str = "", **changes: object) -> Row:
    """Return one indicator."""
    made: Row = {"level1": "产出指标", "level2": "数量指标", "level3": "完成数量"}
    return (
        made | {"target": target, "actual": actual, "weight": weight, "score": score, "note": note} | changes
    )


def form(rows: list[Row] | None = None, *, budget: Row | None = None, **changes: object) -> FilledForm:
    """Return a sound form of 60 + 30 + 10 points, changed as asked."""
    money: Row = {
        "全年预算数": "100",
        "全年执行数": "95",
        "执行率": "95%",
        "分值": "10",
        "得分": "9.5",
        "unit": "万元",
    }
    sound = [row("≥100个", "100个", "60", "60"), row("≥90%", "92%", "30", "30", level3="满意度")]
    document: Row = {
        "year": 2025,
        "indicators": rows or sound,
        "budget": money | (budget or {}),
        "total_score": "99.5",
    }
    return FilledForm.model_validate(document | changes)


def audited(filled: FilledForm, rules: SelfEvaluationRules = RULES) -> tuple[AuditCase, tuple[Finding, ...]]:
    """Audit a form under the national edition."""
    return audit(filled, rules, grades=GRADES)


def told(filled: FilledForm, severity: Severity | None = None) -> list[str]:
    """Return the codes a form is told, without the leading ``audit.``."""
    _, findings = audited(filled)
    return [
        finding.code.removeprefix("audit.")
        for finding in findings
        if severity is None or finding.severity is severity
    ]
