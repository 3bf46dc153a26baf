"""Bad tables: every figure of agreement refuses them by name and place, and nothing is a silent number."""

import re
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from budgetperf.statistics import agreement as ag
from budgetperf.statistics.errors import BadParameter, BadTable, NoVariation, StatisticsError, TooFewRows

COMPLETE: dict[str, Callable[[pd.DataFrame], object]] = {
    "icc": ag.icc,
    "cronbach": ag.cronbach_alpha,
    "kendall": ag.kendall_w,
}
WITH_GAPS: dict[str, Callable[[pd.DataFrame], object]] = {
    "interval": lambda t: ag.krippendorff_alpha(t, level="interval"),
    "ordinal": lambda t: ag.krippendorff_alpha(t, level="ordinal"),
    "ratio": lambda t: ag.krippendorff_alpha(t, level="ratio"),
    "ac2": ag.gwet_ac2,
}
LABELS: dict[str, Callable[[pd.DataFrame], object]] = {
    "nominal": lambda t: ag.krippendorff_alpha(t, level="nominal"),
    "ac1": ag.gwet_ac1,
}
NUMBERS = {**COMPLETE, **WITH_GAPS}
ALL = {**NUMBERS, **LABELS}
COLUMNS: dict[str, Callable[["pd.Series[float]"], object]] = {
    "grubbs": ag.grubbs,
    "esd": lambda v: ag.generalised_esd(v, at_most=1),
    "trimmed": ag.trimmed_mean,
}


def table(**cells: float | Decimal | str | None) -> pd.DataFrame:
    """Four targets by three raters, with one target of "a" replaced."""
    made = pd.DataFrame(
        {"a": [3, 1, 4, 2], "b": [3, 2, 4, 1], "c": [2, 1, 4, 3]}, index=["甲", "乙", "丙", "丁"]
    ).astype(object)
    for target, value in cells.items():
        made.loc[target, "a"] = value
    return made


def test_the_plain_table_gives_figures() -> None:
    for figure in ALL.values():
        figure(table())


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("value", [np.inf, -np.inf, Decimal("Infinity")])
def test_an_infinite_score_is_refused_by_place(name: str, value: float | Decimal) -> None:
    with pytest.raises(BadTable, match="a对丙"):
        ALL[name](table(丙=value))


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["优", "1,5", 1e200])
def test_no_number_and_too_large_a_number_are_refused_by_place(name: str, value: float | str) -> None:
    with pytest.raises(BadTable, match="a对丙"):
        NUMBERS[name](table(丙=value))


@pytest.mark.parametrize("name", COMPLETE)
@pytest.mark.parametrize("value", [np.nan, None, pd.NA])
def test_a_gap_is_refused_by_place_where_it_cannot_be_borne(name: str, value: float | None) -> None:
    with pytest.raises(BadTable, match=r"缺失.*a对乙"):
        COMPLETE[name](table(乙=value))


@pytest.mark.parametrize("name", [*WITH_GAPS, *LABELS])
@pytest.mark.parametrize("value", [np.nan, None, pd.NA])
def test_a_gap_is_borne_where_the_method_does(name: str, value: float | None) -> None:
    assert str(ALL[name](table(乙=value))) == str(ALL[name](table(乙=np.nan)))


@pytest.mark.parametrize("name", ALL)
def test_one_rater_one_target_and_nothing_are_refused(name: str) -> None:
    for small in (table()[["a"]], table().iloc[:1], table().iloc[:0], table()[[]]):
        with pytest.raises(TooFewRows):
            ALL[name](small)


@pytest.mark.parametrize("name", ALL)
def test_nothing_but_gaps_is_refused(name: str) -> None:
    with pytest.raises(StatisticsError):
        ALL[name](pd.DataFrame(np.nan, index=["甲", "乙", "丙"], columns=["a", "b"]))


@pytest.mark.parametrize("name", ALL)
def test_a_name_that_stands_twice_is_refused(name: str) -> None:
    twice = table()
    twice.columns = pd.Index(["a", "b", "a"])
    with pytest.raises(BadTable, match="重复：a"):
        ALL[name](twice)
    with pytest.raises(BadTable, match="重复：甲"):
        ALL[name](pd.concat([table(), table().iloc[:1]]))


@pytest.mark.parametrize("name", ALL)
def test_equal_scores_throughout_are_refused(name: str) -> None:
    with pytest.raises(NoVariation):
        ALL[name](pd.DataFrame(2.0, index=["甲", "乙", "丙"], columns=["a", "b"]))


@pytest.mark.parametrize("name", ALL)
def test_a_rater_who_tells_nothing_apart_is_named(name: str) -> None:
    found = ALL[name](table().assign(b=2))
    assert "statistics.flat_rater" in {one.code for one in found.findings}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ALL)
def test_exact_decimals_are_numbers_too(name: str) -> None:
    found, plain = ALL[name](table().map(lambda v: Decimal(v) / 2)), ALL[name](table() / 2)
    assert re.sub(r"Decimal\('([\d.]+)'\)", lambda m: str(float(m[1])), str(found)) == str(plain)


@pytest.mark.parametrize("name", ALL)
def test_the_table_itself_is_left_alone(name: str) -> None:
    before = table()
    ALL[name](before)
    pd.testing.assert_frame_equal(before, table())


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("value", [np.nan, None, np.inf, "一"])
def test_a_bad_value_in_a_column_is_refused_by_its_label(name: str, value: float | str | None) -> None:
    column = pd.Series([1, 2, value, 3], index=["甲", "乙", "丙", "丁"], dtype=object)
    with pytest.raises(BadTable, match=r"：丙$"):
        COLUMNS[name](column)


@pytest.mark.parametrize("name", COLUMNS)
def test_too_short_a_column_is_refused(name: str) -> None:
    with pytest.raises(TooFewRows):
        COLUMNS[name](pd.Series([1.0]))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("value", [[1], {"优": 1}, np.array([1, 2])], ids=str)
def test_a_cell_of_several_values_is_refused_by_place(name: str, value: object) -> None:
    bad = table().assign(a=pd.Series([3, 1, value, 2], index=list("甲乙丙丁"), dtype=object))
    with pytest.raises(BadTable, match="a对丙"):
        ALL[name](bad)


NO_SHARE = ["a", None, pd.NA, Decimal("0.9"), np.nan, 0, 1, True]
SHARES: dict[str, Callable[..., object]] = {
    "icc": lambda x: ag.icc(table(), confidence=x),
    "cronbach": lambda x: ag.cronbach_alpha(table(), confidence=x),
    "ac1": lambda x: ag.gwet_ac1(table(), confidence=x),
    "ac2": lambda x: ag.gwet_ac2(table(), confidence=x),
    "grubbs": lambda x: ag.grubbs(pd.Series(range(9)), significance=x),
    "esd": lambda x: ag.generalised_esd(pd.Series(range(9)), at_most=1, significance=x),
    "trimmed": lambda x: ag.trimmed_mean(pd.Series(range(9)), confidence=x),
}


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("value", NO_SHARE, ids=str)
def test_a_level_that_is_no_share_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadParameter, match="0和1之间"):
        SHARES[name](value)


@pytest.mark.parametrize("name", SHARES)
def test_a_level_may_be_any_float(name: str) -> None:
    SHARES[name](np.float32(0.5))
