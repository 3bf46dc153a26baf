"""A blank edition filled exactly as its comments say."""

import re

_LINE = re.compile(r"【[^】]*】(?P<rest>.*?)  # 例：(?P<example>.*)$")


def filled(blank: str) -> str:
    """Put the example of each line's comment in the place of its blank."""
    lines = (_LINE.sub(lambda found: found["example"] + found["rest"], line) for line in blank.splitlines())
    return "\n".join(lines) + "\n"
