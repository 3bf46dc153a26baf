"""An edition: one dated, sourced, frozen version of the rules of one kind, with its examples.

Holds the shape of the file and its reading. Which edition holds on a day is said by
``library``; that its digest is locked, by ``lock``.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, JsonValue, SerializeAsAny, model_validator

from budgetperf.errors import Invalid
from budgetperf.fiscal import DateRange
from budgetperf.provenance import Source
from budgetperf.rulebook.kinds import KINDS
from budgetperf.rulebook.loader import Document, read_strict, validated
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


class _File(Rule):
    """The keys of an edition file, rules and examples still plain."""

    title: str
    jurisdiction: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    source: Source
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
        Half-open; ``valid_to`` None is open.
    source : Source
        The main document; blocks of the rules name their own.
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
    digest: str
    rules: SerializeAsAny[BaseModel]
    examples: tuple[Example, ...]

    @property
    def span(self) -> DateRange:
        """The days it holds."""
        return DateRange(self.valid_from, self.valid_to)

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


def read_edition(path: Path, *, root: Path) -> Edition:
    """Read and validate the edition file at ``path`` under ``root``.

    Raises
    ------
    Invalid
        ``rulebook.yaml`` or ``rulebook.edition`` with file and line of every defect.
    """
    name = path.relative_to(root).as_posix()
    raw = path.read_bytes()
    try:
        document = read_strict(raw.decode("utf-8"), name=name)
    except UnicodeDecodeError as error:
        raise Invalid("rulebook.yaml", f"{name} 不是UTF-8编码的文本，请另存为UTF-8") from error
    file = validated(_File, document.value, document)
    if file.kind not in KINDS:
        raise _mismatch(document, "kind", f"不认识的规则种类“{file.kind}”，应为 {'、'.join(KINDS)} 之一")
    edition_id = f"{file.jurisdiction}/{file.kind}/{file.valid_from.isoformat()}"
    if name != f"{edition_id}.yaml":
        raise _mismatch(document, "valid_from", f"文件路径应为 {edition_id}.yaml（由辖区、种类、生效日组成）")
    if file.valid_to is not None and file.valid_to <= file.valid_from:
        raise _mismatch(document, "valid_to", "失效日须晚于生效日")
    header = {key: getattr(file, key) for key in _HEADER}
    rules = validated(KINDS[file.kind].rules, file.rules, document, at=("rules",))
    for i, example in enumerate(file.examples):
        validated(KINDS[file.kind].given, example.given, document, at=("examples", i, "given"))
    return Edition(id=edition_id, digest=hashlib.sha256(raw).hexdigest(), rules=rules, **header)


_HEADER = ("title", "jurisdiction", "kind", "valid_from", "valid_to", "source", "examples")


def _mismatch(document: Document, key: str, message: str) -> Invalid:
    return Invalid("rulebook.edition", f"{document.name}:{document.line((key,))} {key}：{message}")


def failed_examples(edition: Edition) -> tuple[str, ...]:
    """Run the examples and return one Chinese sentence per failure, empty when all hold."""
    kind = KINDS[edition.kind]
    failures: list[str] = []
    for example in edition.examples:
        try:
            outcome: Mapping[str, object] = kind.run(edition.rules, kind.given.model_validate(example.given))
        except Invalid as refusal:
            if refusal.code != example.refused:
                wanted = f"以“{example.refused}”拒绝" if example.refused else "接受"
                failures.append(
                    f"算例“{example.name}”：应{wanted}，实际以“{refusal.code}”拒绝：{refusal.text}"
                )
            continue
        if example.expect is None:
            failures.append(f"算例“{example.name}”：应以“{example.refused}”拒绝，实际被接受")
            continue
        for key, wanted_value in example.expect.items():
            if key not in outcome or outcome[key] != wanted_value:
                found = outcome.get(key, "无此项")
                failures.append(f"算例“{example.name}”：{key}应为{wanted_value}，实际为{found}")
    return tuple(failures)
