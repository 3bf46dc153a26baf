from pathlib import Path

import pytest

from budgetperf.provenance import SourceStatus
from budgetperf.rulebook.figures import Figure, figures, flow, open_figures
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.lock import ROOT
from budgetperf.rulebook.reading import parse_edition, read_document

SOUND = (Path(__file__).parent / "sound_scheme.yaml").read_text(encoding="utf-8")
GAP = """gaps:
  - {name: 立项依据分值, at: rules.scheme.dimensions.1.criteria.1.weight, wording: 文件只写决策40分，未写分项}
"""


def listed(text: str) -> tuple[Figure, ...]:
    raw = text.encode()
    return figures(parse_edition(raw, name="x"), read_document(raw, name="x"))


def test_every_sourced_block_is_one_figure_with_its_line_and_name() -> None:
    found = {figure.place: figure for figure in listed(SOUND)}
    assert list(found)[:3] == ["valid_from", "rules", "rules.result_share"]
    basis = found["rules.scheme.dimensions.决策.criteria.立项依据"]
    assert (basis.line, basis.value) == (22, "weight=15，formula={name: judged}")
    assert "scheme.total=100" in found["rules"].value
    assert found["rules.result_share"].value == "dimensions=[output]，at_least=0.60"


def test_rules_without_a_source_of_their_own_rest_on_that_of_the_edition() -> None:
    edition = Rulebook.load().by_id("national/limit_cuts/2026-01-01")
    document = read_document((ROOT / f"{edition.id}.yaml").read_bytes(), name="x")
    (rules,) = [figure for figure in figures(edition, document) if figure.place == "rules"]
    assert rules.value.startswith("order=[exante, cost, execution, carry_over, grade]")
    assert rules.source == edition.source


def with_gaps(gaps: str, *, status: str) -> str:
    return SOUND.replace("rules:\n", f"{gaps}rules:\n", 1).replace("status: ours", f"status: {status}")


@pytest.mark.parametrize(
    ("block", "default"),
    [
        ("published", SourceStatus.TO_CONFIRM),
        ("practice", SourceStatus.TO_CONFIRM),
        ("to_confirm", SourceStatus.TO_CONFIRM),
        ("ours", SourceStatus.OURS),
    ],
)
def test_no_source_vouches_for_the_default_of_a_gap(block: str, default: SourceStatus) -> None:
    (gap,) = [figure for figure in listed(with_gaps(GAP, status=block)) if figure.gap]
    assert gap.place == "rules.scheme.dimensions.决策.criteria.立项依据.weight"
    assert (gap.gap, gap.value, gap.source.status) == ("立项依据分值", "15", default)
    assert gap.wording == "测试文件，文件只写决策40分，未写分项"


def test_a_block_does_not_state_what_a_gap_leaves_open() -> None:
    basis = "rules.scheme.dimensions.决策.criteria.立项依据"
    (block,) = [figure for figure in listed(with_gaps(GAP, status="published")) if figure.place == basis]
    assert block.value == "weight=【待定】，formula={name: judged}"


def test_a_block_that_a_gap_leaves_open_altogether_is_no_figure_of_its_source() -> None:
    name = "  - {name: 计分, at: rules.scheme.dimensions.1.criteria.1.formula.name, wording: 未写}\n"
    day = "  - {name: 启用日期, at: valid_from, wording: 未写}\n"
    found = listed(with_gaps(f"{GAP}{name}{day}", status="published"))
    places = [figure.place for figure in found if not figure.gap]
    assert "valid_from" not in places
    assert "rules.scheme.dimensions.决策.criteria.立项依据" not in places
    assert [figure.value for figure in found if figure.gap] == ["15", "judged", "2020-02-25"]


def test_no_default_of_a_shipped_edition_counts_as_published_or_practice() -> None:
    for edition in Rulebook.load().editions:
        document = read_document((ROOT / f"{edition.id}.yaml").read_bytes(), name="x")
        gaps = [figure for figure in figures(edition, document) if figure.gap]
        assert {figure.source.status for figure in gaps} <= {SourceStatus.TO_CONFIRM, SourceStatus.OURS}


def test_only_what_is_to_be_confirmed_is_open() -> None:
    assert (
        open_figures(parse_edition(SOUND.encode(), name="x"), read_document(SOUND.encode(), name="x")) == ()
    )
    edition = Rulebook.load().by_id("national/self_evaluation/2020-02-25")
    document = read_document((ROOT / f"{edition.id}.yaml").read_bytes(), name="x")
    assert [figure.place for figure in open_figures(edition, document) if not figure.gap] == [
        "rules.execution",
        "rules.operators.qualitative",
        "rules.explanations.over_achievement",
    ]


def test_no_figure_of_a_shipped_edition_is_left_out() -> None:
    """Every number of the rules stands in the value of exactly the figure of its block."""
    for edition in Rulebook.load().editions:
        document = read_document((ROOT / f"{edition.id}.yaml").read_bytes(), name="x")
        found = figures(edition, document)
        assert len({figure.line for figure in found if not figure.gap}) == len(
            [f for f in found if not f.gap]
        )
        assert all(figure.value and figure.source.document for figure in found)


def test_constants_are_written_as_in_the_file() -> None:
    assert flow([True, False, None, 1, "0.60"]) == "[true, false, null, 1, 0.60]"
