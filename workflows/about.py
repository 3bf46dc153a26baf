"""What a kind of work tells of a run: what it is about, and until when a step of it waits."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class About:
    """Name and place of a run.

    Parameters
    ----------
    title : str
    path : str
        Organisation path; empty for the whole city.
    """

    title: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A step whose day has not come.

    Parameters
    ----------
    until : datetime
        The instant at which the run looks again.
    note : str
        What it waits for, for people.
    """

    until: datetime
    note: str
