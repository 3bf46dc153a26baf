"""An edition as text that people read: dimensions, criteria, points, wording, source, status, examples.

Holds the wording of the outline; what the rules mean is computed by ``scoring`` and ``budget``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pydantic import BaseModel

from budgetperf.fiscal import DateRange
from budgetperf.indicators import plain_number
from budgetperf.rulebook.edition import Edition, Example
from budgetperf.rulebook.figures import OPEN, flow
from budgetperf.rulebook.kinds import KINDS
from budgetperf.scoring.formulas import NamedRule, spelled
from budgetperf.scoring.scheme import Criterion, Dimension, Scheme
from budgetperf.terms import Term


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of the rules, and the places the edition's gaps name."""

    at: str
    gaps: frozenset[str]

    def of(self, part: object) -> "_Place":
        return _Place(f"{self.at}.{part}", self.gaps)

    @property
    def named(self) -> str:
        """The mark, where a gap names just this place."""
        return OPEN if self.at in self.gaps else ""

    @property
    def mark(self) -> str:
        """The mark, where a gap names this place or one below it."""
        return OPEN if any(f"{gap}.".startswith(f"{self.at}.") for gap in self.gaps) else ""


_NOT_APPLICABLE = {"refuse": "不允许不适用", "rescale": "不适用的剔除后折算"}


def outline(edition: Edition, span: DateRange) -> Iterator[str]:
    """Yield the lines of an edition.

    Parameters
    ----------
    edition : Edition
    span : DateRange
        The days it holds, as the rulebook knows them.
    """
    yield f"{edition.title}（{KINDS[edition.kind].label}，{edition.jurisdiction}）"
    yield f"编号：{edition.id}"
    gaps = frozenset(gap.at for gap in edition.gaps)
    yield f"有效期：{validity(span)}{OPEN if gaps & {'valid_from', 'valid_to'} else ''}"
    yield f"依据：{edition.source}"
    yield f"摘要：{edition.digest}"
    for gap in edition.gaps:
        yield f"待定参数：{gap.name}（{gap.at}）：{gap.wording}"
    yield ""
    yield from _block(edition.rules, "", _Place("rules", gaps))
    yield ""
    yield f"算例（{len(edition.examples)}个）："
    for number, example in enumerate(edition.examples, 1):
        yield f"  {number}. {example.name}：{_outcome(example)}"


def validity(span: DateRange) -> str:
    """Write a span as people say it, its last day included.

    Examples
    --------
    >>> from datetime import date
    >>> validity(DateRange(date(2020, 2, 25), date(2024, 1, 1))), validity(DateRange(date(2024, 1, 1)))
    ('2020-02-25 至 2023-12-31', '2024-01-01 起')
    """
    if span.end is None:
        return f"{span.start} 起"
    return f"{span.start} 至 {span.end - timedelta(days=1)}"


def _outcome(example: Example) -> str:
    if example.refused:
        return f"拒绝（{example.refused}）"
    return "，".join(f"{key}＝{flow(value)}" for key, value in (example.expect or {}).items())


def _block(block: BaseModel, indent: str, place: _Place) -> Iterator[str]:
    """Yield what a block says, value by value, and its source; what a gap leaves open is marked."""
    if isinstance(block, Scheme):
        yield from _scheme(block, indent, place)
        return
    for name in type(block).model_fields:
        value = getattr(block, name)
        if name == "source":
            yield f"{indent}依据：{value}"
        else:
            yield from _named(name, value, indent, place.of(name))


def _named(name: str, value: object, indent: str, place: _Place) -> Iterator[str]:
    """Yield a value with its name: on one line if it is plain, else indented below."""
    if isinstance(value, NamedRule):
        yield f"{indent}计分：{spelled(value)}（{value.name}）{place.mark}"
    elif not _deep(value):
        yield f"{indent}{name}：{plainly(value)}{place.mark}"
    else:
        yield f"{indent}{name}：{place.named}"
        if isinstance(value, BaseModel):
            yield from _block(value, f"{indent}  ", place)
        for part, called, item in _items(value):
            yield from _named(called, item, f"{indent}  ", place.of(part))


def _deep(value: object) -> bool:
    """Tell whether a value needs lines of its own: a source, a formula or a scheme stands in it."""
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        known = isinstance(value, NamedRule | Scheme) or "source" in names
        return known or any(_deep(getattr(value, name)) for name in names)
    return any(_deep(item) for *_, item in _items(value))


def _items(value: object) -> list[tuple[object, str, object]]:
    """Return the items of a mapping or a list with their key or number and what they are called."""
    if isinstance(value, Mapping):
        return [(key, plainly(key), item) for key, item in value.items()]
    if isinstance(value, tuple):
        return [(number, f"第{number}项", item) for number, item in enumerate(value, 1)]
    return []


def plainly(value: object) -> str:
    """Write a plain value for people: codes by their Chinese word, lists with 、."""
    if isinstance(value, Term):
        return value.label
    if isinstance(value, BaseModel):
        shown = ((name, getattr(value, name)) for name in type(value).model_fields)
        return "｛" + "，".join(f"{name}：{plainly(item)}" for name, item in shown) + "｝"
    if isinstance(value, Mapping):
        return "，".join(f"{plainly(key)}：{plainly(item)}" for key, item in value.items()) or "无"
    if isinstance(value, tuple):
        return "、".join(plainly(item) for item in value) or "无"
    if isinstance(value, Decimal):
        return plain_number(value)
    return {"True": "是", "False": "否", "None": "无"}.get(repr(value), str(value))


def _scheme(scheme: Scheme, indent: str, place: _Place) -> Iterator[str]:
    rule = _NOT_APPLICABLE[scheme.not_applicable]
    total = f"满分{plain_number(scheme.total)}分{place.of('total').mark}"
    yield f"{indent}{total}，各项保留{scheme.places}位小数，{rule}"
    for i, dimension in enumerate(scheme.dimensions, 1):
        here = place.of("dimensions").of(i)
        yield f"{indent}{_weighed(dimension, here)}"
        for j, criterion in enumerate(dimension.criteria, 1):
            yield from _criterion(criterion, f"{indent}  ", here.of("criteria").of(j))


def _weighed(item: Dimension | Criterion, place: _Place) -> str:
    label, points = (place.of(part).mark for part in ("label", "weight"))
    return f"{item.label}{label}　{plain_number(item.weight)}分{points}（{item.key}）"


def _criterion(criterion: Criterion, indent: str, place: _Place) -> Iterator[str]:
    yield f"{indent}{_weighed(criterion, place)}"
    yield from _named("", criterion.formula, f"{indent}  ", place.of("formula"))
    yield f"{indent}  依据：{criterion.source}"
