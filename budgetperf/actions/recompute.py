"""Recompute a stored decision from its facts, edition and method: the same, or why it differs.

Reads a decision and the rulebook, writes nothing. An allocation is verified by its stored choice
and bound, never solved again; floating-point methods name the numeric environment and are
compared on their rounded values, which is all that was recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from budgetperf.budget.packages import (
    ALLOCATION_METHOD,
    CUT_METHOD,
    LIMIT_METHOD,
    recheck_allocation,
    recompute_cuts,
    recompute_limit,
)
from budgetperf.budget.rules import CutRules
from budgetperf.costing.errors import CostingError
from budgetperf.costing.records import BenefitFacts, recompute_benefit, restore
from budgetperf.errors import BudgetperfError, NotFound
from budgetperf.money import Money
from budgetperf.provenance import DecisionKind, Json, canonical_json
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.models import CostBenefitRules
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.scoring.recompute import METHODS as SCORING_METHODS
from budgetperf.scoring.recompute import rescore
from budgetperf.scoring.rules import Rule
from budgetperf.store.results import DecisionFacts

SAME = "相同"
KERNELS = " blas "
"""What every environment names since all machines use the same kernels (``workflows.arithmetic``)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What recomputing said.

    Parameters
    ----------
    same : bool
    because : str
        ``相同``, or ``不同，因为…`` with the first difference; both may name another environment.
    digest : str
        Of the decision, as stored.
    """

    same: bool
    because: str
    digest: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two results part."""

    path: str
    stored: str
    computed: str

    def __str__(self) -> str:
        return f"{self.path or '/'} 处存档为 {self.stored}，重算为 {self.computed}"


Alike: TypeAlias = Callable[[str, Json, Json], bool]
"""Says of a path and the two values there whether they pass for the same."""


def never(_path: str, _stored: Json, _computed: Json) -> bool:
    """Let nothing pass that is not the same."""
    return False


Again: TypeAlias = Callable[[DecisionFacts, Edition], str]
"""Computes a decision again and returns why it differs, or an empty text."""


def recompute(decision: DecisionFacts, rules: Rulebook) -> Verdict:
    """Recompute one decision and compare.

    Parameters
    ----------
    decision : DecisionFacts
        As stored; it is not trusted: its own digest is checked first.
    rules : Rulebook
    """
    why = _broken(decision) or _unreachable(decision, rules)
    if why:
        return Verdict(False, f"不同，因为{why}", decision.digest)
    known = METHODS[decision.kind, decision.method]
    aside = _environment(decision) if known.floating else ""
    try:
        why = known.again(decision, rules.by_id(decision.edition))
    except BudgetperfError as error:
        why = f"存档的事实不能按方法“{decision.method}”重算：{error.text}"
    except CostingError as error:
        why = f"存档的事实不能按方法“{decision.method}”重算：{error}"
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        why = f"存档的事实不能按方法“{decision.method}”重算：{type(error).__name__} {error}"
    return Verdict(not why, (f"不同，因为{why}" if why else SAME) + aside, decision.digest)


def _broken(decision: DecisionFacts) -> str:
    """Say whether the row is not what its digest was taken of."""
    try:
        actual = decision.package().digest
    except (TypeError, ValueError):  # a float or another value that no package can hold
        return "决策包内容与其摘要不符：含有规范写法不允许的数值，存档已被改动"
    if actual != decision.digest:
        return f"决策包内容与其摘要不符，存档已被改动（应为 {decision.digest[:12]}…，实为 {actual[:12]}…）"
    return ""


def _unreachable(decision: DecisionFacts, rules: Rulebook) -> str:
    """Say whether the edition or the method it names is not there any more."""
    try:
        edition = rules.by_id(decision.edition)
    except NotFound:
        return f"规则库中没有它所依据的版本“{decision.edition}”"
    if edition.digest != decision.edition_digest:
        return (
            f"规则版本“{decision.edition}”的摘要与决策时不同"
            f"（决策时 {decision.edition_digest[:12]}…，现为 {edition.digest[:12]}…）"
        )
    if (decision.kind, decision.method) not in METHODS:
        return f"没有用于“{decision.kind.label}”的方法“{decision.method}”"
    return ""


def _environment(decision: DecisionFacts) -> str:
    from budgetperf.costing.version import environment  # heavy: pandas, statsmodels; workers only

    now = environment()
    if now == decision.environment:
        return ""
    loose = (
        "" if KERNELS in decision.environment else "，当时未统一运算内核，末位相差一个取整单位以内视为相同"
    )
    then = decision.environment or "未记录"
    return f"（数值环境不同，按舍入后的值比较{loose}：决策时 {then}，现为 {now}）"


def compare(stored: Json, computed: Json, alike: Alike = never) -> str:
    """Return the first difference in words, or an empty text."""
    found = first_difference(stored, computed, alike=alike)
    return str(found) if found else ""


def first_difference(
    stored: Json, computed: Json, path: str = "", *, alike: Alike = never
) -> Difference | None:
    """Return the first place, by sorted keys and positions, where two documents part more than ``alike`` lets pass."""
    match stored, computed:
        case Mapping(), Mapping():
            return _of_children(dict(stored), dict(computed), path, alike)
        case (list() | tuple(), list() | tuple()):
            return _of_children(_numbered(stored), _numbered(computed), path, alike)
    if (stored == computed and type(stored) is type(computed)) or alike(path, stored, computed):
        return None
    return Difference(path, _short(stored), _short(computed))


