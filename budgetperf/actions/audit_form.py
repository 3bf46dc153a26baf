"""A stranger's filled form audited: read, held against the edition of its year, answered.

Needs no account, no city and no database; nothing is stored. The rulebook and the day are given.
"""

from datetime import date

from budgetperf.errors import NotFound
from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.evaluation.audit import audit
from budgetperf.lifecycle.evaluation.audit_answer import (
    AuditAnswer,
    AuditedEdition,
    AuditedForm,
    answer_of,
    whole_answer,
)
from budgetperf.lifecycle.evaluation.audit_form import FilledForm, read_forms
from budgetperf.lifecycle.evaluation.published_value import read_points
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import NATIONAL, Rulebook
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.workbooks.filled_form import FilledSheet, read_filled

KIND, GRADES = "self_evaluation", "grades"
SETTLED = (6, 30)
"""Month and day of the next year by which a year's self-evaluations are done."""


def audit_file(content: bytes, rulebook: Rulebook, *, today: date, edition: str = "") -> AuditAnswer:
    """Audit every form of a file.

    Parameters
    ----------
    content : bytes
        An .xlsx in the national layout, or JSON in the layout of the published forms.
    rulebook : Rulebook
    today : date
        The day that settles the edition of a form without a year.
    edition : str
        Id of the edition to hold it against; found by year and execution points when empty.

    Raises
    ------
    Invalid
        When the file is no form, with findings at its places.
    NotFound
        ``rulebook.no_edition`` when the edition named does not exist or is none of self-evaluation.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        forms = read_forms(content.removeprefix(b"\xef\xbb\xbf"))
        return whole_answer([_audited(form, rulebook, today, edition) for form in forms])
    sheets = read_filled(content)
    return whole_answer([_audited(sheet.form, rulebook, today, edition, sheet) for sheet in sheets])


def _audited(
    form: FilledForm, rulebook: Rulebook, today: date, named: str, sheet: FilledSheet | None = None
) -> AuditedForm:
    as_of = date(form.year + 1, *SETTLED) if form.year else today
    chosen, told = _edition(form, rulebook, as_of, named)
    grades, _ = _in_force(rulebook, GRADES, as_of)
    case, found = audit(form, chosen.rules_as(SelfEvaluationRules), grades=grades[0].rules_as(GradeRules))
    findings = (*told, *found)
    if sheet is not None:
        findings = (*sheet.findings, *(sheet.locate(finding) for finding in findings))
    title = AuditedEdition(id=chosen.id, title=chosen.title, digest=chosen.digest)
    return answer_of(case, findings, edition=title)


def _edition(
    form: FilledForm, rulebook: Rulebook, as_of: date, named: str
) -> tuple[Edition, tuple[Finding, ...]]:
    """Return the edition named; else, of those in force, the one with the form's execution points."""
    if named:
        edition = rulebook.by_id(named)
        if not isinstance(edition.rules, SelfEvaluationRules):
            raise NotFound("rulebook.no_edition", f"“{named}”不是单位自评的规则版本", edition=named)
        return edition, ()
    editions, told = _in_force(rulebook, KIND, as_of)
    weight = read_points(form.budget.weight)
    fitting = [one for one in editions if one.rules_as(SelfEvaluationRules).execution.weight == weight]
    return (fitting or editions)[0], told


def _in_force(rulebook: Rulebook, kind: str, as_of: date) -> tuple[list[Edition], tuple[Finding, ...]]:
    """Return the editions of a kind on a day, the national first; the oldest when there was none yet."""
    known = [
        one
        for one in rulebook.editions
        if one.kind == kind and isinstance(one.rules, SelfEvaluationRules | GradeRules)
    ]
    known.sort(key=lambda one: (one.jurisdiction != NATIONAL, one.valid_from, one.id))
    found = [one for one in known if as_of in one.span]
    if found and found[0].jurisdiction == NATIONAL:
        return found, ()
    text = f"本表年度尚无现行办法，按“{known[0].title}”（{known[0].valid_from.isoformat()}起施行）复算"
    return known[:1], (Finding("audit.edition_later", Severity.NOTE, Where(), text),)
