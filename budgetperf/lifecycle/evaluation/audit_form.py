"""A filled self-evaluation form as it was published: every cell as text, nothing computed.

The keys are those of ``fixtures/forms/published/forms.json``, so that a form typed from a page
and one read from a workbook are the same thing. What the texts mean is the business of
``published_value``; what is wrong with them, of ``audit``.
"""

import json
from decimal import Decimal
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import Form, Year, read
from budgetperf.indicators import plain_number

MAX_JSON_BYTES = 8 * 1024 * 1024
MAX_FORMS, MAX_ROWS, MAX_FUND_ROWS = 100, 500, 50
MAX_FILE_ROWS = 3_000
"""Indicators in all forms of a file."""
MAX_COMMAS = 60_000
"""What separates the values of a JSON file: so many are far more than its forms can hold."""
MAX_TOLD = 200
"""Wrong fields told by place; of more only the number is told."""


def _text(value: object) -> str:
    """Take a cell as it is: text stays, a number becomes its digits, nothing becomes empty."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case Decimal():
            return plain_number(value)
        case int() if not isinstance(value, bool):
            return str(value)
    raise ValueError("应为文字或数字")


Cell = Annotated[str, BeforeValidator(_text), Field(max_length=2000)]
"""What stands in a cell, as text; empty when nothing does."""


def _cell(label: str, *names: str) -> str:
    """Declare an optional cell by its printed label and the other names it is printed under."""
    choices = AliasChoices(label, *names) if names else None
    field: str = Field(default="", title=label, validation_alias=choices)
    return field


class _Printed(Form):
    """Base of the parts of a filled form: cells go by their printed names or by ours."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)


class FilledFunds(_Printed):
    """One row of the funds block: 年度资金总额, or one of the sources it is made of."""

    row: Cell = Field(default="", title="资金来源")
    initial: Cell = _cell("年初预算数", "年初预算数(A)", "年初预算", "amount")
    adjusted: Cell = _cell("全年预算数", "全年预算数(A)", "调整后预算数")
    executed: Cell = _cell("全年执行数", "全年执行数(B)", "预算执行数")
    rate: Cell = _cell("执行率", "执行率(B/A)", "预算执行率")
    weight: Cell = _cell("分值", "权重")
    score: Cell = _cell("得分", "执行得分")


class FilledBudget(FilledFunds):
    """The total row of the funds block, its unit, and all rows as printed."""

    unit: Cell = Field(default="", title="金额单位")
    rows: Annotated[tuple[FilledFunds, ...], Field(max_length=MAX_FUND_ROWS)] = ()


class FilledGoal(_Printed):
    """年度总体目标: what was promised and what came of it."""

    expected: Cell = _cell("预期目标", "绩效目标", "年度目标")
    result: Cell = _cell("实际完成情况", "完成情况")


class FilledIndicator(_Printed):
    """One row of the indicators; ``note`` is 偏差原因分析及改进措施."""

    level1: Cell = _cell("一级指标", "level1")
    level2: Cell = _cell("二级指标", "level2")
    name: Cell = _cell("三级指标", "level3")
    target: Cell = _cell("年度指标值", "target")
    actual: Cell = _cell("实际完成值", "actual")
    weight: Cell = _cell("分值", "weight")
    score: Cell = _cell("得分", "score")
    note: Cell = _cell("偏差原因分析及改进措施", "note")


class FilledForm(_Printed):
    """A whole filled form; the last fields only say where it came from and are never computed with.

    ``completeness`` begins with ``full`` (or is empty) when the whole form is at hand; sums are
    not held against a fragment.
    """

    id: Cell = Field(default="", title="编号")
    department: Cell = Field(default="", title="主管部门")
    project: Cell = Field(default="", title="项目名称")
    year: Year | None = Field(default=None, title="年度")
    form_kind: Cell = Field(default="", title="表名")
    completeness: Cell = Field(default="", title="完整程度")
    budget: FilledBudget = Field(default=FilledBudget(), title="项目资金")
    overall_goal: FilledGoal = Field(default=FilledGoal(), title="年度总体目标")
    indicators: Annotated[tuple[FilledIndicator, ...], Field(max_length=MAX_ROWS, title="绩效指标")] = ()
    total_weight: Cell = _cell("总分分值", "total_weight_published")
    total_score: Cell = _cell("总分", "total_score")
    grade: Cell = Field(default="", title="评价等级")

    source: Cell = Field(default="", title="来源")
    source_kind: Cell = Field(default="", title="来源类型")
    remarks: Cell = Field(default="", title="备注")
    inconsistencies: tuple[Cell, ...] = Field(default=(), title="已知问题")
    checks_recomputed: dict[str, Cell] = Field(default={}, title="已知复算结果")
    cost_composition: tuple[dict[str, Cell], ...] = Field(default=(), title="支出构成")

    @property
    def complete(self) -> bool:
        """Whether the whole form is at hand."""
        return not self.completeness or self.completeness.startswith("full")


def read_forms(content: bytes) -> tuple[FilledForm, ...]:
    """Read one typed form, or a list of them, from JSON; numbers are kept as they were written.

    Raises
    ------
    Invalid
        ``audit.json`` when it is no such document; ``audit.rows`` when it holds too many indicators;
        ``audit.form`` with a finding per wrong field.
    """
    if len(content) > MAX_JSON_BYTES:
        raise Invalid("audit.json", f"文件超过{MAX_JSON_BYTES // 1024**2} MB，请只提交自评表本身")
    if content.count(b",") > MAX_COMMAS:
        raise Invalid("audit.json", "文件的栏目远多于自评表所需，请只提交自评表本身，或分成几个文件提交")
    try:
        document = json.loads(content, parse_float=str, parse_int=str, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Invalid("audit.json", "文件不是有效的 JSON（UTF-8 编码），请检查后重试") from error
    documents = document if isinstance(document, list) else [document]
    if not documents or len(documents) > MAX_FORMS:
        raise Invalid("audit.json", f"文件中应有1至{MAX_FORMS}张自评表，实有{len(documents)}张")
    demand_few_rows(sum(_rows_of(one) for one in documents))
    forms: list[FilledForm] = []
    wrong: list[Finding] = []
    for at, one in enumerate(documents):
        form, told = read(FilledForm, one)
        forms += [form] if form else []
        wrong += [_in_list(finding, at) if isinstance(document, list) else finding for finding in told]
    if wrong:
        text = f"自评表有{len(wrong)}处无法读取，请按样例的栏目名称填写"
        raise Invalid("audit.form", text, tuple(wrong[:MAX_TOLD]))
    return tuple(forms)


def demand_few_rows(rows: int) -> None:
    """Refuse a file with more indicators than anybody hands in at once.

    Raises
    ------
    Invalid
        ``audit.rows``
    """
    if rows > MAX_FILE_ROWS:
        raise Invalid(
            "audit.rows", f"文件中共有{rows}行指标，一次最多复算{MAX_FILE_ROWS}行，请分成几个文件提交"
        )


def _rows_of(document: object) -> int:
    rows = document.get("indicators") if isinstance(document, dict) else None
    return len(rows) if isinstance(rows, list) else 0


def _no_number(word: str) -> str:
    raise ValueError(word)


def _in_list(finding: Finding, at: int) -> Finding:
    return Finding(
        finding.code, Severity.ERROR, Where(pointer=f"/{at}{finding.where.pointer}"), finding.message
    )
