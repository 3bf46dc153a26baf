"""What is asked of the rules office: which edition is begun, and its text. Judges no text."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from budgetperf.forms import LINES, Form, Line, ask, unix_lines

MAX_TEXT = 200_000


def _lines(value: object) -> object:
    """Browsers end lines with CR LF; an edition ends them with LF."""
    return unix_lines(value) if isinstance(value, str) else value


Yaml = Annotated[str, BeforeValidator(_lines), Field(max_length=MAX_TEXT, pattern=LINES)]


class NewEditionForm(Form):
    """Which edition is copied, and from when the new one holds."""

    copy_of: Line = ask("以哪个版本为底稿", "新版本只在本地执行，先于所在辖区和国家的同类规则")
    valid_from: date = ask("生效日", "新版本生效的第一天，不早于发布当天")


class EditionForm(Form):
    """The text of an edition."""

    text: Yaml = ask("规则文本", "规则版本文件（YAML）的全文，须写明依据、规则和手工计算的算例")

    @property
    def raw(self) -> bytes:
        """The bytes the digest is taken of: the text with its last line ended."""
        return f"{self.text}\n".encode()
