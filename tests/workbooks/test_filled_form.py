"""Filled self-evaluation forms read from workbooks: any sound layout, every breach at its cell, no junk."""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from budgetperf.errors import Invalid
from budgetperf.lifecycle.evaluation.audit_form import MAX_FILE_ROWS
from budgetperf.workbooks.books import self_evaluation_book
from budgetperf.workbooks.filled_form import FilledSheet, read_filled
from tests.lifecycle.evaluation.audited import audited
from tests.reports.make import make_self_evaluation
from tests.workbooks.loading import load_script

FOLDER = Path(__file__).parents[2] / "fixtures/forms/self_evaluation"
PASSING = sorted((FOLDER / "should_pass").glob("*.xlsx"))
FAILING = sorted((FOLDER / "should_fail").iterdir())
JUNK = Path(__file__).parents[2] / "fixtures/forms/should_fail"
make = load_script(FOLDER / "make.py")


def only(content: bytes) -> FilledSheet:
    [found] = read_filled(content)
    return found


def book(rows: list[list[object]], *, title: str = "自评表") -> bytes:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


LABELS = [
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值",
    "得分",
    "偏差原因分析及改进措施",
]


def test_both_folders_hold_what_the_script_makes() -> None:
    on_disk = {path.relative_to(FOLDER): path.read_bytes() for path in FOLDER.glob("should_*/**/*.*")}
    assert on_disk == make.files()


@pytest.mark.parametrize("path", PASSING, ids=lambda path: path.stem)
def test_a_sound_form_is_read_as_typed_in_any_layout(path: Path) -> None:
    found = only(path.read_bytes())
    _, findings = audited(found.form)
    assert (found.findings, findings) == ((), ())
    sound = make.sound_document()
    assert (found.form.project, found.form.department, found.form.year) == (
        sound["project"],
        sound["department"],
        2025,
    )
    assert (found.form.budget.adjusted, found.form.budget.executed, found.form.budget.unit) == (
        "860.5",
        "851.9",
        "万元",
    )
    assert [row.row for row in found.form.budget.rows][1:] == ["其中当年财政拨款", "上年结转资金", "其他资金"]
    assert found.form.overall_goal.expected == sound["overall_goal"]["预期目标"]
    read = [(row.level1, row.level2, row.name, row.target, row.weight) for row in found.form.indicators]
    names = ("level1", "level2", "level3", "target", "weight")
    assert read == [tuple(str(row[name]) for name in names) for row in sound["indicators"]]
    assert (found.form.total_weight, found.form.total_score) == ("100", "99.4")


@pytest.mark.parametrize("folder", FAILING, ids=lambda folder: folder.name)
def test_a_breach_is_told_at_its_cell(folder: Path) -> None:
    found = only((folder / "form.xlsx").read_bytes())
    _, findings = audited(found.form)
    located = [found.locate(finding) for finding in findings]
    told = sorted((one.code, one.where.cell) for one in located if one.severity.rank == 2)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert told == sorted((one["code"], one["cell"]) for one in expected)


def test_the_form_we_print_ourselves_is_read_and_found_clean() -> None:
    found = only(self_evaluation_book(make_self_evaluation()))
    _, findings = audited(found.form)
    assert (found.findings, findings) == ((), ())
    assert (found.form.year, len(found.form.indicators), found.form.grade) == (2025, 8, "优")


def test_every_sheet_with_a_form_is_read() -> None:
    made = Workbook()
    for name in ("2024年", "2025年", "说明"):
        sheet = made.create_sheet(name)
        if name != "说明":
            sheet.append(LABELS)
            sheet.append(["产出指标", "数量指标", "完成数量", "≥1个", "1个", 90, 90, ""])
    stream = io.BytesIO()
    made.save(stream)
    found = read_filled(stream.getvalue())
    assert [(one.sheet, one.form.year) for one in found] == [("2024年", 2024), ("2025年", 2025)]


def test_what_stands_below_the_total_is_no_indicator() -> None:
    line = ["产出指标", "数量指标", "完成数量", "≥1个", "1个", 90, 90, ""]
    for foot in (["总分", "", "", "", "", 100, 100], ["备注：得分保留两位小数", "", "张三", "", "", 5, 5]):
        assert len(only(book([LABELS, line, foot, line])).form.indicators) == 1


def test_a_cell_with_an_error_value_is_told_and_left_blank() -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.append(LABELS)
    sheet.append(["产出指标", "数量指标", "完成数量", "≥1个", "=1/0", 90, "=SUM(F2)", ""])
    stream = io.BytesIO()
    made.save(stream)
    found = only(stream.getvalue())
    assert [(one.code, one.where.cell) for one in found.findings] == [
        ("audit.cell", "E2"),
        ("audit.cell", "G2"),
    ]
    assert found.form.indicators[0].actual == ""


@pytest.mark.parametrize(
    "name", ["old_format", "encrypted", "comma_separated", "macros", "external_entity", "cut_short"]
)
def test_junk_is_refused_before_it_is_read(name: str) -> None:
    [path] = [path for path in (JUNK / name).iterdir() if path.name != "expected.json"]
    with pytest.raises(Invalid) as refused:
        read_filled(path.read_bytes())
    assert refused.value.code.startswith("workbook.")


def test_a_workbook_without_the_form_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(Invalid, match="没有找到绩效自评表") as refused:
        read_filled(book([["姓名", "电话"]], title="通讯录"))
    assert refused.value.code == "audit.no_form"
    assert "通讯录" in refused.value.text


