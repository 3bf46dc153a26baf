"""Texts of strangers on a terminal: nothing in them may steer it."""

import unicodedata


def visible(text: str) -> str:
    r"""Leave out control characters, but for line feeds and tabs, and those that turn the direction of reading.

    Examples
    --------
    >>> visible("\x1b[31m管网\u202e改造")
    '[31m管网改造'
    """
    return "".join(sign for sign in text if unicodedata.category(sign) not in {"Cc", "Cf"} or sign in "\n\t")
