"""A draft begun from another edition: its text under another head. The head is rewritten, nothing else."""

import re
from datetime import date

_PLACE = re.compile(r"^jurisdiction:.*$", re.MULTILINE)
_SERVES = re.compile(r"^serves:.*\n", re.MULTILINE)
_BEGUN = re.compile(r"^valid_from:.*$", re.MULTILINE)
_ENDED = re.compile(r"^valid_to:.*\n", re.MULTILINE)


def begun_from(text: str, *, jurisdiction: str, valid_from: date) -> str:
    r"""Return the text of an edition with another jurisdiction and first day, and without an end.

    Examples
    --------
    >>> begun_from("jurisdiction: a\nvalid_to: 2020-01-01\nvalid_from: 2019-01-01\n",
    ...     jurisdiction="b", valid_from=date(2027, 1, 1))
    'jurisdiction: b\nvalid_from: 2027-01-01\n'
    """
    own = f"jurisdiction: {jurisdiction}"
    named = _PLACE.sub(own, text, count=1)
    if named != text:  # another place: it does not serve the old one's
        named = _SERVES.sub("", named, count=1)
    dated = _BEGUN.sub(f"valid_from: {valid_from.isoformat()}", named, count=1)
    return _ENDED.sub("", dated, count=1)
