"""Decision packages read in words and yuan: every key of every record they are made of, and of a lived year."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from api.desks.decisions import stored
from api.desks.package_rows import Keys, Reader, holds_fen, looked_up, names_in
from api.desks.package_words import DIGESTS, FEN, OPEN, VOCABULARIES, WORDS, FactKind
from api.screens.record import PackageRow, Shown
from budgetperf.budget.allocation import Allocation
from budgetperf.budget.ceiling import CeilingFacts
from budgetperf.budget.limits import Limit
from budgetperf.budget.lines import LineFacts
from budgetperf.budget.waterfall import LineCuts
from budgetperf.costing.benefit import BenefitAnalysis
from budgetperf.costing.cost_baseline import BaselineAnswers
from budgetperf.costing.packages import BaselineFacts
from budgetperf.costing.records import BenefitFacts
from budgetperf.money import Money
from budgetperf.provenance import DecisionKind, Json
from budgetperf.scoring.dashboard import Dashboard
from budgetperf.scoring.exante import ExanteResult
from budgetperf.scoring.recompute import METHODS, GradeResult
from budgetperf.scoring.score import ScoreSheet
from budgetperf.terms import Term
from tests import cast
from tests.api.conftest import World
from tests.api.pages import sign_in

SCORED = [(method.kind, method.facts) for method in METHODS.values()]
RECORDS: list[tuple[DecisionKind, type]] = [
    *SCORED,
    (DecisionKind.EXANTE, ExanteResult),
    (DecisionKind.LIGHT, Dashboard),
    (DecisionKind.SCORE, ScoreSheet),
    (DecisionKind.GRADE, GradeResult),
    (DecisionKind.BENEFIT, BenefitFacts),
    (DecisionKind.BENEFIT, BenefitAnalysis),
    (DecisionKind.CUT, LineFacts),
    (DecisionKind.CUT, LineCuts),
    (DecisionKind.ALLOCATION, CeilingFacts),
    (DecisionKind.ALLOCATION, Allocation),
    (DecisionKind.LIMIT, Limit),
    (DecisionKind.BASELINE, BaselineFacts),
]
"""What a package of each kind holds: facts and result."""


def parts(hint: object, keys: Keys) -> Iterator[tuple[Keys, object]]:
    """Every place of a record, with the type of a value there."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        yield from parts(inner[0], keys)
    elif origin in {Union, UnionType, tuple, Sequence, list}:
        for item in inner:
            yield from parts(item, keys)
    elif origin in {Mapping, dict}:
        yield keys, Mapping
        yield from parts(inner[1], (*keys, "*"))
    elif isinstance(hint, type) and is_dataclass(hint) and hint is not Money:
        hints = get_type_hints(hint, include_extras=True)
        for item in fields(hint):
            yield (*keys, item.name), None
            yield from parts(hints[item.name], (*keys, item.name))
    else:
        yield keys, hint


def places() -> Iterator[tuple[Keys, object]]:
    for kind, record in RECORDS:
        yield from parts(record, (kind.value,))
    yield from parts(BaselineAnswers, (DecisionKind.BASELINE.value,))


def within_costing(keys: Keys) -> bool:
    """Whether money stands as ``{"fen": "…"}`` there."""
    return keys[0] in {DecisionKind.BASELINE, DecisionKind.BENEFIT}


PLACES = list(places())


def test_every_field_of_the_records_has_a_word() -> None:
    assert {keys for keys, hint in PLACES if hint is None and looked_up(WORDS, keys) is None} == set()


def test_fen_is_what_the_records_type_as_money_and_nothing_else() -> None:
    typed = [(keys, hint) for keys, hint in PLACES if not within_costing(keys)]
    amounts = {keys for keys, hint in typed if hint is Money}
    assert {keys for keys in amounts if not holds_fen(keys)} == set()
    others = {keys for keys, hint in typed if hint in {str, int, bool, Decimal} and holds_fen(keys)}
    assert others == set()
    named = {name for keys in amounts for name in (keys[-1], ".".join(keys[-2:]))}
    assert FEN - named == {"rounding_fen"}  # of the model card, which is no record


def test_codes_read_in_the_vocabulary_the_records_type_them_by() -> None:
    terms = {(keys, hint) for keys, hint in PLACES if isinstance(hint, type) and issubclass(hint, Term)}
    assert {(keys, looked_up(VOCABULARIES, keys)) for keys, _ in terms} == terms
    kinds = {hint for keys, hint in PLACES if get_origin(hint) is Literal}
    assert {get_args(hint)[0] for hint in kinds} == {kind.value for kind in FactKind}


def test_open_keys_are_the_mappings_of_the_records() -> None:
    mappings = {keys for keys, hint in PLACES if hint is Mapping}
    assert {keys for keys in mappings if looked_up(OPEN, keys) is None} == set()


def test_digests_are_fields_of_the_records() -> None:
    assert {keys[-1] for keys, hint in PLACES if hint is str} >= DIGESTS


def read(kind: DecisionKind, facts: Json, result: Json) -> tuple[PackageRow, ...]:
    reader = Reader(kind.value, dict(names_in([facts, result])), ())
    return (*reader.rows(facts), *reader.rows(result))


