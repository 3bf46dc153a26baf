"""Cost panels from tables: read to the fen, refused at the cell, warned where a check says so."""

import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import Workbook

from budgetperf.costing.words import DriverRole
from budgetperf.errors import Invalid
from budgetperf.findings import Severity
from budgetperf.money import Money
from budgetperf.workbooks.cost_panel import read_cost_panel
from budgetperf.workbooks.package import OLE
from budgetperf.workbooks.tables import Table, read_book, read_table

HEAD = (
    "单元编码",
    "单元名称",
    "年度",
    "地区",
    "成本（万元）",
    "保洁面积（万平方米）",
    "人工占比[水平]（比例）",
)


def lines(n: int = 24) -> list[list[str]]:
    """Rows of n units in two years."""
    return [
        [
            f"D{i:02}",
            f"第{i}所",
            f"{year}",
            "城区",
            f"{100 + 7 * i + year % 10}",
            f"{10 + i % 9}.5",
            f"0.{3 + i % 5}",
        ]
        for i in range(n)
        for year in (2024, 2025)
    ]


def table(rows: list[list[str]], head: tuple[str, ...] = HEAD) -> Table:
    return Table("面板.csv", (head, *map(tuple, rows)))


def read(given: Table):
    return read_cost_panel(given, code="road", service="道路清扫保洁")


def test_a_panel_is_read_to_the_fen_with_its_drivers_and_base_year():
    found = read(table(lines())).panel
    assert found.spec.base_year == 2025
    assert [(d.label, d.uom, d.logged) for d in found.spec.drivers] == [
        ("保洁面积", "万平方米", True), ("人工占比", "比例", False),
    ]  # fmt: skip
    row = found.rows[3]
    assert (row.dmu, row.name, row.year, row.group) == ("D01", "第1所", 2025, "城区")
    assert row.cost == Money(112 * 1_000_000)
    assert row.drivers == {"保洁面积": Decimal("11.5"), "人工占比": Decimal("0.4")}


def test_a_workbook_as_people_keep_it():
    book = Workbook()
    sheet = book.active
    sheet.append([head.replace("万元", "元") for head in HEAD])
    for line in lines(12):
        sheet.append(
            [
                *line[:2],
                int(line[2]),
                line[3],
                f"{int(line[4]) * 10_000:,}.50",
                float(line[5]),
                float(line[6]),
            ]
        )
        sheet.append([None] * 7)
    held = io.BytesIO()
    book.save(held)
    found = read(read_table(held.getvalue(), name="面板.xlsx")).panel
    assert len(found.rows) == 24
    assert found.rows[0].cost == Money(104 * 1_000_000 + 50)


@pytest.mark.parametrize(
    ("row", "column", "value", "cell", "told"),
    [
        (3, 4, "约一百万", "E5", "“约一百万”不是金额"),
        (3, 4, "", "E5", "成本不能为空"),
        (3, 5, "1e15", "F5", "超出可填报的范围"),
        (3, 2, "1950", "C5", "应为四位数字"),
        (3, 1, "合 计", "B5", "“合 计”行不是一个单元"),
        (0, 5, "多", "F2", "保洁面积（万平方米）“多”不是数字"),
        (0, 5, "", "F2", "保洁面积（万平方米）不能为空"),
        (7, 2, "二〇二五", "C9", "年度“二〇二五”应为四位数字"),
        (7, 0, "", "A9", "单元编码不能为空"),
        (2, 5, "0", "F4", "取对数的因素须为正数"),
        (2, 4, "-3", "E4", "成本为-3.00万元，须为正数"),
    ],
)
def test_what_is_wrong_is_told_at_its_cell(row, column, value, cell, told):
    rows = lines()
    rows[row][column] = value
    with pytest.raises(Invalid) as caught:
        read(table(rows))
    [finding] = caught.value.findings
    assert finding.where.cell == cell
    assert finding.where.sheet == "面板.csv"
    assert told in finding.message