def last_place(step: Money) -> Alike:
    """Let amounts pass that are a rounding step apart, and figures that are one apart in their last place."""

    def alike(path: str, stored: Json, computed: Json) -> bool:
        try:
            one, two = Decimal(str(stored)), Decimal(str(computed))
            apart, last = abs(one - two), max(_place(one), _place(two))
        except ArithmeticError:
            return False
        return apart <= (step.fen if path.endswith("/fen") else last)

    return alike


def _place(figure: Decimal) -> Decimal:
    return Decimal(1).scaleb(int(figure.as_tuple().exponent))


def _numbered(items: Sequence[Json]) -> dict[str, Json]:
    return {str(position): item for position, item in enumerate(items)}


def _of_children(
    stored: Mapping[str, Json], computed: Mapping[str, Json], path: str, alike: Alike
) -> Difference | None:
    for key in dict.fromkeys((*stored, *computed)):
        below = f"{path}/{key}"
        if key not in stored or key not in computed:
            return Difference(below, _shown(stored, key), _shown(computed, key))
        found = first_difference(stored[key], computed[key], below, alike=alike)
        if found:
            return found
    return None


def _shown(children: Mapping[str, Json], key: str) -> str:
    return _short(children[key]) if key in children else "（无）"


def _short(value: Json) -> str:
    text = canonical_json(value).decode()
    return text if len(text) <= 80 else text[:79] + "…"


def _scored(decision: DecisionFacts, edition: Edition, *, rules: type[Rule]) -> str:
    return compare(decision.result, rescore(decision.facts, edition.rules_as(rules)))


def _cut(decision: DecisionFacts, edition: Edition) -> str:
    return compare(decision.result, recompute_cuts(decision.facts, edition.rules_as(CutRules)))


def _limited(decision: DecisionFacts, _edition: Edition) -> str:
    return compare(decision.result, recompute_limit(decision.facts))


def _allocated(decision: DecisionFacts, edition: Edition) -> str:
    found = recheck_allocation(decision.facts, edition.rules_as(CutRules), result=decision.result)
    return found[0].message if found else ""


def _fitted(decision: DecisionFacts, edition: Edition) -> str:
    from budgetperf.actions.baseline import spec_of  # heavy: pandas, statsmodels; workers only
    from budgetperf.costing import packages

    rules = edition.rules_as(CostBaselineRules)
    stored = replace(restore(packages.BaselineFacts, decision.facts).spec, seed=decision.seed or 0)
    if stored != spec_of(rules):
        return f"测算参数与规则版本“{edition.id}”所定的不同"
    computed = packages.recompute_baseline(decision.facts, rules.seed, decision.method)
    return compare(decision.result, computed, _leeway(decision, stored.rounding))


def _moved(decision: DecisionFacts, edition: Edition) -> str:
    from budgetperf.actions.baseline import spec_of  # heavy: pandas, statsmodels; workers only
    from budgetperf.costing.movement_packages import MovementFacts, recompute_movement

    rules = edition.rules_as(CostBaselineRules)
    stored = replace(restore(MovementFacts, decision.facts).spec, seed=decision.seed or 0)
    if stored != spec_of(rules):
        return f"测算参数与规则版本“{edition.id}”所定的不同"
    computed = recompute_movement(decision.facts, rules.seed, decision.method)
    return compare(decision.result, computed, _leeway(decision, stored.rounding))


def _leeway(decision: DecisionFacts, step: Money) -> Alike:
    return never if KERNELS in decision.environment else last_place(step)


def _analysed(decision: DecisionFacts, edition: Edition) -> str:
    parameters = restore(BenefitFacts, decision.facts).parameters
    rate = edition.rules_as(CostBenefitRules).discount_rate
    if parameters.discount_rate != rate:
        return f"折现率 {parameters.discount_rate} 与规则版本“{edition.id}”所定的 {rate} 不同"
    return compare(decision.result, recompute_benefit(decision.facts))


@dataclass(frozen=True, slots=True)
class Method:
    """How decisions of a method are computed again; ``floating`` ones depend on the environment."""

    again: Again
    floating: bool = False


METHODS: Mapping[tuple[DecisionKind, str], Method] = {
    **{
        (method.kind, method.name): Method(partial(_scored, rules=rules))
        for rules, method in SCORING_METHODS.items()
    },
    (DecisionKind.CUT, CUT_METHOD): Method(_cut),
    (DecisionKind.ALLOCATION, ALLOCATION_METHOD): Method(_allocated),
    (DecisionKind.LIMIT, LIMIT_METHOD): Method(_limited),
    **{
        (DecisionKind.BASELINE, f"costing.baseline/{version}"): Method(_fitted, floating=True)
        for version in range(1, 6)
    },
    **{
        (DecisionKind.MOVEMENT, f"costing.movement/{version}"): Method(_moved, floating=True)
        for version in range(1, 4)
    },
    (DecisionKind.BENEFIT, "costing.benefit/1"): Method(_analysed),
}
"""The code paths that can still be walked; the two of costing are named, not imported (pandas)."""
