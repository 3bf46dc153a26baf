import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.scoring.vetoes import Veto, grade_after
from tests.scoring.makers import SOURCE

GRADES = ("excellent", "good", "pass", "fail")


def veto(*, lower_by: int = 0, not_above: str = "", last_in_grade: bool = False) -> Veto:
    return Veto(
        source=SOURCE,
        key="accident",
        label="重大事故",
        lower_by=lower_by,
        not_above=not_above,
        last_in_grade=last_in_grade,
    )


@pytest.mark.parametrize(
    ("earned", "struck", "left"),
    [
        ("excellent", veto(lower_by=1), "good"),
        ("pass", veto(lower_by=1), "fail"),
        ("fail", veto(lower_by=1), "fail"),
        ("excellent", veto(lower_by=9), "fail"),
        ("excellent", veto(not_above="pass"), "pass"),
        ("pass", veto(not_above="pass"), "pass"),
        ("fail", veto(not_above="pass"), "fail"),
        ("good", veto(last_in_grade=True), "good"),
        ("excellent", veto(lower_by=1, not_above="fail"), "fail"),
    ],
)
def test_a_veto_lowers_or_bars(earned: str, struck: Veto, left: str) -> None:
    assert grade_after(earned, [struck], GRADES) == left


def test_the_heaviest_of_several_counts_and_they_do_not_add_up() -> None:
    assert grade_after("excellent", [veto(lower_by=1), veto(lower_by=1)], GRADES) == "good"
    assert grade_after("excellent", [veto(lower_by=1), veto(not_above="pass")], GRADES) == "pass"
    assert grade_after("excellent", [], GRADES) == "excellent"


def test_a_veto_without_an_effect_is_refused() -> None:
    with pytest.raises(ValidationError, match="须写明后果"):
        veto()


vetoes = st.builds(
    veto, lower_by=st.integers(0, 5), not_above=st.sampled_from(("", *GRADES)), last_in_grade=st.just(True)
)


@given(st.sampled_from(GRADES), st.lists(vetoes, max_size=4))
def test_vetoes_never_raise_anyone(earned: str, struck: list[Veto]) -> None:
    assert GRADES.index(grade_after(earned, struck, GRADES)) >= GRADES.index(earned)
    assert grade_after(earned, struck, GRADES) == grade_after(earned, struck[::-1], GRADES)
