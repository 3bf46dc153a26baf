"""Vetoes (一票否决): what a grave event does to a grade.

Holds the effects and the one function that applies them. A veto moves a grade down or leaves
it; it never raises one.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from budgetperf.scoring.rules import SourcedRule


class Veto(SourcedRule):
    """One grave event and its effects, of which there is at least one.

    Parameters
    ----------
    key, label : str
    lower_by : int
        How many grades it takes away.
    not_above : str
        Best grade still possible; empty for no bound.
    last_in_grade : bool
        The unit ranks after all others of the grade it ends in.
    """

    key: str
    label: str
    lower_by: Annotated[int, Field(ge=0, strict=True)] = 0
    not_above: str = ""
    last_in_grade: bool = False

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.lower_by or self.not_above or self.last_in_grade):
            raise ValueError(f"否决事项“{self.label}”须写明后果：lower_by、not_above 或 last_in_grade")
        return self


def grade_after(grade: str, struck: Iterable[Veto], grades: Sequence[str]) -> str:
    """Return the grade that remains.

    Parameters
    ----------
    grade : str
        Key of the grade earned.
    struck : iterable of Veto
        Those proven; their order does not matter, and the heaviest counts.
    grades : sequence of str
        All grade keys, best first.
    """
    earned = grades.index(grade)
    places = [earned]
    for veto in struck:
        bound = grades.index(veto.not_above) if veto.not_above else 0
        places.append(min(max(earned + veto.lower_by, bound), len(grades) - 1))
    return grades[max(places)]
