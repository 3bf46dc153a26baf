from datetime import date
from pathlib import Path

from budgetperf.fiscal import DateRange
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.outline import outline, plainly, validity
from budgetperf.rulebook.reading import parse_edition

SOUND = (Path(__file__).parent / "sound_scheme.yaml").read_text(encoding="utf-8")


def test_a_scheme_is_printed_with_points_wording_source_status_and_examples() -> None:
    edition = parse_edition(SOUND.encode(), name="x")
    lines = list(outline(edition, DateRange(date(2020, 2, 25), date(2026, 1, 1))))
    assert lines[:4] == [
        "项目支出财政评价指标体系（财政评价，national）",
        "编号：national/finance_evaluation/2020-02-25",
        "有效期：2020-02-25 至 2025-12-31",
        "依据：测试文件（本系统约定）",
    ]
    at = lines.index("  满分100分，各项保留2位小数，不允许不适用")
    assert lines[at + 1 : at + 5] == [
        "  决策　40分（decision）",
        "    立项依据　15分（basis）",
        "      计分：由评价人员在分值内直接评定（judged）",
        "      依据：测试文件（本系统约定）",
    ]
    assert lines[-2:] == [
        "  1. 得85分：total＝85.00",
        "  2. 评分超过分值，退回：拒绝（scoring.points_range）",
    ]


def test_what_a_gap_leaves_open_is_marked_where_it_stands() -> None:
    gaps = "".join(
        f"  - {{name: 甲, at: {at}, wording: 未写}}\n"
        for at in ("valid_from", "rules.scheme.dimensions.1.criteria.2.weight", "rules.result_share.at_least")
    )
    raw = SOUND.replace("rules:\n", f"gaps:\n{gaps}rules:\n", 1).encode()
    lines = list(outline(parse_edition(raw, name="x"), DateRange(date(2020, 2, 25))))
    assert [line for line in lines if line.endswith("【待定】") or "【待定】（" in line] == [
        "有效期：2020-02-25 起【待定】",
        "  at_least：0.6【待定】",
        "    绩效目标　25分【待定】（goal）",
    ]


def test_every_shipped_edition_prints_all_its_sources_and_examples() -> None:
    rulebook = Rulebook.load()
    for edition in rulebook.editions:
        lines = list(outline(edition, rulebook.span(edition)))
        assert sum("依据：" in line for line in lines) > 1
        assert len(lines) - lines.index(f"算例（{len(edition.examples)}个）：") == len(edition.examples) + 1
        assert all(any(gap.name in line for line in lines) for gap in edition.gaps)
        assert any("【待定】" in line for line in lines) == bool(edition.gaps)


def test_an_open_end_is_said_so() -> None:
    assert validity(DateRange(date(2026, 1, 1))) == "2026-01-01 起"


def test_plain_values_are_words() -> None:
    assert [plainly(value) for value in (True, None, (), {}, ("a", 1))] == ["是", "无", "无", "无", "a、1"]
