"""A stranger's filled form audited: read, held against the edition of its year, answered.

Needs no account, no city and no database; nothing is stored. The rulebook and the day are given.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from budgetperf.errors import NotFound
from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.evaluation.audit import audit
from budgetperf.lifecycle.evaluation.audit_answer import (
    AuditAnswer,
    AuditedEdition,
    AuditedForm,
    Chosen,
    answer_of,
    whole_answer,
    word_of,
)
from budgetperf.lifecycle.evaluation.audit_form import FilledForm, read_forms
from budgetperf.lifecycle.evaluation.typed_document import is_document
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import NATIONAL, Rulebook
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.workbooks.filled_form import FilledSheet, read_filled

KIND, GRADES = "self_evaluation", "grades"
SETTLED = (6, 30)
"""Month and day of the next year by which a year's self-evaluations are done."""
_WHOLE_NAMES = ("省", "自治区", "市", "区", "县", "州", "盟", "旗")


@dataclass(frozen=True, slots=True)
class _Choice:
    """The edition a form is held against, why, and the place it names."""

    edition: Edition
    why: Chosen
    place: str = ""


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
        Id of the edition to hold it against; found by the form's year and place when empty.

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
    choice = _named(rulebook, named, as_of) if named else _choice(form, rulebook, as_of)
    chosen = choice.edition
    scale = _scale(rulebook, choice, as_of)
    case, findings = audit(form, chosen.rules_as(SelfEvaluationRules), grades=scale.rules_as(GradeRules))
    findings = (*_year_told(form, today), *findings)
    if choice.why is Chosen.FIRST:
        findings = (_later(chosen), *findings)
    if sheet is not None:
        findings = (*sheet.findings, *(sheet.locate(one) for one in findings if not sheet.has_told(one)))
    told = AuditedEdition(
        id=chosen.id,
        title=chosen.title,
        digest=chosen.digest,
        chosen=word_of(choice.why),
        place=choice.place,
        grades=scale.id,
    )
    return answer_of(case, findings, edition=told)


def _scale(rulebook: Rulebook, choice: _Choice, as_of: date) -> Edition:
    """Return the grades that go with an edition: this service's for its own, else those of its place or the nation's."""
    own = choice.why is Chosen.PLACE and rulebook.applies(choice.edition, as_of)
    if own or choice.why in {Chosen.SERVICE, Chosen.NATIONAL}:
        found = _in_force(rulebook, GRADES, as_of)
    else:
        places = (choice.edition.jurisdiction, NATIONAL)
        held = (_in_force(rulebook, GRADES, as_of, place) for place in places)
        found = next((edition for edition in held if edition), None)
    return found or _first(rulebook, GRADES)


def _year_told(form: FilledForm, today: date) -> Iterator[Finding]:
    """Say so when the year of a form does not settle the edition."""
    if form.year is None:
        text = "本表没有写明年度，按今天施行的办法复算"
        yield Finding("audit.year_missing", Severity.NOTE, Where(), text)
    elif form.year > today.year:
        text = f"本表年度{form.year}年还没有开始，按现有办法复算，请核对年度"
        yield Finding("audit.year_ahead", Severity.NOTE, Where(), text)


def _named(rulebook: Rulebook, name: str, as_of: date) -> _Choice:
    """Choose the edition of a whole id, or of ``jurisdiction/kind`` the one that holds on the day."""
    jurisdiction, _, kind = name.rpartition("/")
    if any(edition.series == (jurisdiction, kind) for edition in rulebook.editions):
        edition = rulebook.get(kind, as_of, jurisdiction=jurisdiction)
    else:
        edition = rulebook.by_id(name)
    if not isinstance(edition.rules, SelfEvaluationRules):
        raise NotFound("rulebook.no_edition", f"“{name}”不是单位自评的规则版本", edition=name)
    return _Choice(edition, Chosen.NAMED)


def _choice(form: FilledForm, rulebook: Rulebook, as_of: date) -> _Choice:
    """Choose the edition of the place the form names, else the one used here; never one that only looks alike."""
    jurisdiction, place = _place(form, rulebook)
    used = _in_force(rulebook, KIND, as_of)
    if used and used.jurisdiction != NATIONAL and (not place or jurisdiction == rulebook.place):
        return _Choice(used, Chosen.PLACE if place else Chosen.SERVICE, place)
    own = _in_force(rulebook, KIND, as_of, jurisdiction) if place else None
    if own is not None:
        return _Choice(own, Chosen.PLACE, place)
    national = _in_force(rulebook, KIND, as_of, NATIONAL)
    if national is None:
        return _Choice(_first(rulebook, KIND), Chosen.FIRST, place)
    return _Choice(national, Chosen.NOT_IN_FORCE if place else Chosen.NATIONAL, place)


def _place(form: FilledForm, rulebook: Rulebook) -> tuple[str, str]:
    """Return the jurisdiction and the name of the place a form says it is of; the longest name counts."""
    found = [
        (len(name), edition.jurisdiction, name)
        for edition in rulebook.editions
        if edition.kind == KIND
        for name in edition.serves
        if begins_with_place(form.department, name) or begins_with_place(form.form_kind, name)
    ]
    _, jurisdiction, place = max(found, default=(0, "", ""))
    return jurisdiction, place


def begins_with_place(text: str, name: str) -> bool:
    """Tell whether a text, or what it says in brackets, begins with the name of a place as a word of its own.

    Examples
    --------
    >>> begins_with_place("四川省财政厅", "四川省"), begins_with_place("自评表（四川 报表编号…）", "四川")
    (True, True)
    >>> begins_with_place("四川北路街道办事处", "四川"), begins_with_place("上海市黄浦区云南路小学", "云南")
    (False, False)
    """
    end = "" if name.endswith(_WHOLE_NAMES) else r"(?![\u4e00-\u9fff])"
    return re.search(rf"(?:^|[(（])[\s\d年度]*{re.escape(name)}{end}", text) is not None


def _in_force(rulebook: Rulebook, kind: str, as_of: date, jurisdiction: str = "") -> Edition | None:
    try:
        return rulebook.get(kind, as_of, jurisdiction=jurisdiction)
    except NotFound:
        return None


def _first(rulebook: Rulebook, kind: str) -> Edition:
    known = (edition for edition in rulebook.editions if edition.series == (NATIONAL, kind))
    return min(known, key=lambda edition: edition.valid_from)


def _later(first: Edition) -> Finding:
    text = f"本表年度尚无现行办法，按“{first.title}”（{first.valid_from.isoformat()}起施行）复算"
    return Finding("audit.edition_later", Severity.NOTE, Where(), text)
