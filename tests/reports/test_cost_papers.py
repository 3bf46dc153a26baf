"""The papers of costing: drawn as vectors, the same numbers as the view and the workbook, nobody else's rows."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PageObject
from reportlab.platypus import Flowable, Spacer

from budgetperf.money import Money, MoneyUnit
from budgetperf.reports import cost_flow as flow
from budgetperf.reports.axis import axis, spread_wide, symmetric
from budgetperf.reports.baseline_view import wan
from budgetperf.reports.baseline_words import UnitRows
from budgetperf.reports.cost_pages import BaselinePage, CostPanelPage, DmuBaselinePage, MovementPage
from budgetperf.reports.cost_tables import (
    CostTable,
    card_table,
    diagnoses_table,
    movement_table,
    own_tables,
    panel_table,
    standings_table,
)
from budgetperf.reports.models import with_sign
from budgetperf.reports.pdf import PORTRAIT_WIDTH, build
from budgetperf.reports.renderers import render
from budgetperf.workbooks.cost_books import cost_book
from tests.reports import costed
from tests.reports.make import FOOTER
from tests.reports.reading import page_texts, reader, squeezed

Page = BaselinePage | DmuBaselinePage | CostPanelPage | MovementPage
PAGES = (costed.make_baseline(), costed.make_dmu(), costed.make_panel(), costed.make_movement())


def table_of(page: Page) -> CostTable:
    match page:
        case BaselinePage():
            return standings_table(page.view)
        case DmuBaselinePage():
            return next(iter(own_tables(page.view, page.sheet)))
        case CostPanelPage():
            return panel_table(page.panel, page.based)
    return movement_table(page.view)


@pytest.mark.parametrize("paper", PAGES, ids=lambda paper: type(paper).__name__)
def test_every_amount_stands_in_the_pdf_and_in_the_workbook(paper: Page) -> None:
    table, text = table_of(paper), squeezed("".join(page_texts(render(paper))))
    assert table.rows
    sheet = load_workbook(BytesIO(cost_book(paper)))[table.title]
    assert [cell.value for cell in sheet[2]] == [head.title for head in table.heads]
    for row, cells in zip(table.rows, sheet.iter_rows(min_row=3, values_only=True), strict=False):
        for value, cell in zip(row, cells, strict=True):
            if isinstance(value, Money):
                assert Decimal(str(cell)) == value.in_unit(MoneyUnit.WAN)
                assert wan(value).removeprefix("-") in text
            elif isinstance(value, Decimal):
                assert Decimal(str(cell)) == value


def images(page: PageObject) -> Iterator[object]:
    found = page.get("/Resources", {}).get("/XObject", {})
    for one in found.values():
        if one.get_object()["/Subtype"] == "/Image":
            yield one


@pytest.mark.parametrize(
    ("paper", "drawn"),
    [(PAGES[0], "曲线"), (PAGES[1], "曲线"), (PAGES[3], "实心")],
    ids=["all", "own", "moved"],
)
def test_pictures_are_paths_and_no_images(paper: Page, drawn: str) -> None:
    pages = reader(render(paper)).pages
    assert [one for sheet in pages for one in images(sheet)] == []
    assert b"inline" not in render(paper)
    picture = next(sheet for sheet in pages if drawn in sheet.extract_text())
    content = picture.get_contents()
    assert content is not None
    kinds = re.findall(rb" (re|l|c|S|f)\b", content.get_data())
    assert kinds.count(b"l") > 20 or kinds.count(b"re") > 20


def test_a_units_own_paper_has_its_peers_and_nobody_else() -> None:
    text = "".join(page_texts(render(costed.make_dmu())))
    assert "D02" in text
    assert "第1环卫所" in text  # its peer
    assert not re.search(r"D0[0345]|第4环卫所", text)


def test_what_was_set_aside_and_given_back_is_told_where_the_unit_is() -> None:
    amount = costed.CLAIMED.in_unit(MoneyUnit.WAN)
    for page in (costed.make_baseline(), costed.make_dmu()):
        text = squeezed("".join(page_texts(render(page))))
        assert "山区桥隧保洁" in text
        assert text.count("3.21") >= 2
        sheet = load_workbook(BytesIO(cost_book(page)))["已认定的特殊因素"]
        assert [cell.value for cell in sheet[3]][2:] == ["山区桥隧保洁", 2025, float(amount)]
    view = costed.make_view()
    nxt = replace(
        costed.baseline(next(row for row in view.panel.rows if row.dmu == costed.ABOVE), percent=99),
        year=2026,
    )
    asked = replace(view, baselines=(nxt,))
    own = asked.sheet(costed.ABOVE)
    assert own is not None
    back = costed.INDEX.convert(costed.CLAIMED, 2025, to=2026)
    assert (asked.special_factor(nxt), back > costed.CLAIMED) == (back, True)
    for page in (BaselinePage(asked, FOOTER), DmuBaselinePage(asked, own, FOOTER)):
        assert wan(back) in squeezed("".join(page_texts(render(page))))
        sheet = load_workbook(BytesIO(cost_book(page))).worksheets[0]
        at = [cell.value for cell in sheet[2]].index("其中特殊因素（万元）")
        figures = {row[at] for row in sheet.iter_rows(min_row=3, values_only=True) if 2026 in row}
        assert figures == {float(back.in_unit(MoneyUnit.WAN))}
    assert "含特殊因素（" in "".join(page_texts(render(costed.make_baseline())))
    assert "已认定的特殊因素" not in load_workbook(BytesIO(cost_book(costed.make_dmu("D01")))).sheetnames


def test_a_units_own_paper_tells_the_findings_of_its_page() -> None:
    page = costed.make_dmu()
    text, book = squeezed("".join(page_texts(render(page)))), load_workbook(BytesIO(cost_book(page)))
    told = {row[1] for row in book["诊断"].iter_rows(min_row=3, values_only=True) if row[1]}
    assert told == {one.title for one in page.view.diagnoses}
    assert told
    assert all(
        squeezed(f"{one.title}") in text and squeezed(one.meaning) in text for one in page.view.diagnoses
    )
    assert "没有需要提示的问题" not in text
    out = own_tables(page.view, replace(page.sheet, dmu=costed.OUT))
    assert [row[0] for table in out if table.title == "剔除" for row in table.rows] == [costed.OUT]


def test_findings_about_rows_of_others_do_not_stand_on_a_units_own_paper() -> None:
    rows = (UnitRows("D02", (("2025", "本行偏大"),)), UnitRows("D04", (("2025", "别行偏大"),)))
    view = costed.make_view()
    one = replace(view.diagnoses[0], message="D04与D05的投入产出相同", units=rows)
    text = str(diagnoses_table(replace(view, diagnoses=(one,)), "D02").rows)
    assert ("本行偏大" in text, "D04" in text) == (True, False)


def test_changes_carry_their_signs_on_paper() -> None:
    page = costed.make_movement()
    changes = [row.change_percent for row in page.view.rows]
    assert min(changes) < 0 < max(changes)
    text = squeezed("".join(page_texts(render(page))))
    for row in page.view.rows:
        assert f"{with_sign(row.change_percent)}%" in text
        assert with_sign(row.change, wan(row.change)) in text
    assert not re.search(r"(?<![0-9:])-[0-9]+\.[0-9]{2}", text)


@pytest.mark.parametrize("above", range(0, 700, 45))
def test_a_heading_stands_on_the_page_where_its_table_or_picture_begins(above: int) -> None:
    view = costed.make_view()
    tall = replace(
        card_table(view),
        title="某一标题",
        note="一句说明",
        groups=0,
        rows=(("甲", "乙", "丙" * 400, "丁" * 90),),
    )

    def story() -> list[Flowable]:
        bars = flow.gaps(view.standings)
        plot = flow.scatter(view)
        assert bars
        assert plot
        parts = [
            flow.section(tall, PORTRAIT_WIDTH),
            flow.headed("散点标题", plot, PORTRAIT_WIDTH),
            flow.headed("横条标题", bars, PORTRAIT_WIDTH),
        ]
        return [one for part in parts for one in (Spacer(1, above), *part)]

    pages = [squeezed(text) for text in page_texts(build(story, title="页", footer=FOOTER))]
    for title, begins in (
        ("某一标题", "丙丙"),
        ("散点标题", "保洁面积（"),
        ("横条标题", "差距占基线的百分比"),
    ):
        (first,) = [text for text in pages if title in text]
        assert begins in first.split(title)[1]


def test_many_units_with_long_names_keep_every_row() -> None:
    page = costed.make_movement(120)
    text = squeezed("".join(page_texts(render(page))))
    assert "只画变动最大的30个单位" in text
    assert all(text.count(row.dmu) >= 1 for row in page.view.rows)
    assert text.count(costed.NAME) == 40


def test_the_workbook_of_a_baseline_has_a_chart_of_excels_own() -> None:
    book = load_workbook(BytesIO(cost_book(costed.make_baseline())))
    assert book.sheetnames == [
        "基线", "各单位差距", "已认定的特殊因素", "方法对照", "同类单位", "剔除", "诊断", "各单位提示", "模型卡", "散点图",
    ]  # fmt: skip
    (chart,) = book["散点图"]._charts  # type: ignore[attr-defined]
    assert len(chart.series) == 4  # rows, with a claim, left out, the one curve with points


def test_the_same_page_gives_the_same_workbook() -> None:
    assert cost_book(costed.make_baseline()) == cost_book(costed.make_baseline())


def test_an_axis_holds_its_values_and_marks_round_figures() -> None:
    values = [Decimal("0.02"), Decimal(7), Decimal(4300)]
    scale = axis(values, logarithmic=spread_wide(values))
    places = [scale.place(value) for value in values]
    assert scale.logarithmic
    assert places == sorted(places)
    assert 0 < places[0] < places[-1] < 1
    assert 3 <= len(scale.ticks) <= 8
    assert axis([Decimal(5), Decimal(5)]).place(Decimal(5)) == pytest.approx(0.5)
    assert not spread_wide([Decimal(0), Decimal(100)])
    assert [symmetric(Decimal(3)).place(Decimal(at)) for at in (-3, 0, 3)] == [0, pytest.approx(0.5), 1]
