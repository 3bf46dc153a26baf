import ast
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import budgetperf.scoring
from budgetperf.scoring.formulas import NamedRule
from budgetperf.scoring.table.gathered import column_of
from budgetperf.scoring.table.kernels import shares_of
from budgetperf.scoring.table.rows import Rows
from tests.scoring.formula_cases import EACH_FORMULA, facts_for
from tests.scoring.table.kinds import kinds

WEIGHT = Decimal(10)


@EACH_FORMULA
@settings(max_examples=30)
@given(drawn=st.data())
def test_ordinary_numbers_are_decided_without_the_formula_itself(
    formula: NamedRule, drawn: st.DataObject
) -> None:
    facts = drawn.draw(st.lists(facts_for(formula, WEIGHT, wide=False), min_size=1, max_size=6))
    column = column_of([fact for fact in facts if kinds(fact) == kinds(facts[0])])
    rows = Rows(len(column))
    shares = shares_of(formula, column, weight=WEIGHT, rows=rows)
    assert rows.left is None
    assert (shares.num >= 0).all()
    assert (shares.num <= shares.den).all()
    for row in range(len(column)):
        den = shares.den if isinstance(shares.den, int) else int(shares.den[row])
        part = formula.part(column.fact(row), WEIGHT)
        assert part.share * den == int(shares.num[row])
        assert bool(part.note) is (shares.noted is not None and bool(shares.noted[row]))


def test_only_the_table_imports_numpy_and_only_assessments_import_the_table() -> None:
    root = Path(budgetperf.scoring.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            heavy = ("numpy", "pandas", "budgetperf.scoring.table")
            if any(name == one or name.startswith(f"{one}.") for name in names for one in heavy):
                found.add(path.relative_to(root).parts[0])
    assert found == {"table", "assessment_points.py"}
