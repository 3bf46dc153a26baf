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
from budgetperf.costing.cost_baseline import BaselineAnswers, Standing
from budgetperf.costing.errors import CostingError
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.standings import answer
from budgetperf.errors import Invalid, NotFound
from budgetperf.money import Money, MoneyError, MoneyUnit
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
    payable_total: str | None,
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
    total = _total(payable_total)
    try:
        table = read_table(panel.read_bytes(), name=panel.name)
        read = read_cost_panel(table, code=panel.stem, service=service or panel.stem, base_year=base_year)
        fitted = fit(
            read.panel, spec_of(rules.rules_as(CostBaselineRules)), prices=_prices(index) if index else None
        )
        answers = answer(fitted, (), payable_total=total)
    except (Invalid, CostingError) as error:
        tell(say, error if isinstance(error, Invalid) else Invalid("baseline.fit", str(error)))
        say(f"{panel} 未能测算，未写出结果 / refused, nothing is written")
        return 1
    _write(out, rules, fitted, answers, total)
    told = {finding.code for finding in read.warnings}  # those at their cell
    other = (*fitted.findings, *answers.unanswered)
    for finding in (*read.warnings, *(one for one in other if one.code not in told)):
        say(f"{finding.severity.label} {finding.where} {finding.message}")
    found = answers.standings
    above = sum(one.baseline.judge(one.cost).may_cut for one in found)
    say(
        f"{rules.id} {rules.title}：{len(found)} 个单元，{above} 个可据以核减，结果写入 {out} / {len(found)} baselines"
    )
    return 0


def _total(yuan: str | None) -> Money | None:
    try:
        return None if yuan is None else Money.parse(yuan, MoneyUnit.YUAN)
    except MoneyError as error:
        raise Invalid("baseline.payable_total", f"--payable-total：{error}") from error


def _prices(edition: Edition) -> PriceIndex:
    rules = edition.rules_as(PriceIndexRules)
    return PriceIndex(edition.id, rules.values, edition.source, rules.regions)


def _write(
    out: Path, edition: Edition, fitted: FittedBaseline, answers: BaselineAnswers, payable_total: Money | None
) -> None:
    """Write the three files, all or none."""
    package = DecisionPackage(
        DecisionKind.BASELINE,
        fitted.panel.spec.code,
        str(max(row.year for row in fitted.panel.rows)),
        edition.id,
        edition.digest,
        BASELINE_METHOD,
        packages.baseline_facts(
            fitted.filed, (), spec=fitted.spec, prices=fitted.prices, payable_total=payable_total
        ),
        packages.baseline_result(answers, card=fitted.card),
        seed=fitted.spec.seed,
        environment=environment(),
    )
    texts = {
        RESULTS: BOM + _table(fitted, answers.standings),
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


def _table(fitted: FittedBaseline, standings: Sequence[Standing]) -> str:
    """A row a unit: its cost, its baseline and band, each method's point and band, what may be cut and why."""
    names = [method.name for method in fitted.methods]
    regions = {row.dmu: row.group for row in fitted.panel.rows}
    ends = [f"{name.label}{end}" for name in names for end in ("", "下限", "上限")]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["单元编码", "单元名称", "年度", "地区", "成本（元）", "基线（元）", "下限（元）", "上限（元）", "证据等级",
         "可核减（元）", "结论", "应付（元）", *(f"{end}（元）" for end in ends), "标杆", "提示"]
    )  # fmt: skip
    for unit in standings:
        one = unit.baseline
        judged = one.judge(unit.cost)
        by = {estimate.name: (estimate.point, estimate.lower, estimate.upper) for estimate in one.estimates}
        amounts = [_yuan(by[name][end]) if name in by else "" for name in names for end in range(3)]
        peers = "；".join(
            f"{p.name}{p.year}" + (f"（{p.weight}）" if p.weight is not None else "") for p in one.peers
        )
        writer.writerow(
            [plain_text(unit.dmu), plain_text(unit.name), unit.year, plain_text(regions[unit.dmu]),
             *map(_yuan, (unit.cost, one.point, one.lower, one.upper)),
             one.grade.value, _yuan(judged.excess), judged.reason,
             "" if unit.payable is None else _yuan(unit.payable), *amounts, plain_text(peers),
             plain_text("；".join(finding.message for finding in one.findings))]
        )  # fmt: skip
    return stream.getvalue()


def _yuan(amount: Money) -> str:
    return f"{amount.in_unit(MoneyUnit.YUAN):.2f}"
