"""The decided allocation: each line's level, its certificate, the runner-up and the prices.

Solving happens once; afterwards ``verify_certificate`` checks the stored choice and bound in
integers, without a solver. What cannot be met is refused, naming the rules that conflict.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from pydantic.dataclasses import dataclass

from budgetperf.budget.allocate import (
    Program,
    Solution,
    conflict,
    excess,
    proven_bound,
    relax,
    solve,
    solver_name,
    worth_of,
)
from budgetperf.budget.ceiling import (
    CEILING_ROW,
    CeilingFacts,
    CeilingLine,
    Level,
    LevelChoice,
    build,
    choices_of,
    in_order,
    reserve_of,
)
from budgetperf.budget.rules import CutRules
from budgetperf.budget.shapes import RECORD, Amount, Exact, Fen
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money, MoneyUnit
from budgetperf.provenance import digest


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class LineLevel:
    """What the ceiling leaves one line: ``amount + ceiling_cut`` is what it had before."""

    line: str
    level: Level
    amount_ratio: Exact
    amount: Amount
    ceiling_cut: Amount
    worth: int


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class RowPrice:
    """Worth of one more fen of a row's limit."""

    row: str
    price: Exact


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Certificate:
    """What lets anyone check the choice without solving again.

    Parameters
    ----------
    program : str
        Digest of the integer program.
    worth : int
        Of the choice.
    bound : int
        No choice is worth more: proved again from ``prices`` in exact fractions.
    solver_bound : int
        The same from the solver's search, usually tighter; the solver's word.
    prices : tuple of RowPrice
    solver : str
        Name and version.
    nodes : int
        Branch-and-bound nodes used.
    """

    program: str
    worth: int
    bound: int
    solver_bound: int
    prices: tuple[RowPrice, ...]
    solver: str
    nodes: int

    @property
    def gap(self) -> int:
        """Worth still possible by the solver's search; 0 means best."""
        return self.solver_bound - self.worth

    @property
    def proven_gap(self) -> int:
        """Worth still possible by the exact bound."""
        return self.bound - self.worth


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class LevelChange:
    """A line funded differently in another choice."""

    line: str
    amount: Amount
    other_amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Alternative:
    """Another choice, what it is worth less, and where it differs."""

    worth_lost: int
    changes: tuple[LevelChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Allocation:
    """The levels of all lines: ``sum(amount) + unallocated = ceiling``.

    Parameters
    ----------
    ceiling, reserve : Money
        ``reserve`` is the part kept back for objections.
    levels : tuple of LineLevel
        By line code.
    unallocated : Money
        Reserve included.
    shadow_price : Decimal
        Worth one more 万元 of ceiling would bring; four places, half up.
    runner_up : Alternative or None
        The next best choice; None if there is no other, or the ceiling did not bind.
    certificate : Certificate
    """

    ceiling: Amount
    reserve: Amount
    levels: tuple[LineLevel, ...]
    unallocated: Fen
    shadow_price: Exact
    runner_up: Alternative | None
    certificate: Certificate


def allocate(facts: CeilingFacts, rules: CutRules) -> Allocation:
    """Choose the levels of greatest worth under the ceiling.

    Raises
    ------
    Invalid
        ``ceiling.conflict`` if no choice keeps all rules, naming those that conflict;
        ``ceiling.facts`` for contradictory input.
    Unavailable
        If the node limit ends the search before a feasible choice is found.
    """
    program = build(facts, rules)
    best = _solve(program, facts, rules)
    choices = _chosen(facts, rules, best.chosen)
    binding = any(choice.amount < line.amount for line, choice in choices)
    relaxed = relax(program)
    prices = dict(relaxed.prices) if relaxed and binding else {row.code: Decimal(0) for row in program.rows}
    return Allocation(
        ceiling=facts.ceiling,
        reserve=reserve_of(facts.ceiling, rules),
        levels=tuple(_line_level(line, choice) for line, choice in choices),
        unallocated=facts.ceiling - Money.total(choice.amount for _, choice in choices),
        shadow_price=_per_wan(prices[CEILING_ROW]),
        runner_up=_runner_up(program, facts, rules, best=best) if binding else None,
        certificate=Certificate(
            program=program_digest(program),
            worth=best.worth,
            bound=proven_bound(program, prices),
            solver_bound=best.bound,
            prices=tuple(RowPrice(row=code, price=price) for code, price in prices.items()),
            solver=solver_name(),
            nodes=best.nodes,
        ),
    )


def cost_of_keeping(facts: CeilingFacts, rules: CutRules, *, line: str) -> Alternative:
    """Tell what it costs the other lines to fund ``line`` in full.

    Raises
    ------
    Invalid
        If the line cannot be kept in full under the ceiling at all.
    """
    kept = replace(
        facts,
        lines=tuple(replace(other, shielded=other.line == line or other.shielded) for other in facts.lines),
    )
    best = _solve(build(facts, rules), facts, rules)
    forced = _solve(build(kept, rules), kept, rules)
    return _alternative(
        _chosen(facts, rules, best.chosen),
        _chosen(kept, rules, forced.chosen),
        worth_lost=best.worth - forced.worth,
    )


def verify_certificate(
    facts: CeilingFacts, rules: CutRules, *, allocation: Allocation
) -> tuple[Finding, ...]:
    """Check a stored allocation and its bound exactly, without solving; empty if all holds."""
    program, certificate = build(facts, rules), allocation.certificate
    if certificate.program != program_digest(program):
        return (_finding("program", "分配模型与证书记载的摘要不一致：事实或规则已变"),)
    chosen, found = _read_levels(facts, rules, allocation)
    if found:
        return tuple(found)
    for code, by in excess(program, chosen).items():
        found.append(_finding("feasible", f"约束“{code}”被突破{by}"))
    worth = worth_of(program, chosen)
    if worth != certificate.worth:
        found.append(_finding("worth", f"方案价值应为{worth}，证书记为{certificate.worth}"))
    prices = {price.row: price.price for price in certificate.prices}
    if any(price < 0 for price in prices.values()):
        found.append(_finding("prices", "影子价格不得为负"))
    elif (bound := proven_bound(program, prices)) != certificate.bound:
        found.append(_finding("bound", f"由影子价格复算的上界为{bound}，证书记为{certificate.bound}"))
    if min(certificate.gap, certificate.proven_gap) < 0:
        found.append(_finding("gap", "上界低于方案价值"))
    total = Money.total(level.amount for level in allocation.levels)
    if total + allocation.unallocated != facts.ceiling:
        found.append(_finding("total", f"分配合计{total}元加未分配{allocation.unallocated}元不等于总额"))
    return tuple(found)


def program_digest(program: Program) -> str:
    """Return the digest of the integer program: options with worth and uses, rows with limits."""
    return digest(
        {
            "rows": [[row.code, str(row.limit)] for row in program.rows],
            "groups": [
                [
                    group.code,
                    [[o.code, str(o.worth), {k: str(v) for k, v in o.uses.items()}] for o in group.options],
                ]
                for group in program.groups
            ],
        }
    )


_Choices = list[tuple[CeilingLine, LevelChoice]]


def _solve(program: Program, facts: CeilingFacts, rules: CutRules) -> Solution:
    best = solve(program, node_limit=rules.ceiling.node_limit)
    if best is None:
        rows = conflict(program, node_limit=rules.ceiling.node_limit)
        raise Invalid("ceiling.conflict", _why(rows, program, facts, rules), rows="；".join(rows))
    return best


def _chosen(facts: CeilingFacts, rules: CutRules, chosen: Sequence[int]) -> _Choices:
    return [(line, choices_of(line, rules)[i]) for line, i in zip(in_order(facts), chosen, strict=True)]


def _line_level(line: CeilingLine, choice: LevelChoice) -> LineLevel:
    return LineLevel(
        line=line.line,
        level=choice.level,
        amount_ratio=choice.amount_ratio,
        amount=choice.amount,
        ceiling_cut=line.amount - choice.amount,
        worth=choice.worth,
    )


def _read_levels(
    facts: CeilingFacts, rules: CutRules, allocation: Allocation
) -> tuple[tuple[int, ...], list[Finding]]:
    stored = {level.line: level for level in allocation.levels}
    chosen: list[int] = []
    found: list[Finding] = []
    for line in in_order(facts):
        levels = [_line_level(line, choice) for choice in choices_of(line, rules)]
        if stored.get(line.line) in levels:
            chosen.append(levels.index(stored[line.line]))
        else:
            found.append(_finding("level", f"{line.line}的安排不是规则允许的档次", line.line))
    if len(stored) != len(facts.lines) or len(allocation.levels) != len(facts.lines):
        found.append(_finding("level", "安排的项目与限额分配的项目不一致"))
    return tuple(chosen), found


def _runner_up(
    program: Program, facts: CeilingFacts, rules: CutRules, *, best: Solution
) -> Alternative | None:
    second = solve(program, node_limit=rules.ceiling.node_limit, exclude=[best])
    if second is None:
        return None
    return _alternative(
        _chosen(facts, rules, best.chosen),
        _chosen(facts, rules, second.chosen),
        worth_lost=best.worth - second.worth,
    )


def _alternative(here: _Choices, there: _Choices, *, worth_lost: int) -> Alternative:
    return Alternative(
        worth_lost=worth_lost,
        changes=tuple(
            LevelChange(line=line.line, amount=choice.amount, other_amount=other.amount)
            for (line, choice), (_, other) in zip(here, there, strict=True)
            if choice.amount != other.amount
        ),
    )


def _per_wan(price: Decimal) -> Decimal:
    return (price * MoneyUnit.WAN.fen).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _why(rows: Sequence[str], program: Program, facts: CeilingFacts, rules: CutRules) -> str:
    """Say in words which rules cannot hold together, with the amounts."""
    limits = {row.code: row.limit for row in program.rows}
    reasons = [_row_in_words(code, limits[code], facts, rules) for code in rows]
    return "以下规则不能同时满足：" + "；".join(reasons) + "。请调整保底金额、份额、必保项目或总额后重新分配"


def _row_in_words(code: str, limit: int, facts: CeilingFacts, rules: CutRules) -> str:
    kind, _, subject = code.partition(" ")
    if kind == "pair":
        return f"项目{subject.replace(' ', '与')}二选一"
    lines = [line for line in facts.lines if kind == CEILING_ROW or line.department == subject]
    if kind == "minimum":
        most = Money.total(line.amount for line in lines)
        return f"部门{subject}的最低份额为{Money(-limit)}元（其项目全额合计{most}元）"
    least = {line: choices_of(line, rules)[-1].amount for line in lines}
    total, allowed = Money.total(least.values()), Money(limit)
    name = "总额扣除异议预留后可分配" if kind == CEILING_ROW else f"部门{subject}的最高份额为"
    text = f"{name}{allowed}元，各项目必须保障的金额合计{total}元"
    if total > allowed:
        largest = sorted(
            (line for line in lines if least[line]), key=lambda line: (-least[line].fen, line.line)
        )[:5]
        text += f"，超出{total - allowed}元，最大的几项为" + "、".join(
            f"{line.line}“{line.name}”{least[line]}元" for line in largest
        )
    return text


def _finding(rule: str, message: str, line: str = "") -> Finding:
    return Finding(f"allocation.{rule}", Severity.ERROR, Where(pointer=f"/levels/{line}"), message)
