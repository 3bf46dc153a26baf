"""The line of the year says where each step stands, in words as well as in marks."""

from api.screens.life import LifeLine, LifeStep, Phase
from api.screens.page import environment
from budgetperf.scoring.lights import LightColour

STEPS = (
    LifeStep("申报", Phase.DONE, "", "2025-01-01", "#r-1"),
    LifeStep(
        "一季度监控",
        Phase.PROBLEM,
        "整改中",
        "2025-04-10",
        "#r-2",
        LightColour.RED,
        LightColour.GREEN,
        lit=True,
    ),
    LifeStep("二季度监控", Phase.NOW, "", "", "", lit=True),
    LifeStep("自评", Phase.AHEAD, "", "", ""),
    LifeStep("财政评价", Phase.DONE, "差", "2026-03-02", "", points="57.2"),
)


def drawn(language: str = "zh") -> str:
    made = environment(language).from_string('{% import "parts/life.html" as l %}{{ l.life_line(life) }}')
    return made.render(life=LifeLine(STEPS))


def test_solid_line_ends_at_the_last_step_begun() -> None:
    life = LifeLine(STEPS)
    assert life.reached == life.placed[4].x
    assert LifeLine(STEPS[:4]).reached == life.placed[2].x


def test_every_mark_is_told_in_words() -> None:
    svg = drawn()
    assert "<title>申报：已完成，2025-01-01</title>" in svg
    assert "<title>一季度监控：有问题，整改中，2025-04-10，资金红灯，目标绿灯</title>" in svg
    assert "资金未亮灯" in svg


def test_marks_with_a_place_are_links_and_the_others_can_be_reached_by_keyboard() -> None:
    svg = drawn()
    assert svg.count("<a href=") == 2
    assert svg.count('tabindex="0"') == 1 + 3


def test_colours_differ_in_shape_too() -> None:
    svg = drawn()
    assert '<rect class="lamp lamp-red"' in svg
    assert '<circle class="lamp lamp-green"' in svg


def test_line_speaks_english() -> None:
    assert "<title>Request: " not in drawn("zh")
    svg = drawn("en")
    assert "Q1 monitoring" in svg
    assert ">57.2 Poor</text>" in svg
    assert ">Money Red</text>" in svg
    assert ">Goals Green</text>" in svg
