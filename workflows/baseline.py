"""``./bp baseline``: a cost panel in; the baseline of every unit, report, model card and decision package out.

Reads and writes files; the baselines are ``costing.baseline``. Nothing is written when the panel is refused.
"""

import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO

from budgetperf.actions.baseline import edition_of
from budgetperf.costing.baseline import CostBaseline, set_baseline
from budgetperf.costing.errors import CostingError
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.words import MethodName
from budgetperf.errors import Invalid, NotFound
from budgetperf.findings import Finding
from budgetperf.money import Money, MoneyError, MoneyUnit
from budgetperf.provenance import DecisionPackage, canonical_json
from budgetperf.reports.baseline_view import baseline_view
from budgetperf.reports.baseline_words import SHOWN
from budgetperf.reports.cost_pages import BaselinePage
from budgetperf.reports.models import Footer
from budgetperf.reports.renderers import render
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.parameters import CostBaselineRules, PriceIndexRules
from budgetperf.scoring.assessment_table import plain_text
from budgetperf.workbooks.cost_books import cost_book
from budgetperf.workbooks.cost_panel import read_cost_panel
from budgetperf.workbooks.tables import read_table
from workflows.assess import write_all
from workflows.executor import executor
from workflows.progress import Watched
from workflows.schemes import Say, edition_of_kind, packaged, tell

BOM = "\ufeff"  # Excel shows Chinese without it as garbage
RESULTS, CARD, PACKAGE = "基线.csv", "模型卡.json", "决策包.json"
REPORT, BOOK, NOTES = "基线报告.pdf", "基线报告.xlsx", "提示.csv"


def baseline_files(
    panel: Path,
    say: Say,
    *,
    edition: str,
    out: Path,
    prices: str | None,
    service: str,
    base_year: int | None,
    payable_total: str | None,
    today: date,
    scheduler: str = "",
) -> int:
    """Fit the baselines of a panel file; 1 when it is refused, with every defect at its cell.

    Raises
    ------
    NotFound
        There is no such file or edition.
    Invalid
        The results would overwrite other files.
    Unavailable
        The Dask ``scheduler`` draws are spread by, if one is named, does not do its work.
    """
    rules = edition_of_kind(packaged().rulebook, edition, "cost_baseline", today=today)
    index = _prices(prices, today) if prices else None
    if not panel.is_file():
        raise NotFound("baseline.path", f"没有成本面板 {panel}，请核对路径")
    if base_year is not None and index is None:
        raise Invalid("baseline.base_year", "--base-year 要与 --prices 一起用：没有价格指数就无从折算到基年")
    total = _total(payable_total)
    try:
        table = read_table(panel.read_bytes(), name=panel.name)
        read = read_cost_panel(
            table, code=panel.stem, service=service or panel.stem, base_year=base_year, prices=index,
            treatments={one.key for one in rules.rules_as(CostBaselineRules).treatments},
        )  # fmt: skip
        with executor(scheduler) as workers:
            made = set_baseline(
                read.panel, edition=edition_of(rules), prices=index,
                payable_total=total, spread=Watched(workers, sys.stderr),
            )  # fmt: skip
    except (Invalid, CostingError, ValueError) as error:
        tell(say, error if isinstance(error, Invalid) else Invalid("baseline.fit", str(error)))
        say(f"{panel} 未能测算，未写出结果 / refused, nothing is written")
        return 1
    _write(out, rules, made, found := _told(read.warnings, made.findings), today=today)
    _warn(say, found)
    _summary(say, rules, made, out)
    return 0


def _summary(say: Say, rules: Edition, made: CostBaseline, out: Path) -> None:
    found = made.answers.standings
    above = sum(one.baseline.judge(one.cost).may_cut for one in found)
    say(
        f"{rules.id} {rules.title}：{len(found)} 个单元，{above} 个可据以核减，结果写入 {out} / {len(found)} baselines"
    )