def test_every_error_is_told_at_once():
    rows = lines()
    rows[1][4], rows[2][5], rows[9][0] = "甲", "乙", ""
    with pytest.raises(Invalid, match="3处错误") as caught:
        read(table(rows))
    assert [finding.where.cell for finding in caught.value.findings] == ["E3", "F4", "A11"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({4: "成本（美元）"}, "须有一列成本，写明元、万元、亿元"),
        ({4: "成本"}, "列名“成本”应写明计量单位"),
        ({2: "保洁面积（公顷）"}, "列名“保洁面积”重复"),
        ({0: "编号（个）"}, "缺少列：单元编码"),
        ({6: "人工占比[水准]（比例）"}, "“[水准]”不是可用的标记"),
        ({5: "备注", 6: "说明"}, "至少要有一列成本动因"),
    ],
)
def test_a_heading_that_cannot_be_read_is_told(change, told):
    head = tuple(change.get(at, name) for at, name in enumerate(HEAD))
    with pytest.raises(Invalid) as caught:
        read(table(lines(), head))
    assert told in "；".join(finding.message for finding in caught.value.findings)


def test_a_unit_twice_in_a_year_and_a_constant_driver_are_told_where_they_stand():
    twice = lines()
    twice[5][:3] = twice[4][:3]
    with pytest.raises(Invalid) as caught:
        read(table(twice))
    assert [(one.where.cell, "有2行" in one.message) for one in caught.value.findings] == [("E6", True)]
    assert "第6、7行" in caught.value.findings[0].message
    flat = [[*line[:5], "9", line[6]] for line in lines()]
    with pytest.raises(Invalid) as caught:
        read(table(flat))
    assert [one.where.cell for one in caught.value.findings] == ["F1"]


def test_few_rows_are_a_warning():
    found = read(table(lines(6)))
    assert [one.code for one in found.warnings] == ["costing.rows"]


def test_a_table_of_a_heading_only_is_refused():
    with pytest.raises(Invalid) as caught:
        read(table([]))
    assert "没有数据行" in caught.value.findings[0].message


def test_a_title_above_the_headings_is_passed_over_and_cells_keep_their_address():
    rows = lines()
    given = Table("面板.csv", (("道路成本", *[""] * 6), ("", *[""] * 6), HEAD, *map(tuple, rows)))
    assert len(read(given).panel.rows) == len(rows)
    wrong = replace(
        given, rows=(*given.rows[:5], (*given.rows[5][:4], "甲", *given.rows[5][5:]), *given.rows[6:])
    )
    with pytest.raises(Invalid) as caught:
        read(wrong)
    assert [one.where.cell for one in caught.value.findings] == ["E6"]


def test_a_table_without_its_headings_is_told_once():
    with pytest.raises(Invalid) as caught:
        read(Table("面板.csv", tuple(map(tuple, lines()))))
    [finding] = caught.value.findings
    assert "前10行" in finding.message


def test_a_large_driver_is_read():
    rows = lines()
    rows[0][5] = "999999999999999.5"
    assert read(table(rows)).panel.rows[0].drivers["保洁面积"] == Decimal("999999999999999.5")


def test_broken_formulas_are_told_at_their_cells_with_everything_else():
    book = Workbook()
    sheet = book.active
    for line in (HEAD, *lines(12)):
        sheet.append(line)
    sheet["E3"], sheet["B4"], sheet["F5"] = "#REF!", "=A1", "多"
    sheet["E3"].data_type = "e"
    held = io.BytesIO()
    book.save(held)
    with pytest.raises(Invalid) as caught:
        read(read_book(held.getvalue(), name="面板.xlsx")[0])
    assert [(one.where.cell, one.code) for one in caught.value.findings] == [
        ("E3", "cost_panel.formula"), ("B4", "cost_panel.formula"), ("F5", "cost_panel.number"),
    ]  # fmt: skip


