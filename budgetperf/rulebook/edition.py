"""An edition: one dated, sourced, frozen version of the rules of one kind, with its examples.

Holds its shape and the running of its examples. How a file becomes an edition stands in
``reading``; which edition holds on a day, in ``library``; that its digest is locked, in ``lock``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self, TypeVar

from pydantic import BaseModel, JsonValue, SerializeAsAny, model_validator

from budgetperf.errors import Invalid
from budgetperf.provenance import Source
from budgetperf.rulebook.kinds import KINDS
from budgetperf.scoring.rules import Rule

R = TypeVar("R", bound=BaseModel)


class Example(Rule):
    """A worked example: what is given, and what must come out or be refused.

    Parameters
    ----------
    name : str
        What it shows, in Chinese.
    given : mapping
        In the shape of the kind's case.
    expect : mapping or None
        Values that must come out, a part of the outcome at least.
    refused : str or None
        Code of the refusal, when the given must not be accepted.
    """

    name: str
    given: dict[str, JsonValue]
    expect: dict[str, JsonValue] | None = None
    refused: str | None = None

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        if (self.expect is None) == (self.refused is None):
            raise ValueError("每个算例须写明 expect 或 refused，二者取一")
        if self.expect == {}:
            raise ValueError("expect 不能为空")
        return self


class Gap(Rule):
    """A parameter the source leaves open; what stands at ``at`` is the default taken.

    Parameters
    ----------
    name : str
        What it is called, in Chinese.
    at : str
        Its place, keys joined by dots and items counted from 1, e.g. ``rules.cut_offs.1.at_least``.
    wording : str
        What the source says, and how it is read here.
    """

    name: str
    at: str
    wording: str


class EditionFile(Rule):
    """The keys of an edition file, rules and examples still plain.

    Parameters
    ----------
    title : str
        As printed on sheets and reports.
    jurisdiction, kind : str
        Folder and sub-folder of the file.
    valid_from, valid_to : date
        First day it holds, and first day it no longer does; without an end it holds until the
        next edition of its kind begins.
    source : Source
        The main document.
    serves : tuple of str
        Names of the places whose forms it judges, as the forms print them; needed only where a form
        is to be told by its place.
    gaps : tuple of Gap
        Parameters the source leaves open.
    rules : mapping
        As the kind says.
    examples : tuple of Example
    """

    title: str
    jurisdiction: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    source: Source
    serves: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    rules: dict[str, JsonValue]
    examples: tuple[Example, ...]


class Edition(Rule):
    """One edition.

    Parameters
    ----------
    id : str
        ``jurisdiction/kind/valid_from``.
    title, jurisdiction, kind : str
    valid_from, valid_to : date
        Half-open; with ``valid_to`` None it holds until the next edition of its kind begins.
    source : Source
        The main document; blocks of the rules name their own.
    serves : tuple of str
        Names of the places whose forms it judges.
    gaps : tuple of Gap
        Parameters the source leaves open.
    digest : str
        SHA-256 of the file.
    rules : BaseModel
        Typed by the kind.
    examples : tuple of Example
    """

    id: str
    title: str
    jurisdiction: str
    kind: str
    valid_from: date
    valid_to: date | None
    source: Source
    serves: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    digest: str
    rules: SerializeAsAny[BaseModel]
    examples: tuple[Example, ...]

    @property
    def series(self) -> tuple[str, str]:
        """Jurisdiction and kind: editions of one series succeed one another."""
        return self.jurisdiction, self.kind

    def rules_as(self, model: type[R]) -> R:
        """Return the rules typed as ``model``.

        Raises
        ------
        TypeError
            If the edition is of another kind: a mistake of the caller.
        """
        if not isinstance(self.rules, model):
            raise TypeError(f"edition {self.id} holds {type(self.rules).__name__}, not {model.__name__}")
        return self.rules


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that does not come out as it says.

    Parameters
    ----------
    index : int
        Place among the examples, from 0.
    text : str
        Chinese sentence: what was expected and what came out.
    """

    index: int
    text: str

    def __str__(self) -> str:
        return self.text


def failed_examples(edition: Edition) -> tuple[ExampleFailure, ...]:
    """Run the examples and return what does not hold, empty when all do."""
    return tuple(
        ExampleFailure(index, f"算例“{example.name}”：{told}")
        for index, example in enumerate(edition.examples)
        for told in _failures(edition, example)
    )


def _failures(edition: Edition, example: Example) -> Iterator[str]:
    kind = KINDS[edition.kind]
    wanted = f"以“{example.refused}”拒绝" if example.refused else "接受"
    try:
        outcome = kind.run(edition.rules, kind.given.model_validate(example.given))
    except Invalid as refusal:
        if refusal.code != example.refused:
            yield f"应{wanted}，实际以“{refusal.code}”拒绝：{refusal.text}"
        return
    except (ValueError, LookupError, ArithmeticError) as error:
        yield f"应{wanted}，实际无法计算（{error}），请核对 given 所填的内容"
        return
    if example.expect is None:
        yield f"应{wanted}，实际被接受"
        return
    for key, value in example.expect.items():
        if key not in outcome or outcome[key] != value:
            yield f"{key}应为{value}，实际为{outcome.get(key, '无此项')}"
