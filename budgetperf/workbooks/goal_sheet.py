"""Where the fields of the goal form stand on its sheet: head, funds, cost items, indicators.

Made from the metadata of ``GoalForm``; the blank sheet, the filled one and the intake all read
it here. It holds labels and order, never values.
"""

import re
import types
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Union, get_args, get_origin

from budgetperf.forms import FieldMeta, Form, fields
from budgetperf.lifecycle.goals.form import CostItem, FundLine, GoalForm, IndicatorRow

SHEET = "绩效目标申报表"
TITLE = "部门预算项目绩效目标申报表"
META_SHEET = "_template"
TEMPLATE = "goals"
TEMPLATE_VERSION = "2026.1"
LEVEL1 = "一级指标"

ALIASES: dict[str, tuple[str, ...]] = {
    "fiscal_year": ("年度", "预算年度"),
    "request": ("预算数", "年度资金总额"),
    "overall_goal": ("年度目标", "年度绩效目标"),
    "target": ("年度指标值", "目标值"),
    "operator": ("计算符号",),
    "uom": ("计量单位",),
    "item": ("支出内容",),
    "nature": ("项目性质",),
}
"""Spellings of the same field on published forms, by field name."""


@dataclass(frozen=True, slots=True)
class Block:
    """A table within the sheet: one row of the sheet is one row form.

    Parameters
    ----------
    name, label : str
        Field of the goal form and its title row.
    row_form : type of Form
    key : str
        Field without which a header row is not this block's.
    rows : int
        Rows on the blank sheet.
    total : tuple of str
        Label of the total row and the field it sums.
    leading : tuple of str
        Columns in front that repeat what a field implies.
    """

    name: str
    label: str
    row_form: type[Form]
    key: str
    rows: int
    total: tuple[str, str]
    leading: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[FieldMeta, ...]:
        """The fields of a row, in order."""
        return fields(self.row_form)


BLOCKS = (
    Block("funds", "资金来源", FundLine, "source", 6, ("资金合计", "amount")),
    Block("cost_items", "支出构成", CostItem, "item", 12, ("支出合计", "amount")),
    Block("indicators", "绩效指标", IndicatorRow, "name", 30, ("权重合计", "weight"), (LEVEL1,)),
)
_BLOCK_NAMES = frozenset(block.name for block in BLOCKS)
HEAD: tuple[FieldMeta, ...] = tuple(meta for meta in fields(GoalForm) if meta.name not in _BLOCK_NAMES)
TOTALS = frozenset({"合计", "总计"} | {block.total[0] for block in BLOCKS})


def kind_of(annotation: object) -> type:
    """Return the value type behind a field's annotation: Money, Decimal, date, int, str or a Term."""
    while not isinstance(annotation, type):
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation = arguments[0]
        elif origin in {Union, types.UnionType}:
            annotation = next(a for a in arguments if a is not type(None))
        else:
            raise TypeError(f"{annotation} is no field of a sheet")
    return annotation


def labels(meta: FieldMeta) -> frozenset[str]:
    """Return the spellings under which the field is found on a sheet."""
    return frozenset({meta.label, *ALIASES.get(meta.name, ())})


_NOISE = re.compile(r"[\s*:]|\([^)]*\)")
_LABEL_SIGNS = 100
"""What stands further on in a long text makes no label of it."""


def plain_label(text: object) -> str:
    """Reduce a label to its words: no blanks, stars, colons or bracketed remarks.

    Examples
    --------
    >>> plain_label(" *项目资金总额（万元）：")
    '项目资金总额'
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", text[:_LABEL_SIGNS])) if isinstance(text, str) else ""
