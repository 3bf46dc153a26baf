"""How a self-evaluation form is laid out where it is not the national one: columns, rows, texts, signatures.

Holds what an edition says of its form; drawing it is the business of ``reports`` and ``workbooks``.
Nothing here earns or costs a point.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from budgetperf.classification import FundSource
from budgetperf.scoring.rules import Rule, SourcedRule

IndicatorColumn: TypeAlias = Literal[
    "level1",
    "level2",
    "level3",
    "target",
    "sign",
    "value",
    "uom",
    "actual",
    "weight",
    "score",
    "review",
    "method",
    "reason",
]
"""``target`` is the whole printed target (≥95%); ``sign``, ``value`` and ``uom`` are its parts;
``review`` is the score after the finance bureau's check; ``method`` says how the row is scored."""

FundColumn: TypeAlias = Literal["initial", "adjusted", "paid", "weight", "rate", "score", "method"]

FormText: TypeAlias = Literal["execution_reason", "adjustment_reason", "conclusion", "problems", "measures"]
"""Fields of the filed form that are free text."""

Length = Annotated[int, Field(gt=0, strict=True)]


class FundRowRule(Rule):
    """A row below the total and the sources whose money it adds up, carried-in money included."""

    label: str
    sources: tuple[FundSource, ...] = Field(min_length=1)


class ClosingText(Rule):
    """A text the form closes with.

    Parameters
    ----------
    field : FormText
    label : str
        As printed.
    longest : int or None
        Characters it may have; None where the form sets no limit.
    """

    field: FormText
    label: str
    longest: Length | None = None


class FormLayout(SourcedRule):
    """The form of one edition, top to bottom.

    Parameters
    ----------
    title, number : str
        Title, and the form's own number (报表编号), empty where it has none.
    fund_columns, columns : mapping of column to str
        In printed order, with the printed title of each.
    fund_rows : tuple of FundRowRule
        Below the total, every source of money in one of them; none for the rows of the national
        form, which tell carried-in money apart.
    closing : tuple of ClosingText
    signatures : tuple of str
        Who signs.
    """

    title: str
    number: str = ""
    fund_columns: dict[FundColumn, str]
    fund_rows: tuple[FundRowRule, ...] = ()
    columns: dict[IndicatorColumn, str]
    closing: tuple[ClosingText, ...] = ()
    signatures: tuple[str, ...] = Field(min_length=1)

    @property
    def scored(self) -> bool:
        """Whether the form has weights and scores at all."""
        return "score" in self.columns

    def longest(self) -> Iterator[tuple[ClosingText, int]]:
        """Yield the texts whose length is limited."""
        for text in self.closing:
            if text.longest is not None:
                yield text, text.longest

    def too_long(self, lengths: Mapping[FormText, int]) -> tuple[FormText, ...]:
        """Return the fields whose text, of so many characters, does not fit."""
        return tuple(text.field for text, longest in self.longest() if lengths.get(text.field, 0) > longest)

    @model_validator(mode="after")
    def _every_source_once(self) -> Self:
        named = [source for row in self.fund_rows for source in row.sources]
        if repeated := sorted({source.label for source in named if named.count(source) > 1}):
            raise ValueError(f"资金来源只能列入一行：{'、'.join(repeated)}")
        missing = [source.label for source in FundSource if source not in named]
        if self.fund_rows and missing:
            raise ValueError(f"以下资金来源未列入任何一行，各行之和将不等于总额：{'、'.join(missing)}")
        return self

    @model_validator(mode="after")
    def _columns_make_a_form(self) -> Self:
        columns = list(self.columns)
        if columns[:1] != ["level1"] or columns[-1:] != ["reason"]:
            raise ValueError("绩效指标栏目须以 level1 开头，以 reason 结尾")
        halves = {("weight" in held, "score" in held) for held in (self.columns, self.fund_columns)}
        if halves not in ({(True, True)}, {(False, False)}):
            raise ValueError("分值与得分须同时设置或同时不设置，资金表与指标表一致")
        if "review" in self.columns and not self.scored:
            raise ValueError("不计分的表不能有审核评分")
        fields = [text.field for text in self.closing]
        if len(set(fields)) != len(fields):
            raise ValueError("closing 中同一栏目只能写一次")
        return self
