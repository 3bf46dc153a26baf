"""The vocabulary type: a code for machines with the statutory Chinese word for people.

Holds the ``Term`` base only; each package defines its own vocabularies next to the idea they
belong to. English words come from the gettext catalogues, never from here.
"""

from enum import StrEnum
from typing import NoReturn, Self


class Term(StrEnum):
    """A word of the field: the value is the stored code, ``label`` the statutory Chinese.

    Examples
    --------
    >>> class Colour(Term):
    ...     GREEN = "green", "绿灯"
    >>> Colour.GREEN.label, Colour("green") is Colour.GREEN
    ('绿灯', True)
    """

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        """Make a member; called with the code alone it looks the member up, as every enum does."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        """Refuse an unknown code, naming those there are."""
        known = "、".join(f"{word.value}（{word.label}）" for word in cls)
        raise ValueError(f"“{value}”不是可选项，须为{known}之一")

    @classmethod
    def from_label(cls, label: str) -> Self | None:
        """Return the member whose Chinese label is ``label``, or None."""
        return next((member for member in cls if member.label == label.strip()), None)
