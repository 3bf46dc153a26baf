"""The command line of ``./bp schemes``: its sub-verbs, their arguments, and which function does each.

Holds no work: ``schemes`` is imported when a sub-verb runs, so that ``./bp --help`` answers at once.
"""

import argparse
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workflows.help import SCHEMES

if TYPE_CHECKING:
    from workflows.schemes import Known
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Signs that would steer the terminal or turn the direction of reading."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the sub-verbs to the parser of ``schemes``."""
    verbs = parser.add_subparsers(dest="scheme_verb", metavar="WHAT", required=True)

    def verb(name: str, *, home: bool = False) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=SCHEMES[name], description=SCHEMES[name], allow_abbrev=False)
        if home:
            made.add_argument(
                "--home",
                type=Path,
                metavar="DIR",
                help="数据目录：连同该系统中发布的版本；不写则不需要数据库 / data folder: with those published there",
            )
        return made

    verb("list", home=True)
    _show_arguments(verb("show", home=True))
    verb("check").add_argument("path", metavar="PATH", type=Path, help="文件或文件夹 / file or folder")
    _compare_arguments(verb("compare", home=True))
    city = verb("new-city")
    city.add_argument("name", metavar="NAME", help="辖区名称 / name of the city")
    city.add_argument(
        "--from", dest="valid_from", type=day, metavar="DATE", help="生效日，缺省明年1月1日 / first day"
    )
    city.add_argument(
        "--dir", type=Path, help="写到哪个文件夹，缺省 BUDGETPERF_HOME（./var）下的 rulebook / where to"
    )
    verb("to-confirm", home=True)
    verb("schema").add_argument("kind", metavar="KIND", help="种类，如 grades / kind of edition")


def _compare_arguments(compare: argparse.ArgumentParser) -> None:
    for name, side in (("before", "A"), ("after", "B")):
        compare.add_argument(name, metavar=side, help="版本编号、辖区/种类或草稿文件 / id or draft file")
    wanted = compare.add_mutually_exclusive_group(required=True)
    wanted.add_argument(
        "--facts", type=Path, metavar="FILE", help="事实，.json 或 .csv；考评为事实表 / the facts"
    )
    wanted.add_argument(
        "--template",
        action="store_true",
        help="打印两地考评的空白对照表：A 的什么作为 B 的什么 / the blank map of two cities' assessment codes",
    )
    compare.add_argument(
        "--map",
        type=Path,
        metavar="MAP.csv",
        help="填好的对照表，两地考评编码不同时用：分组对分组，部分或项目按得分率折算 / that map, filled",
    )


def _show_arguments(show: argparse.ArgumentParser) -> None:
    show.add_argument("id", metavar="ID", help="版本编号，或 辖区/种类 / id, or jurisdiction/kind")
    show.add_argument(
        "--as-of", type=day, metavar="DATE", help="哪一天有效的版本，缺省今天 / holding on that day"
    )
    show.add_argument("--yaml", action="store_true", help="打印规则文件原文，可照抄 / the text of the file")
    show.add_argument(
        "--template",
        action="store_true",
        help="打印考评的项目编码、考核期、评分人和可直接试算的事实表 / an assessment's codes and example facts",
    )


def act(given: argparse.Namespace, say: Callable[[str], None], *, today: date) -> int:
    """Run the sub-verb and return its exit code."""
    from workflows import schemes  # YAML and the whole rulebook: not for --help

    def plainly(text: str) -> None:
        say(UNSEEN.sub("", text))

    verbs: dict[str, Callable[[], int]] = {
        "list": lambda: schemes.list_editions(plainly, _known(given)),
        "show": lambda: (
            schemes.print_template(plainly, _known(given), given.id, as_of=given.as_of, today=today)
            if given.template
            else schemes.show(
                plainly, _known(given), given.id, as_of=given.as_of, today=today, as_yaml=given.yaml
            )
        ),
        "check": lambda: schemes.check(plainly, given.path),
        "compare": lambda: (
            schemes.print_map(plainly, _known(given), (given.before, given.after), today=today)
            if given.template
            else schemes.compare(
                plainly,
                _known(given),
                (given.before, given.after),
                facts=given.facts,
                today=today,
                by=given.map,
            )
        ),
        "new-city": lambda: schemes.new_city(
            plainly,
            given.name,
            folder=given.dir or Path(os.environ.get("BUDGETPERF_HOME") or "var") / "rulebook",
            valid_from=given.valid_from or date(today.year + 1, 1, 1),
        ),
        "schema": lambda: schemes.schema(plainly, given.kind),
        "to-confirm": lambda: schemes.to_confirm(plainly, _known(given)),
    }
    return verbs[given.scheme_verb]()


def _known(given: argparse.Namespace) -> "Known":
    """Return the packaged editions, with ``--home`` those published there too."""
    if given.home is None:
        from workflows import schemes  # as above

        return schemes.packaged()
    from workflows.published_schemes import known_at  # SQLAlchemy and the database: only when asked

    return known_at(given.home)


def day(text: str) -> date:
    """Read a date of the command line.

    Raises
    ------
    ArgumentTypeError
        If it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，应如 2026-01-01") from error
