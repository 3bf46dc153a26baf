"""What an edition states, figure by figure: value, place, source and how sure we are of it.

Holds the listing; a *figure* is everything one sourced block says directly. Judges no figure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from budgetperf.provenance import Json, Source, SourceStatus
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.loader import Document, KeyPath
from budgetperf.rulebook.reading import place

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
    assert isinstance(document.value, Mapping)
    span = f"valid_from={edition.valid_from}"
    span += f"，valid_to={edition.valid_to}" if edition.valid_to else ""
    header = Figure(document.line(("source",)), "valid_from", span, edition.source)
    rules = document.value["rules"]
    unsourced = [] if _own_source(rules) else [_figure(rules, ("rules",), document, edition.source)]
    blocks = [*unsourced, *_blocks(rules, ("rules",), document)]
    return header, *(figure for figure in blocks if figure.value), *_gaps(edition, document)


def open_figures(edition: Edition, document: Document) -> tuple[Figure, ...]:
    """Return the figures that still have to be confirmed: of status 待核实, and every named gap."""
    return tuple(
        figure
        for figure in figures(edition, document)
        if figure.gap or figure.source.status is SourceStatus.TO_CONFIRM
    )


def _blocks(value: Json, path: KeyPath, document: Document) -> Iterator[Figure]:
    """Yield the figure of every block at or below ``value`` that has a source of its own."""
    if source := _own_source(value):
        yield _figure(value, path, document, source)
    for part, item in _children(value):
        if part != "source":
            yield from _blocks(item, (*path, part), document)


def _figure(value: Json, path: KeyPath, document: Document, source: Source) -> Figure:
    return Figure(document.line(path), _called(path, document), "，".join(_stated(value)), source)


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
        read_as = replace(_own_source(value) or source, clause=gap.wording)
        yield Figure(document.line(path), _called(path, document), flow(value), read_as, gap.name)
