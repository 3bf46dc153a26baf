import ast

import pytest

from tests.mutation.mutants import mutants_of, mutated
from tests.mutation.report import wilson


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("def f(a, b):\n    return a < b", {"return a < b": ["return None"], "a < b": ["a <= b", "a >= b"]}),
        ("x = a + 2", {"a + 2": ["a - 2"], "2": ["3"]}),
        ("x = a and not b", {"a and (not b)": ["a or not b"], "not b": ["b"]}),
        ("x = True", {"True": ["False"]}),
        ("x = Decimal('0.6')", {"Decimal('0.6')": ["Decimal('1.6')"]}),
        ("x = max(a)", {"max(a)": ["min(a)"]}),
        ("x = b if a else c", {"a": ["not a"]}),
        ("if a:\n    raise E(1 + 2)", {"a": ["not a"], "raise E(1 + 2)": ["pass"]}),
        ("a.append(b)", {"a.append(b)": ["pass"]}),
    ],
)
def test_each_fault_is_one_small_change(text: str, changes: dict[str, list[str]]) -> None:
    found: dict[str, list[str]] = {}
    for mutant in mutants_of("a.py", text):
        found.setdefault(mutant.before, []).append(mutant.after)
    assert {old: [ast.unparse(ast.parse(new)) for new in news] for old, news in found.items()} == {
        old: [ast.unparse(ast.parse(new)) for new in news] for old, news in changes.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        '"""Words."""',
        "x: Annotated[int, 3]",
        "@d(1)\nclass A(B, c=True):\n    pass",
        "assert a < 3",
        'x = "a"',
    ],
)
def test_words_types_and_assertions_are_left_alone(text: str) -> None:
    assert mutants_of("a.py", text) == []


def test_a_changed_tree_differs_at_its_number_only() -> None:
    text = "def f(a):\n    return a < 1 or a > 5"
    trees = [ast.unparse(mutated(text, mutant.number)) for mutant in mutants_of("a.py", text)]
    assert len(set(trees)) == len(trees) == 8
    assert ast.unparse(ast.parse(text)) not in trees


def test_the_wilson_interval_of_nothing_in_ten_is_the_published_one() -> None:
    """z² ÷ (n + z²) = 3.8415 ÷ 13.8415."""
    low, high = wilson(0, 10)
    assert low == 0
    assert high == pytest.approx(0.27753, abs=5e-6)
