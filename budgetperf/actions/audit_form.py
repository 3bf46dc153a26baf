"""A stranger's filled form audited: read, held against the edition of its year, answered.

Needs no account, no city and no database; nothing is stored. The rulebook and the day are given.
"""

import re
from collections.abc import Iterator, Sequence
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
from budgetperf.lifecycle.evaluation.typed_document import is_document
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import NATIONAL, Rulebook
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.workbooks.filled_form import FilledSheet, read_filled

_PLACE = re.compile(r"([\u4e00-\u9fff]{2,3}?)(?:省|自治区|市|区|县)")
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
        Id of the edition to hold it against; found by the form's year, place and execution points when empty.

    Raises
    ------
    Invalid
        When the file is no form, with findings at its places.
    NotFound
        ``rulebook.no_edition`` when the edition named does not exist or is none of self-evaluation.
    """
    if is_document(content):
        forms = read_forms(content)
        return whole_answer([_audited(form, rulebook, today, edition) for form in forms])
    sheets = read_filled(content)
    return whole_answer([_audited(sheet.form, rulebook, today, edition, sheet) for sheet in sheets])


def _audited(
    form: FilledForm, rulebook: Rulebook, today: date, named: str, sheet: FilledSheet | None = None
) -> AuditedForm:
    as_of = date(form.year + 1, *SETTLED) if form.year else today
    chosen, told = _edition(form, rulebook, as_of, named)
    scales = [one for one in rulebook.editions if isinstance(one.rules, GradeRules)]
    grades = _national(scales, as_of)[0].rules_as(GradeRules)
    case, found = audit(form, chosen.rules_as(SelfEvaluationRules), grades=grades)
    findings = (*told, *_year_told(form, today), *found)
    if sheet is not None:
        findings = (*sheet.findings, *(sheet.locate(one) for one in findings if not sheet.has_told(one)))
    title = AuditedEdition(id=chosen.id, title=chosen.title, digest=chosen.digest)
    return answer_of(case, findings, edition=title)


def _year_told(form: FilledForm, today: date) -> Iterator[Finding]:
    """Say so when the year of a form does not settle the edition."""
    if form.year is None:
        text = "本表没有写明年度，按今天施行的办法复算"
        yield Finding("audit.year_missing", Severity.NOTE, Where(), text)
    elif form.year > today.year:
        text = f"本表年度{form.year}年还没有开始，按现有办法复算，请核对年度"
        yield Finding("audit.year_ahead", Severity.NOTE, Where(), text)


def _edition(
    form: FilledForm, rulebook: Rulebook, as_of: date, named: str
) -> tuple[Edition, tuple[Finding, ...]]:
    """Return the edition named; else that of the place the form names, else one with its execution points."""
    if named:
        edition = _by_name(rulebook, named, as_of)
        if not isinstance(edition.rules, SelfEvaluationRules):
            raise NotFound("rulebook.no_edition", f"“{named}”不是单位自评的规则版本", edition=named)
        return edition, ()
    known = [one for one in rulebook.editions if isinstance(one.rules, SelfEvaluationRules)]
    known.sort(key=lambda one: (one.jurisdiction != NATIONAL, one.valid_from, one.id))
    found = [one for one in known if as_of in one.span]
    words, weight = f"{form.form_kind} {form.department}", read_points(form.budget.weight)
    for one in found:
        if place_of(one) and place_of(one) in words:
            return one, ()
    for one in found:
        if one.rules_as(SelfEvaluationRules).execution.weight == weight:
            return one, ()
    return _national(known, as_of)


def _by_name(rulebook: Rulebook, name: str, as_of: date) -> Edition:
    """Return the edition of a whole id, or of ``jurisdiction/kind`` the one that holds on the day."""
    jurisdiction, _, kind = name.rpartition("/")
    if any(edition.series == (jurisdiction, kind) for edition in rulebook.editions):
        return rulebook.get(kind, as_of, jurisdiction=jurisdiction)
    return rulebook.by_id(name)


def place_of(edition: Edition) -> str:
    """Return the place a local edition is of, as its title names it; empty for the national one.

    ``北京市海淀区项目支出绩效自评`` is of 海淀, ``湖北省项目支出绩效自评`` of 湖北.
    """
    named = _PLACE.findall(edition.title) if edition.jurisdiction != NATIONAL else []
    return named[-1] if named else ""


def _national(known: Sequence[Edition], as_of: date) -> tuple[Edition, tuple[Finding, ...]]:
    """Return the national edition of a day; the first there was, and a note, when there was none yet."""
    editions = [one for one in known if one.jurisdiction == NATIONAL]
    for one in editions:
        if as_of in one.span:
            return one, ()
    first = editions[0]
    text = f"本表年度尚无现行办法，按“{first.title}”（{first.valid_from.isoformat()}起施行）复算"
    return first, (Finding("audit.edition_later", Severity.NOTE, Where(), text),)
