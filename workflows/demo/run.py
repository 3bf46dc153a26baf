"""``./bp demo``: play the whole year, print what came of it, then serve the desks."""

import os
import secrets
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text

from budgetperf.actions.limits import current_round
from budgetperf.budget.limits import LimitRound
from budgetperf.errors import Conflict
from workflows.demo import (
    assessed,
    costing,
    durable,
    evaluation,
    founding,
    limits,
    outputs,
    panels,
    requests,
    special_factors,
    year,
)
from workflows.demo.city import City, load_city
from workflows.demo.show import Progress, department_table
from workflows.demo.stage import Clock, Stage, at, seeded
from workflows.home import Home, at_home, upgrade
from workflows.serving import listen, serve_web, worker_child
from workflows.worker import working

MARK = "demo-city"
STAGES = 19


@dataclass(frozen=True, slots=True)
class Played:
    """What a played demo leaves: the files, the final round, the password of the sign-ins."""

    files: tuple[Path, ...]
    limit_round: LimitRound
    password: str
    seconds: float


def run(folder: Path | None, *, serve: bool, port: int) -> int:
    """Play the demo in ``folder`` (``./var/demo`` when not given), print its end, and serve the desks.

    Raises
    ------
    Conflict
        The folder holds something that is not a demo, or another database is configured.
    """
    place = (folder or Path("var") / "demo").resolve()
    _demand_own(place)
    with at_home(place) as home:
        sys.stdout.write(report(play(home, load_city())))
        sys.stdout.flush()
        if serve:
            bound = listen("127.0.0.1", port)
            with worker_child(home.folder, _say):
                _say(f"网址 address: http://127.0.0.1:{bound.getsockname()[1]}/   （Ctrl-C 停止 / stops）")
                serve_web(home, bound)
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _demand_own(place: Path) -> None:
    """Refuse to play where something else would be wiped."""
    if os.environ.get("BUDGETPERF_DATABASE_URL"):
        text_ = "演示会清空数据，只在内置数据库上运行；请先取消环境变量 BUDGETPERF_DATABASE_URL"
        raise Conflict("demo.database", text_)
    mark = place / MARK
    if place.exists() and any(place.iterdir()) and not mark.exists():
        raise Conflict("demo.folder", f"{place} 中已有其他数据，演示会清空文件夹，请换一个（--dir）")
    place.mkdir(parents=True, exist_ok=True)
    mark.touch()


def play(home: Home, city: City) -> Played:
    """Play the whole year of a city in a home, made anew, and return what came of it."""
    progress = Progress(STAGES)
    with progress.stage("准备数据库", "database") as notes:
        _make_anew(home)
        notes.append(f"{len(city.projects)} 个项目，{len(city.people)} 人")
    password = secrets.token_urlsafe(9)
    with home.house() as real:
        clock = Clock()
        stage = Stage(replace(real, now=clock, ids=seeded), clock)
        with working(stage.house, home.database):
            limit_round, papers = _year(stage, city, home.folder, password, progress)
    return Played(papers, limit_round, password, progress.seconds)


def _make_anew(home: Home) -> None:
    owner = home.database.owner_engine()
    with owner.begin() as connection:
        for schema in ("public", "dbos"):
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    owner.dispose()
    for name in ("files", "out"):
        shutil.rmtree(home.folder / name, ignore_errors=True)
    upgrade(home)


def _year(
    stage: Stage, city: City, folder: Path, password: str, progress: Progress
) -> tuple[LimitRound, tuple[Path, ...]]:
    with progress.stage("建立组织和人员", "people"):
        founding.found(stage, city, PasswordHash((Argon2Hasher(),)).hash(password))
    assessed.play(stage, city.assessment, progress)
    _first_budget(stage, city, progress)
    for quarter in (1, 2, 3, 4):
        _quarter(stage, city, quarter, progress)
    with progress.stage("绩效自评", "self-evaluation") as notes:
        notes.append(f"{evaluation.self_evaluate(stage, city, at(2026, 3, 2))} 个项目")
    with progress.stage("财政评价", "finance evaluation") as notes:
        notes.append(f"按公开种子抽取 {len(evaluation.evaluate_sample(stage, city, at(2026, 5, 11)))} 个项目")
    filed = _next_budget(stage, city, progress)
    _cost(stage, city, filed, progress)
    with progress.stage("预算控制数", "limits") as notes:
        round_ = limits.issue_limits(stage, city, at(2026, 11, 2))
        with stage.scene("limits/read", at(2026, 11, 13), outputs.PRINTER) as scene:
            limit_round = current_round(scene.by(outputs.PRINTER).session, round_)
        notes.append(f"{len(limit_round.limits)} 个项目，2 件异议已答复")
    with progress.stage("出具文书和证据包", "papers and bundle") as notes:
        papers = outputs.write_papers(stage, city, round_, folder / "out", at(2026, 11, 16))
        bundle = outputs.write_bundle(stage, city, folder / "out", at(2026, 11, 17))
        notes.append(f"{len(papers)} 份文件，1 个证据包")
    return limit_round, (*papers, bundle)


