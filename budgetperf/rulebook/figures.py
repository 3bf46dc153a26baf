"""What an edition states, figure by figure: value, place, source and how sure we are of it.

Holds the listing; a *figure* is everything one sourced block says directly, or the default of one
gap, which no source vouches for and which its block therefore does not say. Judges no figure.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from budgetperf.provenance import Json, Source, SourceStatus
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.loader import Document, KeyPath
from budgetperf.rulebook.reading import place

OPEN = "【待定】"
"""What stands in a block for a value its source leaves open; the default is a figure of its own."""

_NAMES = ("label", "name", "key", "ground", "conclusion", "grade", "code")
"""Keys by which an item of a list is called, the first that is there."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one block of an edition states.

    Parameters
    ----------
    line : int
        Line of the block in the file.
    place : str
        Keys from the root, items by name: ``rules.scheme.dimensions.决策.criteria.立项依据``.
    value : str
        What stands there, e.g. ``weight=5，formula={name: judged}``.
    source : Source
        That of a gap is never 公开发布 or 实务做法: the default is ours, or to be confirmed.
    gap : str
        Name of the parameter the source leaves open; empty for every other figure.
    """

    line: int
    place: str
    value: str
    source: Source
    gap: str = ""

    @property
    def wording(self) -> str:
        """The source with its clause, as printed; the status stands beside it."""
        words = (self.source.document, self.source.number, self.source.clause)
        return "，".join(word for word in words if word)


def figures(edition: Edition, document: Document) -> tuple[Figure, ...]:
    """Return every figure of ``edition`` in the file's order, its gaps last.

    Parameters
    ----------
    edition : Edition
    document : Document
        Its file, as ``read_document`` gives it.
    """
    said = _said(document.value, (), frozenset(place(document, gap.at) for gap in edition.gaps))
    assert isinstance(said, Mapping)
    span = {key: said[key] for key in ("valid_from", "valid_to") if key in said}
    header = Figure(document.line(("source",)), "valid_from", _value(span), edition.source)
    rules = said["rules"]
    unsourced = [] if _own_source(rules) else [_figure(rules, ("rules",), document, edition.source)]
    blocks = [header, *unsourced, *_blocks(rules, ("rules",), document)]
    return *(figure for figure in blocks if figure.value), *_gaps(edition, document)


def open_figures(edition: Edition, document: Document) -> tuple[Figure, ...]:
    """Return the figures that still have to be confirmed: of status 待核实, and every named gap."""
    return tuple(
        figure
        for figure in figures(edition, document)
        if figure.gap or figure.source.status is SourceStatus.TO_CONFIRM
    )


def _said(value: Json, path: KeyPath, gaps: Collection[KeyPath | None]) -> Json:
    """Return ``value`` with ``OPEN`` for what a gap leaves open; sourced blocks below a gap stay."""
    if path in gaps and not _sourced(value):
        return OPEN
    if isinstance(value, Mapping):
        found = {key: _said(item, (*path, key), gaps) for key, item in value.items()}
        return OPEN if found and all(item == OPEN for item in found.values()) else found
    if isinstance(value, list):
        return [_said(item, (*path, number), gaps) for number, item in enumerate(value)]
    return value


def _blocks(value: Json, path: KeyPath, document: Document) -> Iterator[Figure]:
    """Yield the figure of every block at or below ``value`` that has a source of its own."""
    if source := _own_source(value):
        yield _figure(value, path, document, source)
    for part, item in _children(value):
        if part != "source":
            yield from _blocks(item, (*path, part), document)


def _figure(value: Json, path: KeyPath, document: Document, source: Source) -> Figure:
    return Figure(document.line(path), _called(path, document), _value(value), source)


def _children(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _own_source(value: Json) -> Source | None:
    """Return the source that stands in a block, None where it has none."""
    words = value.get("source") if isinstance(value, Mapping) else None
    if not isinstance(words, Mapping):
        return None
    document, number, clause = (str(words.get(key, "")) for key in ("document", "number", "clause"))
    return Source(document, number, clause, SourceStatus(str(words["status"])))


def _sourced(value: Json) -> bool:
    """Tell whether a block with a source of its own stands in ``value``."""
    return _own_source(value) is not None or any(_sourced(item) for _, item in _children(value))


def _value(block: Json) -> str:
    """Write what a block states, nothing when a gap leaves all of it open."""
    stated = list(_stated(block))
    return "" if all(item.endswith(f"={OPEN}") for item in stated) else "，".join(stated)


def _stated(block: Json, prefix: str = "") -> Iterator[str]:
    """Yield ``key=value`` for what ``block`` says itself: not its name, nor what has its own source."""
    assert isinstance(block, Mapping)
    for key, item in block.items():
        if key in {"source", "key", "label"}:
            continue
        if not _sourced(item):
            yield f"{prefix}{key}={flow(item)}"
        elif isinstance(item, Mapping) and _own_source(item) is None:
            yield from _stated(item, f"{prefix}{key}.")


def flow(value: object) -> str:
    """Write plain values on one line, as in the file but without quotes.

    Examples
    --------
    >>> flow({"at_least": "0.60", "colours": ["red", "blue"], "on": True})
    '{at_least: 0.60, colours: [red, blue], on: true}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return {"True": "true", "False": "false", "None": "null"}.get(repr(value), str(value))


def _called(path: KeyPath, document: Document) -> str:
    """Write ``path`` with items of lists called by their name, or counted from 1."""
    value: Json = document.value
    words: list[str] = []
    for part in path:
        value = dict(_children(value))[part]
        names = [value[key] for key in _NAMES if key in value] if isinstance(value, Mapping) else []
        counted = str(names[0]) if names else str(part + 1) if isinstance(part, int) else part
        words.append(counted if isinstance(part, int) else part)
    return ".".join(words)


def _gaps(edition: Edition, document: Document) -> Iterator[Figure]:
    for gap in edition.gaps:
        path = place(document, gap.at)
        assert path is not None  # reading refuses a gap without a place
        value, source = document.value, edition.source
        for part in path:
            source = _own_source(value) or source
            value = dict(_children(value))[part]
        source = _own_source(value) or source
        status = SourceStatus.OURS if source.status is SourceStatus.OURS else SourceStatus.TO_CONFIRM
        read_as = replace(source, clause=gap.wording, status=status)
        yield Figure(document.line(path), _called(path, document), flow(value), read_as, gap.name)
