"""``./bp baseline``: a cost panel in, the baseline of every unit, the model card and the decision package out.

Reads and writes files; the baselines are ``costing.baseline``. Nothing is written when the panel is refused.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO

from budgetperf.actions.baseline import BASELINE_METHOD, spec_of
from budgetperf.costing import packages
from budgetperf.costing.baseline import FittedBaseline, environment, fit
from budgetperf.costing.cost_baseline import BaselineTarget, CostBaseline
from budgetperf.costing.errors import CostingError
from budgetperf.costing.panel import CostPanel, PanelRow
from budgetperf.costing.prices import PriceIndex
from budgetperf.errors import Invalid, NotFound
from budgetperf.money import Money, MoneyUnit
from budgetperf.provenance import DecisionKind, DecisionPackage, canonical_json
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.parameters import CostBaselineRules, PriceIndexRules
from budgetperf.scoring.assessment_table import plain_text
from budgetperf.workbooks.cost_panel import read_cost_panel
from budgetperf.workbooks.tables import read_table
from workflows.assess import write_all
from workflows.schemes import Say, edition_of_kind, packaged, tell

BOM = "\ufeff"  # Excel shows Chinese without it as garbage
RESULTS, CARD, PACKAGE = "基线.csv", "模型卡.json", "决策包.json"


def baseline_files(
    panel: Path,
    say: Say,
    *,
    edition: str,
    out: Path,
    prices: str | None,
    service: str,
    base_year: int | None,
    today: date,
) -> int:
    """Fit the baselines of a panel file; 1 when it is refused, with every defect at its cell.

    Raises
    ------
    NotFound
        There is no such file or edition.
    Invalid
        The results would overwrite other files.
    """
    rules = edition_of_kind(packaged().rulebook, edition, "cost_baseline", today=today)
    index = prices and edition_of_kind(packaged().rulebook, prices, "price_index", today=today)
    if not panel.is_file():
        raise NotFound("baseline.path", f"没有成本面板 {panel}，请核对路径")
    try:
        table = read_table(panel.read_bytes(), name=panel.name)
        read = read_cost_panel(table, code=panel.stem, service=service or panel.stem, base_year=base_year)
        fitted = fit(
            read.panel, spec_of(rules.rules_as(CostBaselineRules)), prices=_prices(index) if index else None
        )
        rows = _latest(read.panel)
        found = fitted.for_targets(tuple(_target(row) for row in rows))
    except (Invalid, CostingError) as error:
        tell(say, error if isinstance(error, Invalid) else Invalid("baseline.fit", str(error)))
        say(f"{panel} 未能测算，未写出结果 / refused, nothing is written")
        return 1
    _write(out, rules, read.panel, fitted, rows, found)
    told = {finding.code for finding in read.warnings}  # those at their cell
    for finding in (*read.warnings, *(one for one in fitted.findings if one.code not in told)):
        say(f"{finding.severity.label} {finding.where} {finding.message}")
    above = sum(one.judge(row.cost).may_cut for row, one in zip(rows, found, strict=True))
    say(
        f"{rules.id} {rules.title}：{len(found)} 个单元，{above} 个可据以核减，结果写入 {out} / {len(found)} baselines"
    )
    return 0


def _prices(edition: Edition) -> PriceIndex:
    rules = edition.rules_as(PriceIndexRules)
    return PriceIndex(edition.id, rules.values, edition.source, rules.regions)


def _latest(panel: CostPanel) -> list[PanelRow]:
    """The latest row of each unit, in the order of the table."""
    latest: dict[str, PanelRow] = {}
    for row in panel.rows:
        if row.dmu not in latest or row.year > latest[row.dmu].year:
            latest[row.dmu] = row
    return list(latest.values())


def _target(row: PanelRow) -> BaselineTarget:
    return BaselineTarget(row.dmu, row.drivers, row.year, row.group)


def _write(
    out: Path,
    edition: Edition,
    panel: CostPanel,
    fitted: FittedBaseline,
    rows: Sequence[PanelRow],
    found: Sequence[CostBaseline],
) -> None:
    """Write the three files, all or none."""
    targets = tuple(_target(row) for row in rows)
    package = DecisionPackage(
        DecisionKind.BASELINE,
        fitted.panel.spec.code,
        str(max(row.year for row in rows)),
        edition.id,
        edition.digest,
        BASELINE_METHOD,
        packages.baseline_facts(panel, targets, spec=fitted.spec, prices=fitted.prices),
        packages.baseline_result(found, card=fitted.card),
        seed=fitted.spec.seed,
        environment=environment(),
    )
    texts = {
        RESULTS: BOM + _table(fitted, rows, found),
        CARD: json.dumps(fitted.card, ensure_ascii=False, indent=1),
        PACKAGE: canonical_json(asdict(package)).decode(),
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid("files.path", f"{out} 无法写出（{error.strerror or error}），请另选文件夹") from error
    write_all({out / name: partial(_put, text) for name, text in texts.items()})


def _put(text: str, file: IO[str]) -> None:
    file.write(text)


def _table(fitted: FittedBaseline, rows: Sequence[PanelRow], found: Sequence[CostBaseline]) -> str:
    """A row a unit: its cost, its baseline and band, each method's point and band, what may be cut and why."""
    names = [method.name for method in fitted.methods]
    ends = [f"{name.label}{end}" for name in names for end in ("", "下限", "上限")]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["单元编码", "单元名称", "年度", "地区", "成本（元）", "基线（元）", "下限（元）", "上限（元）", "证据等级",
         "可核减（元）", "结论", *(f"{end}（元）" for end in ends), "标杆", "提示"]
    )  # fmt: skip
    for row, one in zip(rows, found, strict=True):
        judged = one.judge(row.cost)
        by = {estimate.name: (estimate.point, estimate.lower, estimate.upper) for estimate in one.estimates}
        amounts = [_yuan(by[name][end]) if name in by else "" for name in names for end in range(3)]
        peers = "；".join(
            f"{p.name}{p.year}" + (f"（{p.weight}）" if p.weight is not None else "") for p in one.peers
        )
        writer.writerow(
            [plain_text(row.dmu), plain_text(row.name), row.year, plain_text(row.group),
             *map(_yuan, (row.cost, one.point, one.lower, one.upper)),
             one.grade.value, _yuan(judged.excess), judged.reason, *amounts, plain_text(peers),
             plain_text("；".join(finding.message for finding in one.findings))]
        )  # fmt: skip
    return stream.getvalue()


def _yuan(amount: Money) -> str:
    return f"{amount.in_unit(MoneyUnit.YUAN):.2f}"
