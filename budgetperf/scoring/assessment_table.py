"""The long table of an assessment as comma-separated text: a heading, then a fact a row.

Holds the columns and the reading of rows; whether the facts fit a scheme is said by
``assessment_facts``.
"""

import csv
import io

from budgetperf.errors import Invalid
from budgetperf.scoring.assessment_cells import UnitFact

COLUMNS = ("unit", "group", "item", "period", "rater", "value", "standard", "note")


def read_table(text: str) -> tuple[UnitFact, ...]:
    r"""Return one fact per row that is not blank; rows count from 1, the heading among them.

    Parameters
    ----------
    text : str
        Columns in any order, each named once; trailing blank columns may be left out of a row.

    Raises
    ------
    Invalid
        ``assessment.table`` for another heading, or a row with more columns than the heading.

    Examples
    --------
    >>> table = "unit,group,item,period,rater,value,standard,note\n甲,g,a,,,95,100,\n"
    >>> read_table(table)[0].value, read_table(table)[0].row
    ('95', 2)
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise _refused(f"第{reader.line_num}行的引号不成对，请用表格软件重新另存为CSV") from error
    heading = [name.strip() for name in rows[0][1]] if rows else []
    if sorted(heading) != sorted(COLUMNS):
        raise _refused(f"第1行的列名应为 {','.join(COLUMNS)}，各写一次")
    facts: list[UnitFact] = []
    for number, row in rows[1:]:
        if len(row) > len(heading):
            raise _refused(f"第{number}行有{len(row)}列，应为{len(heading)}列，文字中的逗号须加引号")
        if any(value.strip() for value in row):
            named = dict(zip(heading, row, strict=False))
            facts.append(UnitFact(row=number, **{name: named.get(name, "") for name in COLUMNS}))
    return tuple(facts)


def _refused(why: str) -> Invalid:
    return Invalid("assessment.table", f"考评事实表不能读取：{why}")
