"""A file audited as a stranger brings it: both formats, the edition of its year, refusals."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from budgetperf.actions.audit_form import audit_file
from budgetperf.errors import Invalid, NotFound
from budgetperf.ledger import RateBase
from budgetperf.lifecycle.evaluation.audit_form import (
    MAX_COMMAS,
    MAX_FILE_ROWS,
    MAX_FORMS,
    MAX_JSON_BYTES,
    MAX_TOLD,
)
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

BOOK, TODAY = Rulebook.load(), date(2026, 3, 1)
FORMS = Path(__file__).parents[2] / "fixtures/forms"
PUBLISHED = FORMS / "published/forms.json"
MADE = FORMS / "self_evaluation"
EDITION = "national/self_evaluation/2020-02-25"


def sound() -> dict[str, object]:
    found: dict[str, object] = json.loads((MADE / "should_pass/sound.json").read_bytes())
    return found


def packed(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def refusal(content: bytes) -> Invalid:
    with pytest.raises(Invalid) as refused:
        audit_file(content, BOOK, today=TODAY)
    return refused.value


def test_all_published_forms_are_answered_in_one_file() -> None:
    answer = audit_file(PUBLISHED.read_bytes(), BOOK, today=TODAY)
    assert len(answer.forms) == 20
    first = answer.forms[0]
    assert (first.id, str(first.total), str(first.out_of), first.grade) == ("F01", "99.29", "110", None)
    assert first.model_dump(mode="json")["sums"] == {
        "weights": "100",
        "weights_with_execution": "110",
        "scores": "90",
        "scores_with_execution": "96",
    }
    assert answer.errors == sum(
        finding.severity == "error" for form in answer.forms for finding in form.findings
    )


@pytest.mark.parametrize("name", sorted(path.name for path in (MADE / "should_fail").iterdir()))
def test_a_workbook_and_the_same_form_typed_are_told_the_same(name: str) -> None:
    read = audit_file((MADE / "should_fail" / name / "form.xlsx").read_bytes(), BOOK, today=TODAY)
    typed = audit_file((MADE / "should_fail" / name / "form.json").read_bytes(), BOOK, today=TODAY)
    assert [(f.code, f.row, f.message) for f in read.forms[0].findings] == [
        (f.code, f.row, f.message) for f in typed.forms[0].findings
    ]
    assert (read.forms[0].total, read.forms[0].grade) == (typed.forms[0].total, typed.forms[0].grade)
    assert all(finding.cell for finding in read.forms[0].findings)


def test_a_clean_form_has_a_grade_and_no_finding() -> None:
    [form] = audit_file((MADE / "should_pass/national_layout.xlsx").read_bytes(), BOOK, today=TODAY).forms
    assert form.findings == ()
    assert form.model_dump(mode="json")["total"] == "99.4"
    assert form.grade is not None
    assert form.grade.label == "优"
    assert form.edition.id == EDITION


def test_a_form_older_than_any_edition_is_held_against_the_first_and_told() -> None:
    [form] = audit_file(packed(sound() | {"year": 2012}), BOOK, today=TODAY).forms
    assert [finding.code for finding in form.findings] == ["audit.edition_later"]
    assert form.edition.id == EDITION


def test_a_form_without_a_year_is_held_against_the_edition_of_today() -> None:
    [form] = audit_file(packed(sound() | {"year": None}), BOOK, today=TODAY).forms
    assert form.edition.id == EDITION
    assert [finding.code for finding in form.findings] == ["audit.year_missing"]


def test_a_year_that_has_not_begun_is_told() -> None:
    [form] = audit_file(packed(sound() | {"year": 2027}), BOOK, today=TODAY).forms
    assert [finding.code for finding in form.findings] == ["audit.year_ahead"]


def test_an_edition_may_be_named() -> None:
    [form] = audit_file(packed(sound()), BOOK, today=TODAY, edition=EDITION).forms
    assert form.edition.id == EDITION
    [same] = audit_file(packed(sound()), BOOK, today=TODAY, edition="national/self_evaluation").forms
    assert same.edition.id == EDITION
    for wrong in ("national/self_evaluation/1999-01-01", "national/grades/2020-02-25"):
        with pytest.raises(NotFound):
            audit_file(packed(sound()), BOOK, today=TODAY, edition=wrong)


def local(jurisdiction: str, *serves: str, weight: int = 10, base: RateBase = RateBase.ADJUSTED) -> Edition:
    """A local edition like the national one, but for whom it serves, its execution points and their base."""
    rules = BOOK.by_id(EDITION).rules_as(SelfEvaluationRules)
    execution = rules.execution.model_copy(update={"weight": Decimal(weight), "base": base})
    own = rules.model_copy(update={"execution": execution, "indicators_weight": rules.total - weight})
    known: dict[str, object] = {"id": f"{jurisdiction}/x", "jurisdiction": jurisdiction, "serves": serves}
    return BOOK.by_id(EDITION).model_copy(update=known | {"rules": own})


TWO = Rulebook(
    (
        *(BOOK.by_id(name) for name in (EDITION, "national/grades/2020-02-25")),
        local("hubei", "湖北省", "湖北", weight=20),
        local("haidian", "北京市海淀区", "海淀区", base=RateBase.INITIAL),
    )
)


def chosen(book: Rulebook = TWO, **changes: object) -> tuple[str, str, str]:
    [form] = audit_file(packed(sound() | changes), book, today=TODAY).forms
    return form.edition.id, form.edition.chosen.code, form.edition.place


NATION = (EDITION, "national", "")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, NATION),
        ({"department": "湖北省某厅"}, ("hubei/x", "place", "湖北省")),
        ({"form_kind": "项目自评表（湖北 2023年版）"}, ("hubei/x", "place", "湖北")),
        ({"form_kind": "2023年度湖北省项目自评表"}, ("hubei/x", "place", "湖北省")),
        ({"department": "北京市海淀区某街道"}, ("haidian/x", "place", "北京市海淀区")),
        ({"department": "北京市某局"}, NATION),
        ({"department": "上海市黄浦区湖北路小学"}, NATION),
        ({"department": "湖北路街道办事处"}, NATION),
    ],
)
def test_the_edition_is_that_of_the_place_the_form_begins_with(
    changes: dict[str, object], found: tuple[str, str, str]
) -> None:
    assert chosen(**changes) == found


def test_a_form_that_names_no_place_is_held_against_what_the_service_works_by() -> None:
    hubei = TWO.at("hubei")
    assert chosen(hubei) == ("hubei/x", "service", "")
    assert chosen(hubei, department="湖北省某厅") == ("hubei/x", "place", "湖北省")
    assert chosen(hubei, department="北京市海淀区某街道") == ("haidian/x", "place", "北京市海淀区")


def test_a_form_of_another_place_is_graded_by_its_own_or_the_nations_scale() -> None:
    scale = BOOK.by_id("national/grades/2020-02-25")
    cut_offs = scale.rules_as(GradeRules).cut_offs
    strict = tuple(
        one.model_copy(update={"at_least": Decimal("99.9")}) if at == 0 else one
        for at, one in enumerate(cut_offs)
    )
    ours = scale.model_copy(
        update={
            "id": "local/grades/2020-02-25",
            "jurisdiction": "local",
            "rules": scale.rules_as(GradeRules).model_copy(update={"cut_offs": strict}),
        }
    )
    book = Rulebook((*TWO.editions, ours), "hubei")

    def graded(edition: str = "", **changes: object) -> tuple[str, str]:
        [form] = audit_file(packed(sound() | changes), book, today=TODAY, edition=edition).forms
        return form.edition.grades, form.grade.label if form.grade else ""

    assert graded()[0] == ours.id, "the service's own"
    assert graded(department="湖北省某厅")[0] == ours.id, "of the service's own place"
    assert graded(department="北京市海淀区某街道") == (scale.id, "优")
    assert graded(EDITION) == (scale.id, "优")


def test_execution_points_like_those_of_a_place_do_not_make_a_form_of_that_place() -> None:
    twenty = {"全年预算数": 10, "全年执行数": 10, "执行率": "100%", "分值": 20, "得分": 20, "unit": "万元"}
    assert chosen(department="广东省某厅", budget=twenty) == NATION


def succeeded(edition: Edition, by: date) -> Edition:
    return edition.model_copy(update={"id": f"{edition.jurisdiction}/{edition.kind}/{by}", "valid_from": by})


def test_a_form_is_held_against_the_successor_once_there_is_one() -> None:
    later = date(2024, 1, 1)
    new = [succeeded(edition, later) for edition in TWO.editions]
    grades = next(edition for edition in new if edition.kind == "grades")
    scale = grades.rules_as(GradeRules)
    harder = scale.model_copy(
        update={
            "cut_offs": (
                scale.cut_offs[0].model_copy(update={"at_least": Decimal("99.9")}),
                *scale.cut_offs[1:],
            )
        }
    )
    new[new.index(grades)] = grades.model_copy(update={"rules": harder})
    book = Rulebook((*TWO.editions, *new))
    for year, nation, hubei in (
        (2022, EDITION, "hubei/x"),
        (2025, "national/self_evaluation/2024-01-01", "hubei/self_evaluation/2024-01-01"),
    ):
        assert chosen(book, year=year)[0] == nation
        assert chosen(book, year=year, department="湖北省某厅")[0] == hubei
    earned = [
        audit_file(packed(sound() | {"year": year}), book, today=TODAY).forms[0].grade
        for year in (2022, 2025)
    ]
    assert [grade.label for grade in earned if grade] == ["优", "良"]


def test_the_answer_says_why_an_edition_was_chosen() -> None:
    ended = TWO.editions[-1].model_copy(update={"valid_to": date(2024, 1, 1)})
    book = Rulebook((*TWO.editions[:-1], ended))
    assert chosen(book, department="海淀区某街道") == (EDITION, "not_in_force", "海淀区")
    assert chosen(book, year=2012)[1] == "first"
    [form] = audit_file(packed(sound()), BOOK, today=TODAY, edition=EDITION).forms
    assert (form.edition.chosen.code, form.edition.chosen.label) == ("named", "按指定的规则版本")


def test_every_local_edition_of_self_evaluation_says_whom_it_serves() -> None:
    known = [edition for edition in BOOK.editions if edition.kind == "self_evaluation"]
    assert [
        edition.id for edition in known if (edition.jurisdiction == "national") == bool(edition.serves)
    ] == []


def test_forms_with_too_many_rows_in_all_are_refused() -> None:
    rows = [{"level3": "指标"}] * (MAX_FILE_ROWS // 10)
    assert len(audit_file(packed([{"indicators": rows}] * 10), BOOK, today=TODAY).forms) == 10
    assert refusal(packed([{"indicators": rows}] * 10 + [{"indicators": [{}]}])).code == "audit.rows"


def test_the_rate_has_the_base_of_the_edition() -> None:
    [form] = audit_file(packed(sound() | {"form_kind": "海淀区自评表"}), TWO, today=TODAY).forms
    assert (form.execution.base, str(form.execution.rate_ratio)) == ("年初预算数", "0.9466")
    assert "audit.budget_base" not in {finding.code for finding in form.findings}


def test_a_marked_or_indented_file_is_json_too() -> None:
    assert len(audit_file(b"\xef\xbb\xbf" + packed([sound()]), BOOK, today=TODAY).forms) == 1
    assert len(audit_file(json.dumps(sound()).encode("utf-16"), BOOK, today=TODAY).forms) == 1
    assert len(audit_file(b"\n  " + packed(sound()), BOOK, today=TODAY).forms) == 1


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'{"year": NaN}', b"[" * 100_000, packed([{}] * (MAX_FORMS + 1)), b"{" + b" " * MAX_JSON_BYTES, b'{"project": "\xff"}'],
    ids=["cut short", "none", "no number", "too deep", "too many", "too large", "no text"],
)  # fmt: skip
def test_what_is_no_form_is_refused(content: bytes) -> None:
    assert refusal(content).code == "audit.json"


def test_values_are_counted_before_they_are_read_and_not_all_that_are_wrong_are_told() -> None:
    assert refusal(packed({"inconsistencies": ["x"] * (MAX_COMMAS + 2)})).code == "audit.json"
    error = refusal(packed({f"k{number}": 1 for number in range(MAX_TOLD + 100)}))
    assert (error.code, len(error.findings)) == ("audit.form", MAX_TOLD)
    assert f"有{MAX_TOLD + 100}处" in error.text


def test_a_key_nobody_knows_and_a_cell_that_is_none_are_told_by_place() -> None:
    error = refusal(packed([sound(), {"indicater": [], "indicators": [{"level3": True}], "year": "去年"}]))
    assert error.code == "audit.form"
    assert sorted(finding.where.pointer for finding in error.findings) == [
        "/1/indicater",
        "/1/indicators/0/level3",
        "/1/year",
    ]


def test_neither_junk_nor_an_old_workbook_is_read() -> None:
    assert refusal(b"").code == "workbook.not_xlsx"
    assert refusal((FORMS / "should_fail/old_format/form.xls").read_bytes()).code == "workbook.old_format"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"total_score": 99,\n "total_score": 12}', "“total_score”写了两次"),
        (b'{"indicators": [{"level3": "x", "score": 1, "score": 2}]}', "“x”中的栏目“score”"),
        (b'{"year": 2025,\n "total_score": NaN}', "第2行的“NaN”"),
        (b'{"year": 2025,\n,}', "第2行第1个字符"),
        ('{"project": "管网"}'.encode("gbk"), "GBK"),
    ],
    ids=["twice", "twice in a row", "no number", "comma", "other letters"],
)
def test_a_slip_in_the_document_is_told_by_its_place(content: bytes, words: str) -> None:
    error = refusal(content)
    assert error.code == "audit.json"
    assert words in error.text


@pytest.mark.parametrize("content", [b"null", b"12", b'"text"', b"[null]"])
def test_a_document_that_is_no_form_is_not_called_a_workbook(content: bytes) -> None:
    assert refusal(content).code == "audit.form"


@pytest.mark.parametrize("content", [b"{}", packed([{"project": "x"}]), packed({"budget": {"unit": "x"}})])
def test_an_empty_form_is_refused(content: bytes) -> None:
    assert refusal(content).code == "audit.empty"


def test_a_wrong_field_names_its_form_and_row_and_too_many_rows_their_limit() -> None:
    row: dict[str, object] = {"level3": "x", "weight": 1}
    wrong = refusal(packed([sound(), {"indicators": [row, row | {"score": True}]}]))
    assert [finding.message for finding in wrong.findings] == ["第2张表 指标2 得分：应为文字或数字"]
    assert "最多500行" in refusal(packed({"indicators": [row] * 501})).findings[0].message
    assert "最多2000字" in refusal(packed(sound() | {"project": "x" * 2001})).findings[0].message


@pytest.mark.parametrize(
    ("name", "code", "printed", "expected"),
    [
        ("raw_percent", "raw_percent", "9.6", "9.8"),
        ("execution_rounded_up", "execution_rounded_up", "10", "9.9"),
        ("rate_wrong", "execution_rate", "100%", "99%"),
        ("empty_fund_total", "empty_fund_total", "", "900"),
        ("weights_of_110", "weights_sum", "100", "100"),
        ("total_without_execution", "total_without_execution", "89.5", "99.4"),
        ("total_wrong", "total_sum", "99", "99.4"),
        ("deduction_without_reason", "reason_missing", "", ""),
        ("inequality_as_actual", "inequality_as_actual", "≥95%", ""),
    ],
)
def test_a_finding_carries_what_stands_there_and_what_should(
    name: str, code: str, printed: str, expected: str
) -> None:
    [form] = audit_file((MADE / "should_fail" / name / "form.json").read_bytes(), BOOK, today=TODAY).forms
    found = next(one for one in form.findings if one.code == f"audit.{code}")
    assert (found.printed, found.expected) == (printed, expected)
