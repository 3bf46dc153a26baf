from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement
from budgetperf.scoring.facts import Achieved, Answer, Rated
from budgetperf.scoring.formulas import Graded, Judged, Tier, YesNo

TEN = Decimal(10)


def tiers(middle: str) -> Graded:
    """Three tiers with the bound between partly met and not met."""
    return Graded(
        tiers=(
            Tier(achievement=Achievement.MET, at_least=Decimal("0.8"), below=Decimal(1)),
            Tier(achievement=Achievement.PARTLY, at_least=Decimal(middle), below=Decimal("0.8")),
            Tier(achievement=Achievement.NOT_MET, at_least=Decimal(0), below=Decimal(middle)),
        )
    )


TIERS, HUBEI = tiers("0.6"), tiers("0.5")


@pytest.mark.parametrize(
    ("tier", "inside", "outside"),
    [
        (Achievement.MET, ["1", "0.8"], ["1.01", "0.79"]),
        (Achievement.PARTLY, ["0.79", "0.6"], ["0.8", "0.59"]),
        (Achievement.NOT_MET, ["0.59", "0"], ["0.6", "-0.01"]),
    ],
)
def test_a_graded_share_outside_its_tier_is_refused(
    tier: Achievement, inside: list[str], outside: list[str]
) -> None:
    for ratio in inside:
        assert TIERS.part(Achieved(tier, Decimal(ratio)), TEN).share == Fraction(ratio)
    for ratio in outside:
        with pytest.raises(Invalid, match=f"“{tier.label}”的赋分比例须在") as refusal:
            TIERS.part(Achieved(tier, Decimal(ratio)), TEN)
        assert refusal.value.code == "scoring.tier"


@pytest.mark.parametrize(
    "edges",
    [
        [("met", "0.8", "1"), ("partly", "0.6", "0.7"), ("not_met", "0", "0.6")],
        [("met", "0.8", "0.9"), ("partly", "0.6", "0.8"), ("not_met", "0", "0.6")],
        [("met", "0.8", "1"), ("partly", "0.6", "0.8"), ("not_met", "0.1", "0.6")],
        [("partly", "0.8", "1"), ("met", "0.6", "0.8"), ("not_met", "0", "0.6")],
        [("met", "1", "1"), ("partly", "0.6", "1"), ("not_met", "0", "0.6")],
        [("met", "0.8", "1"), ("partly", "0", "0.8")],
    ],
)
def test_tiers_with_a_gap_or_out_of_order_are_refused(edges: list[tuple[str, str, str]]) -> None:
    tiers = [{"achievement": tier, "at_least": low, "below": high} for tier, low, high in edges]
    with pytest.raises(ValidationError, match="三档"):
        Graded.model_validate({"tiers": tiers})


@pytest.mark.parametrize(("tier", "ratio"), [("partly", "0.5"), ("partly", "0.79"), ("not_met", "0.49")])
def test_hubei_draws_the_line_at_half(tier: str, ratio: str) -> None:
    assert HUBEI.part(Achieved(Achievement(tier), Decimal(ratio)), TEN).share == Fraction(ratio)


@pytest.mark.parametrize(("tier", "ratio"), [("partly", "0.49"), ("not_met", "0.5"), ("met", "0.79")])
def test_hubei_refuses_a_share_of_another_tier(tier: str, ratio: str) -> None:
    with pytest.raises(Invalid) as refusal:
        HUBEI.part(Achieved(Achievement(tier), Decimal(ratio)), TEN)
    assert refusal.value.code == "scoring.tier"


@pytest.mark.parametrize("points", ["-0.01", "10.01"])
def test_judged_points_beyond_the_weight_are_refused(points: str) -> None:
    with pytest.raises(Invalid, match="超出0至10分") as refusal:
        Judged().part(Rated(Decimal(points)), TEN)
    assert refusal.value.code == "scoring.points_range"


@pytest.mark.parametrize("points", ["0", "7.5", "10"])
def test_judged_points_within_the_weight_stand(points: str) -> None:
    assert Judged().part(Rated(Decimal(points)), TEN).share == Fraction(points) / 10


def test_yes_gives_all_and_no_gives_nothing() -> None:
    assert YesNo().part(Answer(yes=True), TEN).share == 1
    assert YesNo().part(Answer(yes=False), TEN).share == 0