def _told(at_cells: Sequence[Finding], other: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, those of the file at their cell and not again."""
    codes = {finding.code for finding in at_cells}
    return (*at_cells, *(one for one in other if one.code not in codes))


def _warn(say: Say, found: Sequence[Finding]) -> None:
    """Tell the findings; of many of a kind the first, and where all of them are."""
    for code in dict.fromkeys(one.code for one in found):
        alike = [one for one in found if one.code == code]
        for finding in alike[:SHOWN]:
            say(f"{finding.severity.label} {finding.where} {finding.message}")
        if (more := len(alike) - SHOWN) > 0:
            say(
                f"{alike[0].severity.label} 另有{more}条同类提示（{code}），见 {NOTES} / {more} more of {code}"
            )


def _total(yuan: str | None) -> Money | None:
    try:
        return None if yuan is None else Money.parse(yuan, MoneyUnit.YUAN)
    except MoneyError as error:
        raise Invalid("baseline.payable_total", f"--payable-total：{error}") from error


def _prices(edition_id: str, today: date) -> PriceIndex:
    edition = edition_of_kind(packaged().rulebook, edition_id, "price_index", today=today)
    rules = edition.rules_as(PriceIndexRules)
    return PriceIndex(edition.id, rules.values, edition.source, rules.regions)


def _write(out: Path, edition: Edition, made: CostBaseline, found: Sequence[Finding], *, today: date) -> None:
    """Write the files, all or none."""
    package = made.package()
    page = _page(package, edition, today)
    contents: dict[str, str | bytes] = {
        RESULTS: BOM + _table(made),
        CARD: json.dumps(made.card, ensure_ascii=False, indent=1),
        PACKAGE: canonical_json(asdict(package)).decode(),
        REPORT: render(page),
        BOOK: cost_book(page),
        NOTES: BOM + _notes(found),
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid("files.path", f"{out} 无法写出（{error.strerror or error}），请另选文件夹") from error
    write_all({out / name: partial(_put, content) for name, content in contents.items()})


def _page(package: DecisionPackage, edition: Edition, today: date) -> BaselinePage:
    """The page of the report, from the package itself, as the service's own report is."""
    view = baseline_view(package, source=str(edition.source))
    return BaselinePage(view, Footer(f"{package.subject} {view.title}", edition.id, view.digest, today))


def _put(content: str | bytes, file: IO[str]) -> None:
    if isinstance(content, str):
        file.write(content)
    else:
        assert isinstance(file, io.TextIOWrapper)
        file.buffer.write(content)


def _notes(found: Sequence[Finding]) -> str:
    """Every finding of the file and the methods, a row each."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["级别", "位置", "编码", "内容"])
    writer.writerows(
        [one.severity.label, plain_text(str(one.where)), one.code, plain_text(one.message)] for one in found
    )
    return stream.getvalue()


def _table(made: CostBaseline) -> str:
    """A row a unit: its cost, its baseline and band, each method's point and band, what may be cut and why."""
    names = [MethodName(name) for name in made.edition.spec.methods]
    regions = {row.dmu: row.group for row in made.facts.panel.rows}
    ends = [f"{name.label}{end}" for name in names for end in ("", "下限", "上限")]
    paid = made.edition.spec.calibration is not None
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["单元编码", "单元名称", "年度", "地区", "成本（元）", "基线（元）", "下限（元）", "上限（元）", "证据等级",
         "可核减（元）", "结论", *(["应付（元）"] if paid else []), *(f"{end}（元）" for end in ends), "标杆", "提示"]
    )  # fmt: skip
    for unit in made.answers.standings:
        one = unit.baseline
        judged = one.judge(unit.cost)
        by = {estimate.name: (estimate.point, estimate.lower, estimate.upper) for estimate in one.estimates}
        amounts = [_yuan(by[name][end]) if name in by else "" for name in names for end in range(3)]
        peers = "；".join(
            f"{p.name}（{p.year}年" + (f"，权重{p.weight}）" if p.weight is not None else "）")
            for p in one.peers
        )
        writer.writerow(
            [plain_text(unit.dmu), plain_text(unit.name), unit.year, plain_text(regions[unit.dmu]),
             *map(_yuan, (unit.cost, one.point, one.lower, one.upper)),
             one.grade.value, _yuan(judged.excess), judged.reason,
             *(["" if unit.payable is None else _yuan(unit.payable)] if paid else []), *amounts, plain_text(peers),
             plain_text("；".join(finding.message for finding in one.findings))]
        )  # fmt: skip
    return stream.getvalue()


def _yuan(amount: Money) -> str:
    return f"{amount.in_unit(MoneyUnit.YUAN):.2f}"