@pytest.fixture(scope="module")
def packages(world: World) -> list[tuple[DecisionKind, Json, Json]]:
    """Every package of a lived year."""
    found = world.rows("SELECT kind, facts, result FROM decision ORDER BY id")
    return [(DecisionKind(str(kind)), facts, result) for kind, facts, result in found]  # type: ignore[misc]


def test_every_key_of_a_lived_year_has_a_word(packages: list[tuple[DecisionKind, Json, Json]]) -> None:
    assert {kind for kind, _, _ in packages} == set(DecisionKind)
    assert {
        (kind, row.path)
        for kind, facts, result in packages
        for row in read(kind, facts, result)
        if row.unworded
    } == set()


def test_nothing_of_a_lived_year_is_left_out(packages: list[tuple[DecisionKind, Json, Json]]) -> None:
    for kind, facts, result in packages:
        shown = {row.path for row in read(kind, facts, result)}
        kept = {leaf.path for document in (facts, result) for leaf in stored(document)}
        codes = {path for path in kept - shown if ".present." in path}  # each is the name of its row
        assert kept - shown == codes


def test_no_amount_of_a_lived_year_shows_in_fen(packages: list[tuple[DecisionKind, Json, Json]]) -> None:
    rows = [row for kind, facts, result in packages for row in read(kind, facts, result)]
    assert any(row.shown is Shown.MONEY for row in rows)
    amounts = [row for row in rows if row.path.endswith((".fen", "rounding_fen", "execution.paid"))]
    assert {row.shown for row in amounts} == {Shown.MONEY}


def line(rows: Sequence[PackageRow], path: str) -> PackageRow:
    return next(row for row in rows if row.path == path)


def test_the_same_key_reads_by_what_stands_above_it() -> None:
    cut = read(DecisionKind.CUT, {"cost": {"lower": "143240000"}, "grade": {"code": "fair"}}, {})
    assert (line(cut, "cost.lower").value, line(cut, "cost.lower").shown) == ("1,432,400.00", Shown.MONEY)
    assert (line(cut, "grade.code").value, line(cut, "grade.code").shown) == ("中", Shown.WORD)
    card = {"card": {"methods": [{"result": {"estimates": {"log(area)": {"lower": "0.52"}}}}]}}
    fitted = read(DecisionKind.BASELINE, {"drivers": [{"code": "area", "label": "清扫面积"}]}, card)
    path = "card.methods.0.result.estimates.log(area)"
    assert line(fitted, path).name == "log(清扫面积)"
    assert (line(fitted, f"{path}.lower").value, line(fitted, f"{path}.lower").shown) == ("0.52", Shown.TEXT)


def test_items_are_numbered_and_named() -> None:
    rows = read(
        DecisionKind.ALLOCATION, {"lines": [{"line": "1-1", "name": "路灯"}]}, {"levels": [{"line": "1-1"}]}
    )
    assert (line(rows, "lines.0").number, line(rows, "lines.0").name) == (1, "路灯")
    assert (line(rows, "levels.0").name, line(rows, "levels.0.line").value) == ("路灯", "路灯（1-1）")


def test_a_package_is_linked_only_for_those_who_may_open_it() -> None:
    rows = Reader("cut", {}, {"aa"}).rows({"exante": {"package": "aa"}, "grade": {"package": "bb"}})
    assert (line(rows, "exante.package").shown, line(rows, "grade.package").shown) == (
        Shown.LINK,
        Shown.DIGEST,
    )


def test_a_pair_is_one_row() -> None:
    rows = read(DecisionKind.BENEFIT, {}, {"present": [["capital", {"fen": "-5"}]]})
    assert [(row.path, row.word, row.value) for row in rows[1:]] == [("present.0.1.fen", "建设投入", "-0.05")]


def test_what_is_unknown_shows_as_stored() -> None:
    rows = read(
        DecisionKind.CUT, {"added": "7", "request": "n/a", "grade": {"code": "splendid"}, "cuts": []}, {}
    )
    assert [(row.path, row.value) for row in rows] == [
        ("request", "n/a"),
        ("grade", ""),
        ("grade.code", "splendid"),
        ("cuts", "无"),
        ("added", "7"),
    ]
    assert [row.name for row in rows if row.unworded] == ["added"]


def test_a_page_reads_in_words_and_keeps_what_is_stored(world: World) -> None:
    digest = str(world.rows("SELECT digest FROM decision WHERE kind = 'cut' ORDER BY id LIMIT 1")[0][0])
    facts = world.rows("SELECT facts FROM decision WHERE digest = :digest", digest=digest)[0][0]
    assert isinstance(facts, dict)
    client, _ = sign_in(world.house, cast.AUDITOR)
    page = client.get(f"/decisions/{digest}").text
    assert 'title="request">申报数</th>' in page
    assert f'<td class="num">{Money(int(facts["request"]))} 元</td>' in page
    assert f"<code>request</code></th><td>&#34;{facts['request']}&#34;</td>" in page
