"""Every verb of ``./bp``: reads the command line, calls the one place that does the work, speaks.

``./bp VERB --help`` teaches each. Texts stand in ``help.py``; what a verb does stands in its own
module and is imported inside the verb, so that ``./bp --help`` answers at once.
"""

import argparse
import getpass
import io
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from budgetperf.errors import BudgetperfError, Invalid
from budgetperf.findings import Severity
from budgetperf.fiscal import SHANGHAI
from workflows import assess_verb, baseline_verb, index_verb, scheme_verbs
from workflows.arithmetic import use_same_arithmetic
from workflows.help import ENVIRONMENT, PROGRAM, VERBS
from workflows.terminal import visible

if TYPE_CHECKING:
    from budgetperf.store.session import BoundSession
    from workflows.home import Home

Arguments = argparse.Namespace


def say(line: str) -> None:
    """Print a line at once, for people and for whoever reads our output."""
    print(line, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit code: 0 done, 1 refused or found wrong, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Chinese must not stop the work
            stream.reconfigure(errors="backslashreplace")
    use_same_arithmetic()
    parser = _parser()
    given, rest = parser.parse_known_args(arguments)
    if rest and given.verb != "test":
        parser.error(f"不认识的参数 / unknown: {' '.join(rest)}")
    given.rest = rest
    try:
        return int(given.act(given))
    except BudgetperfError as error:
        print(f"bp: {visible(error.text)}", file=sys.stderr)
        for finding in error.findings if isinstance(error, Invalid) else ():
            print(f"    {visible(finding.message)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read us (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


# ----------------------------------------------------------------------- verbs


def serve(given: Arguments) -> int:
    """Start the web and its worker."""
    from workflows.home import demand_current
    from workflows.serving import listen, serve_web, worker_child

    with _home(given) as home:
        demand_current(home, found_empty=True)
        bound = listen(given.host, given.port)
        port = bound.getsockname()[1]
        if given.port not in {0, port}:
            say(f"端口 {given.port} 已被占用，改用 {port} / port {given.port} is taken, using {port}")
        with worker_child(home.folder, say):
            say(f"网址 / address: http://{_shown(given.host)}:{port}/   （Ctrl-C 停止 / stops）")
            serve_web(home, bound)
    return 0


def worker(given: Arguments) -> int:
    """Do runs until told to stop."""
    from workflows.executor import named_scheduler
    from workflows.home import demand_current
    from workflows.serving import end_with_parent, on_end
    from workflows.worker import working

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    on_end(stop.set)
    if given.with_parent:
        end_with_parent()
    with _home(given) as home:
        demand_current(home)
        with home.house() as house, working(house, home.database, scheduler=named_scheduler()) as place:
            say(f"后台进程 {place} 已就绪 / worker {place} is ready")
            stop.wait()
    return 0


def migrate(given: Arguments) -> int:
    """Make, upgrade or compare the schema."""
    from alembic.util.exc import CommandError

    from budgetperf.store.migrate import compare
    from workflows.home import revision, upgrade

    with _home(given) as home:
        if given.check:
            try:
                with home.owner() as owner:
                    compare(owner)
            except CommandError as error:
                say(f"数据库结构与程序不一致 / they differ: {error}")
                return 1
            say(f"数据库结构与程序一致 / code and database agree: {revision(home)}")
        else:
            before = revision(home)
            upgrade(home, given.to)
            say(f"数据库结构 / schema: {before or '空 / empty'} → {revision(home)}")
    return 0


def create_admin(given: Arguments) -> int:
    """Found the city and its first administrator."""
    from workflows.founding import found
    from workflows.home import demand_current

    login = given.login or input("管理员登录名 / login: ").strip()
    password = _password()
    with _home(given) as home:
        demand_current(home, found_empty=True)
        with home.house() as house:
            found(house, (given.city_code, given.city_name), (login, given.name or login), password)
    say(f"已建立“{given.city_name}”和管理员“{login}”。用 ./bp serve 启动后登录，新增单位和人员。")
    say(f'Founded {given.city_name} with administrator "{login}". Sign in after ./bp serve to add people.')
    return 0


def check(given: Arguments) -> int:
    """Print every finding; 1 when there is an error among them."""
    from budgetperf.actions.invariants import check_all

    count = errors = 0
    with _made_home(given) as home, _owner_session(home) as session:
        for invariant, findings in check_all(session, home.files):
            say(f"[{'不通过' if findings else '通过'}] {invariant.label}")
            for finding in findings:
                say(f"    {finding.severity.label} {finding.where.pointer} {finding.message}")
            count += len(findings)
            errors += sum(finding.severity is Severity.ERROR for finding in findings)
    say(
        f"共发现 {count} 处问题，其中错误 {errors} 处 / {errors} errors"
        if count
        else "全部通过 / all rules hold"
    )
    return int(errors > 0)


def recompute(given: Arguments) -> int:
    """Recompute decision packages; 1 when any differs."""
    from workflows.packages import recompute_file, recompute_stored

    if sum((bool(given.digest), bool(given.subject), given.all)) != 1:
        raise Invalid("recompute.what", "请写明一个摘要，或一个决策包文件，或 --subject 编码，或 --all")
    if given.digest and Path(given.digest).is_file():
        return recompute_file(Path(given.digest), say)
    with _made_home(given) as home, _owner_session(home) as session:
        return recompute_stored(session, given.digest or "", given.subject or "", say)


def verify(given: Arguments) -> int:
    """Verify an evidence bundle."""
    from budgetperf.evidence import verifier

    return verifier.main([str(given.path), *(["--digest", given.digest] if given.digest else [])])


def audit_form(given: Arguments) -> int:
    """Audit a filled self-evaluation form."""
    from workflows.audit import audit_form as audited

    return audited(
        given.file,
        say,
        today=datetime.now(SHANGHAI).date(),
        as_json=given.json,
        edition=given.edition,
    )


def schemes(given: Arguments) -> int:
    """Read, check and compare editions of the rules."""
    return scheme_verbs.act(given, say, today=datetime.now(SHANGHAI).date())


def of_files(act: Callable[..., int]) -> Callable[[Arguments], int]:
    """A verb from files to files: it needs the day and no database."""
    return lambda given: act(given, lambda line: say(visible(line)), today=datetime.now(SHANGHAI).date())


def backup(given: Arguments) -> int:
    """Write a backup."""
    from workflows.backup import back_up

    with _home(given) as home:
        manifest = back_up(home, given.file)
    say(f"已备份到 {given.file}：数据库（{manifest.revision}）和 {len(manifest.members) - 1} 个文件")
    say(f"Backed up to {given.file}: the database and {len(manifest.members) - 1} files")
    return 0


def restore(given: Arguments) -> int:
    """Restore a backup and prove it."""
    from workflows.backup import restore as fill

    with _home(given) as home:
        manifest, findings = fill(home, given.file)
    say(f"已恢复 {manifest.made_at} 的备份：{len(manifest.members) - 1} 个文件 / restored")
    for finding in findings:
        say(f"    {finding.where.pointer} {finding.message}")
    say(
        f"核对发现 {len(findings)} 处问题 / {len(findings)} found"
        if findings
        else "核对全部通过 / all rules hold"
    )
    return int(bool(findings))


def test(given: Arguments) -> int:
    """Run the suite."""
    from workflows.quality import run_tests

    return run_tests(given.rest, say)


def check_code(_given: Arguments) -> int:
    """Check the code."""
    from workflows.quality import check_code as every_check

    return every_check(say)


def demo(given: Arguments) -> int:
    """Play the demo year."""
    from workflows.demo.run import run  # the whole library, pandas and reportlab too

    return run(given.dir, serve=not given.no_serve, port=given.port)


# ---------------------------------------------------------------------- parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./bp",
        description=PROGRAM,
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, act: Callable[[Arguments], int], *, home: bool = True) -> argparse.ArgumentParser:
        words = VERBS[name]
        made = verbs.add_parser(
            name,
            help=words.brief,
            description=words.text,
            epilog=words.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        made.set_defaults(act=act)
        if home:
            made.add_argument(
                "--home", type=Path, metavar="DIR", help="数据目录 / data folder (BUDGETPERF_HOME, ./var)"
            )
        return made

    demo_parser = verb("demo", demo, home=False)
    demo_parser.add_argument(
        "--dir",
        type=Path,
        help="存放目录，缺省为 ./var/demo，每次重新生成 / folder, made anew; ./var/demo when not given",
    )
    demo_parser.add_argument("--port", type=int, default=8000)
    demo_parser.add_argument(
        "--no-serve", action="store_true", help="办完即止，不开网页 / do not serve the desks"
    )
    serve_parser = verb("serve", serve)
    serve_parser.add_argument(
        "--host", default="127.0.0.1", help="监听地址 / address to listen on (127.0.0.1)"
    )
    serve_parser.add_argument("--port", type=int, default=8000)
    verb("worker", worker).add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    _operator_verbs(verb)
    scheme_verbs.add(verb("schemes", schemes, home=False))
    assess_verb.add(verb("assess", of_files(assess_verb.act), home=False))
    baseline_verb.add(verb("baseline", of_files(baseline_verb.act), home=False))
    index_verb.add(verb("build-index", of_files(index_verb.act), home=False))
    verb("test", test, home=False)
    verb("check-code", check_code, home=False)
    return parser


def _operator_verbs(verb: Callable[..., argparse.ArgumentParser]) -> None:
    migrate_parser = verb("migrate", migrate)
    migrate_parser.add_argument("--check", action="store_true", help="只比较 / only compare")
    migrate_parser.add_argument(
        "--to", default="head", metavar="REVISION", help="升级到某一版 / up to this one"
    )
    admin = verb("create-admin", create_admin)
    admin.add_argument("--login", help="登录名 / login")
    admin.add_argument("--name", help="姓名 / full name")
    admin.add_argument("--city-code", default="01", help="城市编码 / code of the city (01)")
    admin.add_argument("--city-name", default="本市", help="城市名称 / name of the city (本市)")
    verb("check", check)
    again = verb("recompute", recompute)
    again.add_argument(
        "digest",
        nargs="?",
        help="决策包摘要，或 ./bp baseline 写出的决策包.json / digest or file of one package",
    )
    again.add_argument("--subject", help="评价对象编码 / all packages of one evaluand")
    again.add_argument("--all", action="store_true", help="全部 / all of them")
    bundle = verb("verify", verify, home=False)
    bundle.add_argument("path", type=Path, help="证据包（文件夹或 zip）/ the bundle")
    bundle.add_argument("--digest", help="包外得知的证据包摘要 / digest known from elsewhere")
    audited = verb("audit-form", audit_form, home=False)
    audited.add_argument("file", type=Path, help="自评表 .xlsx 或 .json / the filled form")
    audited.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    audited.add_argument(
        "--edition",
        default="",
        metavar="ID",
        help="规则版本，缺省按年度和表中写明的地区识别 / edition to hold it against",
    )
    verb("backup", backup).add_argument("file", type=Path)
    verb("restore", restore).add_argument("file", type=Path)


def _home(given: Arguments) -> AbstractContextManager["Home"]:
    from workflows.home import at_home  # SQLAlchemy, DBOS: not for --help

    return at_home(given.home)


def _made_home(given: Arguments) -> AbstractContextManager["Home"]:
    """Open a home to look into it: a folder that is not there is a mistyped one, and none is made."""
    from workflows.home import demand_folder

    demand_folder(given.home)
    return _home(given)


@contextmanager
def _owner_session(home: "Home") -> Iterator["BoundSession"]:
    """Read everything as of one instant, in one transaction that is never committed."""
    from budgetperf.store.session import open_session
    from workflows.home import demand_current

    demand_current(home)
    with (
        home.owner() as owner,
        open_session(owner.execution_options(isolation_level="REPEATABLE READ")) as session,
    ):
        yield session


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - shown, not bound


def _password() -> str:
    """Read the password where nobody else can see it."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("口令 / password: ")
    if getpass.getpass("再输一次 / again: ") != password:
        raise Invalid("password.differ", "两次输入的口令不一致，请重新运行")
    return password


if __name__ == "__main__":
    sys.exit(main())
