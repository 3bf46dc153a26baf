"""The command line of ``./bp baseline``.

Holds no work: ``baseline`` is imported when the verb runs, so that ``./bp --help`` answers at once.
"""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "panel", type=Path, metavar="PANEL.csv", help="成本面板，CSV 或 .xlsx / the cost panel"
    )
    parser.add_argument(
        "--edition",
        required=True,
        metavar="ID",
        help="测算口径：版本编号或草稿文件 / how it is made: id or draft",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="结果文件夹 / where the results go"
    )
    parser.add_argument(
        "--prices", metavar="ID", help="价格指数版本，缺省不折算 / price index, none by default"
    )
    parser.add_argument("--service", default="", metavar="NAME", help="服务名称，缺省为文件名 / the service")
    parser.add_argument("--base-year", type=int, metavar="YEAR", help="价格基年，缺省为最近一年 / price base")
    parser.add_argument(
        "--payable-total",
        metavar="YUAN",
        help="应付总额（元），版本规定校准时用，缺省为成本之和 / what may be paid in all",
    )


def act(given: argparse.Namespace, say: Callable[[str], None], *, today: date) -> int:
    """Fit the baselines, and return 1 when the panel is refused."""
    from workflows.baseline import baseline_files  # pandas and the rulebook: not for --help

    return baseline_files(
        given.panel, say, edition=given.edition, out=given.out, prices=given.prices,
        service=given.service, base_year=given.base_year, payable_total=given.payable_total, today=today,
    )  # fmt: skip
