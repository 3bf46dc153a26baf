"""A published result stays what it is, whatever is published after it."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

from budgetperf.indicators import Indicator, Level2, Operator
from budgetperf.ledger import Execution
from budgetperf.money import Money
from budgetperf.provenance import DecisionPackage
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.lock import lock_editions
from budgetperf.scoring.facts import Reached
from budgetperf.scoring.recompute import SelfEvaluationFacts, compute, decision_package, rescore
from budgetperf.scoring.score import ScoreSheet
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

OLD = (Path(__file__).parent / "sound_self_evaluation.yaml").read_text(encoding="utf-8")
NEW = (
    OLD.replace("valid_from: 2020-02-25", "valid_from: 2026-01-01")
    .replace("above: full", "above: zero")
    .replace("base: adjusted", "base: initial")
    .replace("money: {adjusted: 100000000,", "money: {initial: 100000000, adjusted: 100000000,")
    .replace("money: {adjusted: 10000,", "money: {initial: 10000, adjusted: 10000,")
)
"""A successor that is harder on what exceeds its target, and takes the first budget as the base."""

INDICATOR = Indicator(
    key="1",
    level2=Level2.QUANTITY,
    name="巡查次数",
    operator=Operator.EQUAL,
    target=Decimal(12),
    target_text="",
    uom="次",
    weight=Decimal(90),
    direction=Operator.EQUAL.direction,
)
FACTS = SelfEvaluationFacts(
    indicators=(INDICATOR,),
    actuals={"1": Reached(Decimal(13))},
    execution=Execution(initial=Money(20000), adjusted=Money(10000), received=Money(10000), paid=Money(8000)),
)


def published(root: Path, text: str) -> Rulebook:
    day = text.split("valid_from: ")[1][:10]
    path = root / f"national/self_evaluation/{day}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    lock_editions(root)
    return Rulebook.load(root)


def decided(edition: Edition) -> tuple[ScoreSheet, DecisionPackage]:
    rules = edition.rules_as(SelfEvaluationRules)
    sheet = compute(FACTS, rules)
    assert isinstance(sheet, ScoreSheet)
    package = decision_package(
        FACTS,
        sheet,
        rules=rules,
        subject="P001",
        period="2024",
        edition=edition.id,
        edition_digest=edition.digest,
    )
    return sheet, package


def test_an_old_sheet_recomputes_unchanged_after_a_new_edition_is_published(tmp_path: Path) -> None:
    before = published(tmp_path / "before", OLD)
    sheet, old = decided(before.get("self_evaluation", date(2025, 3, 1)))
    assert [line.points for line in sheet.lines] == [Decimal("90.00"), Decimal("8.00")]

    shutil.copytree(tmp_path / "before", tmp_path / "after")
    after = published(tmp_path / "after", NEW)

    named = after.by_id(old.edition)
    assert named.digest == old.edition_digest
    assert rescore(old.facts, named.rules_as(SelfEvaluationRules)) == old.result
    assert decided(named)[1].digest == old.digest
    assert after.get("self_evaluation", date(2025, 3, 1)) == named

    new_sheet, new = decided(after.get("self_evaluation", date(2026, 3, 1)))
    assert [line.points for line in new_sheet.lines] == [Decimal("0.00"), Decimal("4.00")]
    assert new.edition_digest != old.edition_digest