def test_an_old_workbook_is_to_be_saved_anew():
    with pytest.raises(Invalid, match="旧版") as caught:
        read_book(OLE + b"rest", name="面板.xls")
    assert ".xlsx" in caught.value.text


def test_a_percent_among_shares_is_told_and_a_second_name_is_warned_of():
    rows = lines()
    rows[3][6] = "45"
    with pytest.raises(Invalid) as caught:
        read(table(rows))
    assert [(one.where.cell, one.code) for one in caught.value.findings] == [("G5", "cost_panel.percent")]
    slope = (*HEAD[:6], "坡度[水平]（度）")
    rows[5][1] = "另一所"
    told = read(table(rows, slope)).warnings
    assert [(one.code, one.where.cell, one.severity) for one in told] == [
        ("cost_panel.name", "B7", Severity.WARNING), ("cost_panel.percent", "G5", Severity.WARNING),
    ]  # fmt: skip
    percents = [[*line[:6], str(int(Decimal(line[6]) * 100))] for line in lines()]
    assert read(table(percents)).warnings == ()


@pytest.mark.parametrize(
    "heading", ["坡度[水平][条件]（度）", "坡度（度）[水平][条件]", "坡度（度） [水平][条件]"]
)
def test_marks_may_stand_before_or_after_the_unit_of_measure(heading):
    driver = read(table(lines(), (*HEAD[:6], heading))).panel.spec.drivers[-1]
    assert (driver.label, driver.uom, driver.logged, driver.role) == (
        "坡度",
        "度",
        False,
        DriverRole.CONDITION,
    )


@pytest.mark.parametrize("name", ["const", "cost", "dmu", "year"])
def test_a_driver_called_as_the_models_call_their_own_columns_is_refused_at_its_heading(name):
    with pytest.raises(Invalid) as refused:
        read(table(lines(), (*HEAD[:6], f"{name}[水平]（比例）")))
    (told,) = refused.value.findings
    assert (told.code, told.where.cell) == ("costing.code", "G1")
    assert "请改名" in told.message


def test_a_cost_ten_times_that_of_other_years_is_told_in_the_unit_of_its_column():
    rows = lines()
    rows[3][4] = str(Decimal(rows[3][4]) * 20)
    told, other = (one for one in read(table(rows)).warnings if one.code == "cost_panel.jump")
    assert {told.where.cell, other.where.cell} == {"E4", "E5"}  # of two years either may be the slip
    assert re.search(r"成本为[\d,.]+万元，是本单位其他年份（成本中位数[\d,.]+万元）的[\d.]+倍", told.message)


def test_a_number_written_once_over_several_rows_is_not_each_rows() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD)
    for line in lines(12):
        sheet.append([*line[:4], *map(float, line[4:])])
    sheet.merge_cells("F5:F7")
    content = io.BytesIO()
    book.save(content)
    table = read_table(content.getvalue(), name="面板.xlsx")
    with pytest.raises(Invalid) as refused:
        read_cost_panel(table, code="road", service="道路清扫")
    told = {str(one.where.cell): one.message for one in refused.value.findings}
    assert set(told) == {"F5", "F6", "F7"}
    assert "请取消合并" in told["F6"]


@pytest.mark.parametrize(("uom", "told"), [("万元", "成本1,110,000.50万元"), ("元", "成本1,110,000.50元")])
def test_a_cost_is_told_in_the_unit_of_its_column(uom, told):
    rows = lines()
    rows[2][4] = "1110000.50"
    head = tuple(one.replace("万元", uom) for one in HEAD)
    with pytest.raises(Invalid) as caught:
        read(table(rows, head))
    texts = [one.message for one in caught.value.findings if one.code == "costing.unit"]
    assert any(told in text for text in texts)
    assert all(f"{uom}与本单位其他年份" in text for text in texts)