def test_a_form_beyond_all_measure_is_refused_with_its_place() -> None:
    line = ["产出指标", "数量指标", "完成数量" * 1000, "≥1个", "1个", 90, 90, ""]
    with pytest.raises(Invalid) as refused:
        read_filled(book([LABELS, line]))
    assert [finding.where.cell for finding in refused.value.findings] == ["C2"]
    with pytest.raises(Invalid):
        read_filled(book([LABELS, *([["产出指标", "", "完成数量", "1", "1", 1, 1]] * 501)]))


def test_forms_with_too_many_rows_in_all_are_refused() -> None:
    made = Workbook()
    for _ in range(MAX_FILE_ROWS // 500 + 1):
        sheet = made.create_sheet()
        for line in [LABELS, *[["产出指标", "数量指标", "完成数量", "1", "1", 1, 1]] * 500]:
            sheet.append(line)
    stream = io.BytesIO()
    made.save(stream)
    with pytest.raises(Invalid) as refused:
        read_filled(stream.getvalue())
    assert refused.value.code == "audit.rows"


def test_a_date_in_a_value_column_is_text() -> None:
    line = ["产出指标", "时效指标", "完成时间", date(2025, 12, 31), date(2025, 11, 30), 90, 90, ""]
    assert only(book([LABELS, line])).form.indicators[0].target == "2025-12-31"


def test_a_goal_form_is_named_as_what_it_is() -> None:
    goals = (JUNK.parent / "should_pass/current_template.xlsx").read_bytes()
    with pytest.raises(Invalid, match="绩效目标申报表") as refused:
        read_filled(goals)
    assert refused.value.code == "audit.goal_form"


def test_a_form_on_a_hidden_sheet_is_read_and_noted() -> None:
    made = Workbook()
    for sheet in (made.worksheets[0], made.create_sheet("旧稿")):
        sheet.append(LABELS)
        sheet.append(["产出指标", "数量指标", "完成数量", "≥1个", "1个", 90, 90, ""])
    made.worksheets[1].sheet_state = "hidden"
    stream = io.BytesIO()
    made.save(stream)
    shown, hidden = read_filled(stream.getvalue())
    assert (shown.findings, [one.code for one in hidden.findings]) == ((), ["audit.hidden_sheet"])


def test_a_number_beyond_all_measure_is_spelled_as_excel_shows_it() -> None:
    line = ["产出指标", "数量指标", "完成数量", "≥1个", 1e300, 90, 90, ""]
    assert only(book([LABELS, line])).form.indicators[0].actual == "1e+300"


def test_a_cell_that_could_not_be_read_is_not_called_empty_too() -> None:
    line = ["产出指标", "数量指标", "完成数量", "≥1个", "1个", 90, 90, ""]
    found = only(book([LABELS, line, ["总分", "", "", "", "", 100, "=SUM(G2)"]]))
    told = [one for one in audited(found.form)[1] if not found.has_told(one)]
    assert [one.code for one in found.findings] == ["audit.cell"]
    assert "audit.total_missing" not in {one.code for one in told}


NATIONAL = FOLDER / "should_pass/national_layout.xlsx"
TOTAL = 21
"""Row of the total in the national layout, 1-based."""


def national(change: Callable[[Worksheet], None]) -> FilledSheet:
    """The sound national layout, changed by hand as people change it."""
    made = load_workbook(NATIONAL)
    change(made.worksheets[0])
    stream = io.BytesIO()
    made.save(stream)
    return only(stream.getvalue())


def codes(found: FilledSheet) -> set[str]:
    return {finding.code.removeprefix("audit.") for finding in (*found.findings, *audited(found.form)[1])}


@pytest.mark.parametrize(
    ("printed", "told"),
    [("总分：99.4", set()), ("总分 99.4分", set()), ("自评总分：95", {"total_sum"})],
)
def test_a_total_may_stand_with_its_label_in_one_cell(printed: str, told: set[str]) -> None:
    def change(sheet: Worksheet) -> None:
        for cell in sheet[TOTAL]:
            if not isinstance(cell, MergedCell):
                cell.value = None
        sheet.cell(TOTAL, 1).value = printed

    assert codes(national(change)) == told


@pytest.mark.parametrize("label", ["自评得分", "得分合计", "最终得分"])
def test_other_words_for_the_total_make_no_indicator(label: str) -> None:
    found = national(lambda sheet: setattr(sheet.cell(TOTAL, 1), "value", label))
    assert (codes(found), found.form.total_score) == (set(), "99.4")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({1: "评价等级", 3: "优"}, set()),
        ({1: "评价等级", 3: "良"}, {"grade"}),
        ({1: "评价等级：中"}, {"grade"}),
        ({1: "自评结论：优"}, set()),
    ],
)
def test_a_grade_is_read_beside_its_label_or_behind_it(cells: dict[int, str], told: set[str]) -> None:
    def change(sheet: Worksheet) -> None:
        for column, text in cells.items():
            sheet.cell(TOTAL + 1, column).value = text

    assert codes(national(change)) == told


def test_points_merged_over_indicators_count_once_and_are_told() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.cell(14, 7).value, sheet.cell(14, 8).value = 20, 19.5
        sheet.merge_cells("G14:G15")
        sheet.merge_cells("H14:H15")

    found = national(change)
    assert [finding.where.cell for finding in found.findings] == ["H14", "G14"]
    assert {finding.code for finding in found.findings} == {"audit.merged_points"}
    assert not {"weights_sum", "total_sum"} & codes(found)
