"""Moves as a page offers them: what may be done now, and what not and why."""

from dataclasses import dataclass

from api.screens.page import told


@dataclass(frozen=True, slots=True)
class Button:
    """A move open to this person."""

    label: str = told("Chinese label of the transition")
    href: str = told("page of the move")
    main: bool = told("whether it carries the record onward", default=True)


@dataclass(frozen=True, slots=True)
class Barred:
    """A move that can be seen but not made."""

    label: str = told("Chinese label of the transition")
    reason: str = told("why not")


@dataclass(frozen=True, slots=True)
class Link:
    """A plain link."""

    label: str = told("Chinese text")
    href: str = told("address")
    note: str = told("what stands beside it", default="")
