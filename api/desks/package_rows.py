"""How a decision package reads: its records as rows of words and yuan, one below the other.

Holds the walk over facts and results; the words stand in ``package_words``. Computes nothing and drops nothing: a
key without a word shows as it is stored, and what is no code of its vocabulary or no whole fen shows as text.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from api.desks.package_words import COLUMNS, DIGESTS, FEN, NAMED, OPEN, VOCABULARIES, WORDS
from api.screens.filters import NONE
from api.screens.record import PackageRow, Shown
from budgetperf.money import Money
from budgetperf.provenance import Json
from budgetperf.terms import Term

T = TypeVar("T")
Keys = tuple[str, ...]
"""The keys down to a value: positions in lists left out, ``*`` for a name given by the package."""

_CODES = ("key", "code", "line", "dmu", "name")
_NAMES = ("label", "name")
_WHOLE = re.compile(r"-?\d{1,18}")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_RANKS = {key: rank for rank, key in enumerate(WORDS)}


def looked_up(table: Mapping[str, T], keys: Keys) -> T | None:
    """Return what a table says of a key: with the one above it, else alone.

    Examples
    --------
    >>> looked_up({"cost.lower": 1, "lower": 2}, ("cut", "cost", "lower"))
    1
    >>> looked_up({"cost.lower": 1, "lower": 2}, ("baseline", "estimates", "*", "lower"))
    2
    """
    found = table.get(".".join(keys[-2:]))
    return table.get(keys[-1]) if found is None else found


def holds_fen(keys: Keys) -> bool:
    """Tell whether a key holds an amount in fen."""
    return not FEN.isdisjoint({keys[-1], ".".join(keys[-2:])})


def names_in(value: Json) -> Iterator[tuple[str, str]]:
    """Yield the codes a package gives names to, each with the name.

    Examples
    --------
    >>> list(names_in({"drivers": [{"code": "area", "label": "swept area"}]}))
    [('area', 'swept area')]
    """
    if isinstance(value, Mapping):
        name = _name_of(value)
        if name:
            codes = {str(value[key]) for key in _CODES if isinstance(value.get(key), str)}
            yield from ((code, name) for code in codes - {name})
    for item in _inner(value):
        yield from names_in(item)


def _inner(value: Json) -> Iterator[Json]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list | tuple):
        yield from value


def _name_of(value: Mapping[str, Json]) -> str:
    found = (value.get(key) for key in _NAMES)
    return next((name for name in found if isinstance(name, str) and name), "")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one package.

    Parameters
    ----------
    kind : str
        Code of what it decides: the key above its facts and its result.
    names : mapping of str to str
        What the package itself names, by code.
    linked : collection of str
        Digests of the packages the reader may open.
    """

    kind: str
    names: Mapping[str, str]
    linked: Collection[str]

    def rows(self, document: Json) -> tuple[PackageRow, ...]:
        """Return the rows of the facts or of the result."""
        root = PackageRow(-1, "", Shown.GROUP)
        return tuple(self._below(document, root, (self.kind,)))

    def _value(self, value: Json, at: PackageRow, keys: Keys) -> Iterator[PackageRow]:
        if isinstance(value, Mapping) and set(value) == {"fen"}:
            yield _amount(value["fen"], replace(at, path=f"{at.path}.fen"))
        elif isinstance(value, Mapping | list | tuple) and value:
            yield at
            yield from self._below(value, at, keys)
        else:
            yield self._leaf(value, at, keys)

    def _below(self, value: Json, at: PackageRow, keys: Keys) -> Iterator[PackageRow]:
        if isinstance(value, list | tuple):
            inner = self._pairs if keys[-1] == "present" else self._items
            yield from inner(value, at, keys)
        elif isinstance(value, Mapping):
            members = self._records if looked_up(OPEN, keys) is None else self._named
            yield from members(value, at, keys)

    def _items(self, value: Sequence[Json], at: PackageRow, keys: Keys) -> Iterator[PackageRow]:
        for place, item in enumerate(value):
            below = _below(at, str(place), number=place + 1)
            if isinstance(item, Mapping):
                yield replace(below, name=self._called(item))
                yield from self._records(item, below, keys)
            elif isinstance(item, list | tuple) and (columns := looked_up(COLUMNS, keys)):
                yield below
                yield from self._cells(item, below, keys, columns)
            else:
                yield from self._value(item, below, keys)

    def _cells(
        self, row: Sequence[Json], at: PackageRow, keys: Keys, columns: Sequence[str]
    ) -> Iterator[PackageRow]:
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            within = (*keys, column)
            yield self._leaf(value, _below(at, str(place), word=looked_up(WORDS, within) or column), within)

    def _pairs(self, value: Sequence[Json], at: PackageRow, keys: Keys) -> Iterator[PackageRow]:
        """Rows of pairs of a code and a value, the code being the name of the row."""
        for place, item in enumerate(value):
            match item:
                case [str(code), inner]:
                    term = _term(code, keys)
                    word, name = (term.label, "") if term else ("", code)
                    yield from self._value(inner, _below(at, f"{place}.1", word=word, name=name), keys)
                case _:
                    yield from self._value(item, _below(at, str(place), number=place + 1), keys)

    def _records(self, value: Mapping[str, Json], at: PackageRow, keys: Keys) -> Iterator[PackageRow]:
        for key in sorted(value, key=lambda key: _rank((*keys, key))):
            word = looked_up(WORDS, (*keys, key)) or ""
            below = _below(at, key, word=word, name="" if word else key, unworded=not word)
            yield from self._value(value[key], below, (*keys, key))

    def _named(self, value: Mapping[str, Json], at: PackageRow, keys: Keys) -> Iterator[PackageRow]:
        for key, item in value.items():
            known = WORDS.get(f"{keys[-1]}.{key}")
            word, name = (known, "") if known else (looked_up(OPEN, keys) or "", self._spoken(key))
            yield from self._value(item, _below(at, key, word=word, name=name), (*keys, "*"))

    def _spoken(self, key: str) -> str:
        """Put names for codes, in ``log(area)`` too."""
        return self.names.get(key) or _IDENTIFIER.sub(lambda code: self.names.get(code[0], code[0]), key)

    def _called(self, item: Mapping[str, Json]) -> str:
        codes = (self.names.get(str(item[key]), "") for key in _CODES if key in item)
        return _name_of(item) or next((name for name in codes if name), "")

    def _leaf(self, value: Json, at: PackageRow, keys: Keys) -> PackageRow:
        match value:
            case None | "":
                return replace(at, value=NONE, shown=Shown.TEXT)
            case bool():
                return replace(at, value="是" if value else "否", shown=Shown.WORD)
            case Mapping() | list() | tuple():
                return replace(at, value="无", shown=Shown.WORD)
        return self._text(str(value), at, keys)

    def _text(self, text: str, at: PackageRow, keys: Keys) -> PackageRow:
        term = _term(text, keys)
        if term:
            return replace(at, value=term.label, shown=Shown.WORD)
        if holds_fen(keys):
            return _amount(text, at)
        if keys[-1] in DIGESTS:
            return replace(at, value=text, shown=Shown.LINK if text in self.linked else Shown.DIGEST)
        if keys[-1] in NAMED and text in self.names:
            return replace(at, value=f"{self.names[text]}（{text}）", shown=Shown.TEXT)
        return replace(at, value=text, shown=Shown.TEXT)


def _below(
    at: PackageRow, step: str, *, number: int = 0, word: str = "", name: str = "", unworded: bool = False
) -> PackageRow:
    path = f"{at.path}.{step}" if at.path else step
    return PackageRow(at.depth + 1, path, Shown.GROUP, number, word, name, unworded)


def _rank(keys: Keys) -> int:
    found = looked_up(_RANKS, keys)
    return len(_RANKS) if found is None else found


def _term(code: str, keys: Keys) -> Term | None:
    vocabulary = looked_up(VOCABULARIES, keys)
    return next((term for term in vocabulary or () if term.value == code), None)


def _amount(fen: Json, at: PackageRow) -> PackageRow:
    if isinstance(fen, str) and _WHOLE.fullmatch(fen):
        return replace(at, value=str(Money(int(fen))), shown=Shown.MONEY)
    return replace(at, value=str(fen), shown=Shown.TEXT)
