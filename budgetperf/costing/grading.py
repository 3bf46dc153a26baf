"""How far a baseline may be believed, and what a request may be cut by because of it.

The grade limits are this system's convention (no published figure exists); they stand here in
one table. Rules of the budget (protections, order of grounds) belong to ``budget``.
"""

from dataclasses import dataclass
from decimal import Decimal

from budgetperf.money import ZERO, Money
from budgetperf.terms import Term


class EvidenceGrade(Term):
    """Strength of the evidence behind a figure."""

    A = "A", "证据充分"
    B = "B", "证据较充分"
    C = "C", "证据有限"


@dataclass(frozen=True, slots=True)
class GradeRule:
    """What a grade asks for: units per driver, share of log cost explained, half width of the band."""

    grade: EvidenceGrade
    units_per_driver: int
    fit_ratio: Decimal
    half_width_ratio: Decimal


GRADE_RULES = (
    GradeRule(EvidenceGrade.A, 20, Decimal("0.80"), Decimal("0.25")),
    GradeRule(EvidenceGrade.B, 10, Decimal("0.50"), Decimal("0.60")),
)


def evidence_grade(
    *, units_per_driver: Decimal, fit_ratio: Decimal, half_width_ratio: Decimal, sound: bool
) -> EvidenceGrade:
    """Return the best grade whose three limits are all met; C when none is, or when not sound.

    Parameters
    ----------
    units_per_driver : Decimal
        Units of the panel divided by drivers; their further years do not count.
    fit_ratio : Decimal
        Squared correlation of log cost and its fit, the worst of the methods, 0 to 1.
    half_width_ratio : Decimal
        (upper - lower) / (2 point) of the band.
    sound : bool
        The methods agree, the target lies within the range of the panel, and nothing found is an error.
    """
    if not sound:
        return EvidenceGrade.C
    for rule in GRADE_RULES:
        if (
            units_per_driver >= rule.units_per_driver
            and fit_ratio >= rule.fit_ratio
            and half_width_ratio <= rule.half_width_ratio
        ):
            return rule.grade
    return EvidenceGrade.C


@dataclass(frozen=True, slots=True)
class CostJudgement:
    """What a baseline says about one request.

    Parameters
    ----------
    above : tuple of str
        Methods whose own upper bound the request exceeds.
    excess : Money
        Request minus the upper bound of the band; zero unless ``may_cut``.
    may_cut : bool
        Cost may be a ground for cutting.
    reason : str
        One Chinese sentence.
    """

    above: tuple[str, ...]
    excess: Money
    may_cut: bool
    reason: str


def judge(
    request: Money,
    *,
    upper: Money,
    uppers: tuple[tuple[str, Money], ...],
    n_families: int,
    methods_agree: bool,
    grade: EvidenceGrade,
) -> CostJudgement:
    """Say whether cost is a ground for cutting ``request``, and by how much.

    Notes
    -----
    All of: the request is above the upper bound of the band (which is above the upper bound of
    every method); at least two method families were fitted; they agree; the grade is A or B.
    """
    above = tuple(name for name, bound in uppers if request.fen > bound.fen)
    if request.fen <= upper.fen:
        reason = "金额未超过成本绩效基线上限，不作成本核减"
    elif n_families == 0:
        reason = "按特殊情形单独处理，不作成本核减"
    elif n_families < 2:
        reason = "只有一类测算方法，不得单独据以核减，请补充另一类方法"
    elif not methods_agree:
        reason = "各方法的区间没有共同部分，结论不一致，请人工复核"
    elif grade is EvidenceGrade.C:
        reason = "证据等级为C，仅供参考，不作成本核减"
    else:
        excess = request - upper
        text = f"金额{request}元，超过基线上限{upper}元，{len(uppers)}种方法均判为超出，可核减{excess}元"
        return CostJudgement(above, excess, may_cut=True, reason=text)
    return CostJudgement(above, ZERO, may_cut=False, reason=reason)
