"""The author's workbook comes back with its findings."""

import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.workbooks.annotated import RESULT_SHEET, annotate
from budgetperf.workbooks.fill import filled_goals
from budgetperf.workbooks.goal_sheet import SHEET
from budgetperf.workbooks.intake import read_goals
from tests.lifecycle.goal_forms import make_goals

FORM = filled_goals(make_goals(), indicator_total=Decimal(90))


def finding(cell: str, message: str = "权重应大于零", severity: Severity = Severity.ERROR) -> Finding:
    return Finding(
        "goals.weight_sign",
        severity,
        Where(sheet=SHEET if cell else "", cell=cell),
        message,
        "财预〔2021〕101号",
    )


def test_findings_are_listed_worst_first_with_place_and_source() -> None:
    content = annotate(FORM, (finding("H38", "提示一", Severity.NOTE), finding("H37"), finding("", "整表")))
    sheet = load_workbook(io.BytesIO(content))[RESULT_SHEET]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[:5] for row in rows] == [
        ("1", "错误", SHEET, "H37", "权重应大于零"),
        ("2", "错误", None, None, "整表"),
        ("3", "提示", SHEET, "H38", "提示一"),
    ]
    assert rows[0][5] == "财预〔2021〕101号"
    assert sheet["D2"].hyperlink.location == f"'{SHEET}'!H37"


def test_comment_stands_at_the_cell_and_the_rest_is_kept() -> None:
    book = load_workbook(
        io.BytesIO(annotate(FORM, (finding("H37"), finding("H37", "再看一次", Severity.NOTE))))
    )
    cell = book[SHEET]["H37"]
    assert cell.comment.text == "【提示】再看一次\n【错误】权重应大于零"
    assert cell.fill.fgColor.rgb == "FFFFC7CE"
    assert cell.value == 30
    assert book[SHEET]["H38"].comment is None


def test_annotated_file_can_be_corrected_and_filed_again() -> None:
    intake = read_goals(annotate(FORM, (finding("H37"),)))
    assert intake.form == make_goals()


def test_old_marks_go_when_annotated_again_and_the_authors_stay() -> None:
    book = load_workbook(io.BytesIO(annotate(FORM, (finding("H37"),))))
    book[SHEET]["H39"].comment = Comment("请科长确认", "张三")
    stream = io.BytesIO()
    book.save(stream)
    again = load_workbook(io.BytesIO(annotate(stream.getvalue(), (finding("H38"),))))
    assert again.sheetnames.count(RESULT_SHEET) == 1
    assert again[SHEET]["H37"].comment is None
    assert again[SHEET]["H38"].comment.text == "【错误】权重应大于零"
    assert again[SHEET]["H39"].comment.text == "请科长确认"


def test_message_that_looks_like_a_formula_stays_text() -> None:
    sheet = load_workbook(io.BytesIO(annotate(FORM, (finding("H37", "=1+1"),))))[RESULT_SHEET]
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")


def test_same_input_gives_the_same_bytes() -> None:
    assert annotate(FORM, (finding("H37"),)) == annotate(FORM, (finding("H37"),))


def test_file_openpyxl_cannot_open_still_gets_its_list() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FORM)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.infolist():
            member = old.read(entry)
            if entry.filename == "xl/styles.xml":
                member = member.replace(b'patternType="none"', b'patternType="wavy"')
            new.writestr(entry, member)
    odd = stream.getvalue()
    assert read_goals(odd).form == make_goals()
    book = load_workbook(io.BytesIO(annotate(odd, (finding("H37"),))))
    assert book.sheetnames == [RESULT_SHEET]
    assert book[RESULT_SHEET]["D2"].value == "H37"


def test_refused_upload_is_not_annotated() -> None:
    with pytest.raises(Invalid) as caught:
        annotate(b"junk", (finding("H37"),))
    assert caught.value.code == "workbook.not_xlsx"


def test_a_finding_in_a_merged_range_is_written_at_its_first_cell() -> None:
    book = load_workbook(io.BytesIO(FORM))
    sheet = book.create_sheet("标题")
    sheet.merge_cells("A1:C2")
    stream = io.BytesIO()
    book.save(stream)
    told = Finding("x", Severity.ERROR, Where(sheet="标题", cell="B2"), "不是列名")
    marked = load_workbook(io.BytesIO(annotate(stream.getvalue(), (told,))))
    assert marked["标题"]["A1"].comment.text == "【错误】不是列名"
