"""The tables of an indicator system as people keep them: CSV or Excel, each wrong cell at its place."""

import importlib.util
import io
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import Workbook

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.workbooks.index_tables import read_pairs, read_survey, read_values
from budgetperf.workbooks.tables import Table, read_table, write_csv
from tests.statistics.makers import FIXTURES

VALUES = """评价对象,产值,能耗
维度,规模,
方向,正向,逆向
计量单位,亿元,吨
甲市,"1,200.5",0.50
乙市,９００,0.6
丙市,-3,0.7
"""


def table(text: str, name: str = "数据.csv") -> Table:
    return read_table(text.encode("utf-8-sig"), name=name)


def refused(text: str, read) -> Invalid:
    with pytest.raises(Invalid) as error:
        read(table(text))
    return error.value


def test_values_come_with_direction_unit_and_dimension() -> None:
    found = read_values(table(VALUES))
    first, second = found.indicators
    assert (first.direction, first.uom, first.dimension) == (Direction.FORWARD, "亿元", "规模")
    assert (second.direction, second.uom, second.dimension) == (Direction.REVERSE, "吨", "综合")
    assert found.evaluands == ("甲市", "乙市", "丙市")
    assert [[str(cell) for cell in row] for row in found.rows] == [
        ["1200.5", "0.50"],
        ["900", "0.6"],
        ["-3", "0.7"],
    ]


def test_english_heads_are_taken_too() -> None:
    english = VALUES.replace("方向,正向,逆向", "direction,forward,reverse").replace("计量单位", "uom")
    assert read_values(table(english.replace("维度", "dimension"))) == read_values(table(VALUES))


def test_the_same_table_reads_the_same_from_excel_and_from_gb18030() -> None:
    book = Workbook()
    for row in table(VALUES).rows:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    assert read_values(read_table(stream.getvalue(), name="x")) == read_values(table(VALUES))
    assert read_table(VALUES.encode("gb18030"), name="x").rows == table(VALUES).rows


def test_numbers_of_excel_keep_their_digits() -> None:
    book = Workbook()
    for row in (
        ["评价对象", "产值", "能耗"],
        ["方向", "正向", "反向"],
        ["甲", 0.1, 1200],
        ["乙", 3, 4],
        ["丙", 5, 6],
    ):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    found = read_values(read_table(stream.getvalue(), name="x"))
    assert [str(cell) for cell in found.rows[0]] == ["0.1", "1200"]


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        (("0.6", ""), "C6"),
        (("0.6", "约0.6"), "C6"),
        (("0.6", "NaN"), "C6"),
        (("逆向", "越低越好"), "C3"),
        (("乙市", "甲市"), "A6"),
        (("乙市", ""), "A6"),
        (("产值,能耗", "产值,产值"), "C1"),
    ],
)
def test_a_wrong_cell_is_told_at_its_place(change: tuple[str, str], cell: str) -> None:
    error = refused(VALUES.replace(*change, 1), read_values)
    assert error.code == "tables.cells"
    assert [item.where.cell for item in error.findings] == [cell]


def test_a_table_without_directions_is_refused() -> None:
    assert refused(VALUES.replace("方向,正向,逆向\n", "丁市,1,2\n"), read_values).code == "tables.direction"


def test_an_empty_rating_is_nobodys_judgement_and_six_is_wrong() -> None:
    found = read_survey(table("评分人,产值,能耗\n张,5,\n王,1,３\n"))
    assert found.ratings == ((5, None), (1, 3))
    assert refused("评分人,产值,能耗\n张,6,1\n王,1,3.5\n", read_survey).findings[1].where.cell == "C3"


def test_an_empty_judgement_takes_the_reciprocal_of_its_opposite() -> None:
    found = read_pairs(table("指标,a,b,c\na,,3,1/5\nb,,1,2.5\nc,5,,\n"))
    assert found.judgements == (
        (Fraction(1), Fraction(3), Fraction(1, 5)),
        (Fraction(1, 3), Fraction(1), Fraction(5, 2)),
        (Fraction(5), Fraction(2, 5), Fraction(1)),
    )


@pytest.mark.parametrize("cell", ["9", "1/9", "0.11"])
def test_the_ends_of_the_scale_are_judgements(cell: str) -> None:
    assert read_pairs(table(f"指标,a,b\na,1,{cell}\nb,,1\n")).judgements[0][1] == Fraction(cell)


@pytest.mark.parametrize("cell", ["0", "-3", "1/0", "1e99999999", "三", "12", "9.01", "1/10", "0.1"])
def test_a_judgement_is_a_number_of_the_scale(cell: str) -> None:
    assert refused(f"指标,a,b\na,1,{cell}\nb,,1\n", read_pairs).findings[0].where.cell == "C2"


def test_a_pair_nobody_compared_is_told() -> None:
    error = refused("指标,a,b\na,1,\nb,,1\n", read_pairs)
    assert [item.where.cell for item in error.findings] == ["C2"]
    assert refused("指标,a,b\nb,1,\na,,1\n", read_pairs).code == "tables.pairs"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "tables.empty"),
        (b" , \n,\n", "tables.empty"),
        (b"\x00\xff\xfe\x00", "tables.encoding"),
        (b'a,"b\n', "tables.csv"),
        (b"a\n" * 6000, "tables.size"),
        (b"PK\x03\x04junk", None),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, code: str | None) -> None:
    with pytest.raises(Invalid) as error:
        read_table(content, name="x")
    assert code is None or error.value.code == code


def test_a_formula_without_a_result_is_refused() -> None:
    book = Workbook()
    book.active.append(["a", "=1+1"])
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(Invalid) as error:
        read_table(stream.getvalue(), name="x")
    assert error.value.code == "tables.formula"


def test_a_kept_table_reads_back() -> None:
    kept = table('评分人,"产,值",能耗\n张,5,\n王,1,3\n')
    assert read_table(write_csv(kept), name=kept.name) == kept


def test_too_small_tables_are_refused() -> None:
    assert refused("评分人,产值\n张,5\n王,1\n", read_survey).code == "tables.shape"
    assert refused("评分人,产值,能耗\n张,5,4\n", read_survey).code == "tables.shape"


def test_the_made_tables_are_what_their_script_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_index", FIXTURES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    script.make(tmp_path)
    names = ("values.csv", "survey.csv", "pairs.csv")
    assert {name: (tmp_path / name).read_bytes() for name in names} == {
        name: (FIXTURES / name).read_bytes() for name in names
    }
