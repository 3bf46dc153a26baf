"""The pages of an assessment: result notice and score trace of one unit, ranking table of all.

They carry results as a campaign computed them, under the words of its scheme; nothing is decided here.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from budgetperf.reports.models import Footer


@dataclass(frozen=True, slots=True)
class PartPoints:
    """One printed part of a total; ``points`` None where it does not apply to the unit."""

    label: str
    points: Decimal | None
    out_of: Decimal
    factor: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """The result of one unit or person.

    Parameters
    ----------
    code, name, group : str
    parts : tuple of PartPoints
        In the order of the scheme; empty for who was not assessed.
    bonus, penalty : Decimal
        Both written positive.
    total : Decimal or None
        None for who was not assessed.
    rank : int or None
    grade : str
        As printed.
    consequences, reasons : tuple of str
    """

    code: str
    name: str
    group: str
    parts: tuple[PartPoints, ...]
    bonus: Decimal
    penalty: Decimal
    total: Decimal | None
    rank: int | None
    grade: str
    consequences: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdjustedLine:
    """A bonus or penalty that counted: which side, which item, how many, what for."""

    side: str
    label: str
    value: Decimal
    award: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentNoticePage:
    """考评结果通知书 of one unit or person.

    Parameters
    ----------
    campaign : str
        Name of the campaign.
    subject : str
        Subject of the unit's records; its figures are addressed under it.
    state : str
        How far the result is: published, final, approved.
    line : ResultLine
    track, ranked_in : str
        Kind of unit, and the company its rank is counted in.
    adjusted : tuple of AdjustedLine
    vetoes : tuple of str
    appeal : str
        To whom and until when it may be appealed against.
    issuer : str
    issued_on : date
    footer : Footer
    """

    campaign: str
    subject: str
    state: str
    line: ResultLine
    track: str
    ranked_in: str
    adjusted: tuple[AdjustedLine, ...]
    vetoes: tuple[str, ...]
    appeal: str
    issuer: str
    issued_on: date
    footer: Footer


@dataclass(frozen=True, slots=True)
class RankingTable:
    """Units ranked together, best first: kind of unit, name of the company, its parts, its lines."""

    track: str
    company: str
    parts: tuple[str, ...]
    lines: tuple[ResultLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRankingPage:
    """考评结果排名表 of a campaign, a table for each company of units ranked together."""

    campaign: str
    subject: str
    state: str
    note: str
    tables: tuple[RankingTable, ...]
    footer: Footer


@dataclass(frozen=True, slots=True)
class TraceBlock:
    """One step from marks to result.

    Parameters
    ----------
    title : str
    rule : str
        What the edition says, with its clause.
    columns : tuple of (title, width)
        Widths in proportion; the columns of numbers have the widths below 60.
    rows : tuple of tuple of str
    sums : tuple of str
        The arithmetic, line by line.
    """

    title: str
    rule: str
    columns: tuple[tuple[str, int], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    sums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentTracePage:
    """考评计分明细 of one unit or person: every mark, weight, formula and clause up to the total."""

    campaign: str
    subject: str
    state: str
    line: ResultLine
    track: str
    blocks: tuple[TraceBlock, ...]
    footer: Footer
