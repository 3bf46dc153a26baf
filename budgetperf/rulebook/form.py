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
    """Which edition is copied, and from when and where the new one holds."""

    copy_of: Line = ask("以哪个版本为底稿")
    valid_from: date = ask("生效日", "新版本生效的第一天，不早于发布当天")
    jurisdiction: Line = ask("辖区", "留空为底稿的辖区", default="")


class EditionForm(Form):
    """The text of an edition, with the head it must carry."""

    jurisdiction: Line = ask("辖区")
    kind: Line = ask("规则种类")
    valid_from: date = ask("生效日")
    text: Yaml = ask("规则文本", "规则版本文件（YAML）的全文，须写明依据、规则和手工计算的算例")

    @property
    def edition_id(self) -> str:
        """Id the edition will have."""
        return f"{self.jurisdiction}/{self.kind}/{self.valid_from.isoformat()}"

    @property
    def raw(self) -> bytes:
        """The bytes the digest is taken of: the text with its last line ended."""
        return f"{self.text}\n".encode()