def _first_budget(stage: Stage, city: City, progress: Progress) -> None:
    with progress.stage("2025年度申报与审核", "requests and goals") as notes:
        filed = requests.file_all(stage, city, 2025, at(2024, 9, 2))
        notes.append(f"{len(filed.records)} 个项目从Excel报送，退回重报 {filed.returned} 个")
        notes += [f"{code} 原表 {found[0].where} {found[0].message}" for code, found in filed.refused[:1]]
    with progress.stage("事前绩效评估", "ex-ante evaluation") as notes:
        notes.append(f"{len(panels.evaluate_all(stage, city, 2025, at(2024, 10, 10)))} 个项目，每组5名专家")
    with progress.stage("入库与批复", "store and approval") as notes:
        stored, rejected = requests.store_all(stage, filed, 2025, at(2024, 11, 20))
        requests.approve_all(stage, city, filed, stored, 2025, at(2025, 1, 15))
        notes.append(f"批复 {len(stored)} 个，不予安排 {len(rejected)} 个")


def _quarter(stage: Stage, city: City, quarter: int, progress: Progress) -> None:
    with progress.stage(f"{quarter}季度双监控", f"monitoring Q{quarter}") as notes:
        moved = year.move_money(stage, city, quarter)
        lit = year.monitor(stage, city, quarter, lambda y, q: _campaign(stage, y, q))
        notes.append(f"收支 {moved} 笔，亮灯 {lit} 个项目")
        if quarter in (2, 3):
            notes.append(f"整改销号 {year.rectify(stage, city, quarter)} 件")


def _campaign(stage: Stage, fiscal_year: int, quarter: int) -> None:
    """Run the durable campaign that opens a quarter, and wait for its end."""
    order = durable.Order(
        "campaign.quarter",
        {"fiscal_year": str(fiscal_year), "quarter": str(quarter)},
        f"{fiscal_year}Q{quarter}",
        year.MONITOR,
    )
    durable.finish(stage, order, year.quarter_day(quarter))


def _next_budget(stage: Stage, city: City, progress: Progress) -> requests.Filed:
    with progress.stage("2027年度申报与审核", "next requests") as notes:
        filed = requests.file_all(stage, city, 2027, at(2026, 8, 10))
        notes.append(f"{len(filed.records)} 个项目")
    with progress.stage("事前绩效评估与入库", "ex-ante and store") as notes:
        evaluated = panels.evaluate_all(stage, city, 2027, at(2026, 9, 7))
        stored, rejected = requests.store_all(stage, filed, 2027, at(2026, 9, 28))
        notes.append(f"评估 {len(evaluated)} 个，入库 {len(stored)} 个，不予安排 {len(rejected)} 个")
    return filed


def _cost(stage: Stage, city: City, filed: requests.Filed, progress: Progress) -> None:
    with progress.stage("成本绩效基线与成本效益", "costing") as notes:
        costing.fit_panel(stage, city, 2027, at(2026, 10, 9))
        works = next(p for p in city.projects if p.goals[p.first_year].project_name == "水处理厂新建改造")
        analysis = costing.analyse_water_works(stage, filed.records[works.code], at(2026, 10, 12))
        claims = special_factors.claim(stage, city, 2027, at(2026, 10, 19))
        best = next(result for result in analysis.results if result.option.code == analysis.best)
        notes.append(f"特殊因素申请 {claims} 件，先测算影响再认定，基线重新测算")
        notes.append(
            f"{len(city.panel['rows'])} 个单元年；“{best.option.label}”净现值 {best.npv} 元，效益成本比 {best.bcr.value}"
        )


def report(played: Played) -> str:
    """Return what the demo prints at its end."""
    paths = "\n".join(f"  {path}" for path in played.files)
    who = {role.label: login for role, login in founding.SIGN_INS.items()} | {"被考评人": founding.ASSESSED}
    sign_ins = "\n".join(f"  {label:　<8}{login}" for label, login in who.items())
    return (
        f"\n{department_table(played.limit_round)}\n\n文件 files:\n{paths}\n\n用时 {played.seconds:.1f} 秒\n\n"
        f"登录名 sign-ins（密码 password: {played.password}）:\n{sign_ins}\n"
    )
