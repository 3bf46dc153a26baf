"""How the recorded sentences of findings are read out: what is kept in packages stays as it was, people see it better.

Words only; it makes no finding.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from budgetperf.costing.rounding import p_value_text
from budgetperf.findings import Finding

NEARLY = re.compile(r"Cook距离(\d+\.\d+)＞\1(?!\d)")  # both rounded alike
ALONE = re.compile(
    r"(?P<name>.+)的(?:单位“(?P<work>.+)”)?成本与其他单位相差上千倍，请核对成本是元还是万元、工作量的计量单位"
)
COLUMN = re.compile(r"log\(([^()]+)\)")  # how a fit names the logarithm of a driver
CONSTANT = re.compile(r"(?<=[：、])const(?=[、；])")
P_VALUE = re.compile(r"(检验|[，（])p=([01](?:\.\d+)?|\d(?:\.\d+)?e-\d+)(?=[）；])")


def readable(sentence: str) -> str:
    """Write a recorded sentence as people do: p values, equal figures apart, a unit apart from a unit of measure."""
    text = P_VALUE.sub(lambda found: found[1] + p_value_text(Decimal(found[2])), sentence)
    text = CONSTANT.sub("常数项", COLUMN.sub(r"\1的对数", text))
    text = NEARLY.sub(r"Cook距离\1，略高于界限", text)
    return ALONE.sub(_alone, text)


def told_readably(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with their sentences readable."""
    return tuple(replace(one, message=readable(one.message)) for one in findings)


def _alone(found: re.Match[str]) -> str:
    work = found["work"]
    what, driver = (f"每单位“{work}”的成本", f"，“{work}”是否按表头的计量单位填报") if work else ("成本", "")
    return (
        f"单元“{found['name']}”{what}是其他单元的上千倍，或不到其千分之一。"
        f"请核对该单元各年的成本填的是元还是万元{driver}；填错的，改正后重新上传"
    )
