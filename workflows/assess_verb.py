"""The command line of ``./bp assess``.

Holds no work: ``assess`` is imported when the verb runs, so that ``./bp --help`` answers at once.
"""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from workflows.scheme_verbs import day


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "scheme", metavar="SCHEME", help="辖区、版本编号或草稿文件 / jurisdiction, id or draft file"
    )
    parser.add_argument(
        "--edition",
        type=day,
        metavar="DATE",
        help="哪一天有效的版本，缺省今天 / the edition holding on that day",
    )
    parser.add_argument(
        "--facts", type=Path, required=True, metavar="FACTS.csv", help="考评事实表 / the facts"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="RESULTS.csv", help="结果写到 / where the results go"
    )
    parser.add_argument(
        "--trace", type=Path, metavar="TRACE.json", help="计算过程写到 / where the trace goes"
    )


def act(given: argparse.Namespace, say: Callable[[str], None], *, today: date) -> int:
    """Assess, and return 1 when the facts are refused."""
    from workflows.assess import assess_file  # YAML and the whole rulebook: not for --help

    return assess_file(
        given.scheme, given.facts, say, out=given.out, trace=given.trace, as_of=given.edition, today=today
    )
