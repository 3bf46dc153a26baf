"""The generated pages are those of the tables as they are now."""

import pytest

from budgetperf.process.stages import Stage
from budgetperf.process.transitions import TRANSITIONS
from docs.generate import FOLDER, pages

PAGES = pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_not_stale(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name], "run .venv/bin/python docs/generate.py"


def test_every_move_stands_in_the_page_of_stages() -> None:
    assert [row.event for row in TRANSITIONS if f"`{row.event}`" not in PAGES["lifecycle.md"]] == []
    assert PAGES["lifecycle.md"].count("stateDiagram-v2") == len(Stage)


def test_every_picture_starts_and_ends() -> None:
    for part in PAGES["lifecycle.md"].split("```mermaid")[1:]:
        picture = part.split("```")[0]
        assert "[*] -->" in picture
        assert "--> [*]" in picture
