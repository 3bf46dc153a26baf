"""What a run is about: its name for people, and the place in the city where its starter needs the right."""

from dataclasses import dataclass


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
