"""The command line of ``./bp build-index``.

Holds no work: ``index`` is imported when the verb runs, so that ``./bp --help`` answers at once.
"""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

DEFAULT_JURISDICTION = "national"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments; the parameters not named here are those of ``IndexSpec``, by their defaults."""
    parser.add_argument(
        "survey", type=Path, metavar="SURVEY", help="重要性问卷 / importance survey, CSV or XLSX"
    )
    parser.add_argument("values", type=Path, metavar="VALUES", help="指标数据表 / values, CSV or XLSX")
    parser.add_argument("--pairs", type=Path, help="两两比较表 / judgements in pairs, CSV or XLSX")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="结果文件夹 / folder for the results"
    )
    parser.add_argument("--title", default="指标体系", help="名称 / name of the index")
    parser.add_argument(
        "--jurisdiction",
        default=DEFAULT_JURISDICTION,
        help="草案的辖区代码 / code of the jurisdiction (national)",
    )
    parser.add_argument(
        "--valid-from", metavar="DATE", help="草案的生效日，缺省明年1月1日 / first day of the draft"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="其他参数，如 method=entropy、membership_cut=0.5 / other parameters of IndexSpec",
    )


def act(given: argparse.Namespace, say: Callable[[str], None], *, today: date) -> int:
    """Build, and return 1 when an error is among the findings."""
    from workflows.index import build_index  # pandas and statsmodels: not for --help

    return build_index(given, say, today=today)
