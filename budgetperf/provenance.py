"""Where a number comes from: sources, canonical JSON, digests and decision packages.

A *decision package* holds everything needed to recompute one result (a light, a score, a
grade, a baseline, a cut, a limit) of one evaluand and period on another machine, years later.
It is frozen; a correction is a new package.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import rfc8785

from budgetperf.money import Money
from budgetperf.terms import Term

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"


class SourceStatus(Term):
    """How sure we are of a rule's wording."""

    PUBLISHED = "published", "公开发布"
    PRACTICE = "practice", "实务做法"
    TO_CONFIRM = "to_confirm", "待核实"
    OURS = "ours", "本系统约定"


@dataclass(frozen=True, slots=True)
class Source:
    """The document behind a rule or figure.

    Parameters
    ----------
    document, number, clause : str
        Title, document number (文号) and clause; empty where there is none.
    status : SourceStatus
    """

    document: str
    number: str = ""
    clause: str = ""
    status: SourceStatus = SourceStatus.TO_CONFIRM

    def __str__(self) -> str:
        words = "，".join(part for part in (self.document, self.number, self.clause) if part)
        return f"{words}（{self.status.label}）"


def plain(value: object) -> Json:
    """Turn a value into what canonical JSON may hold.

    Decimal, Money, dates and terms become strings (money as integer fen text); floats are
    refused: a result is rounded by a named rule before it is recorded.

    Raises
    ------
    TypeError
        For floats and unknown types.
    ValueError
        For a Decimal that is no number, and for keys that are equal once they are text.
    """
    match value:
        case None | bool() | int():
            return value
        case list() | tuple():
            return [plain(item) for item in value]
        case Mapping():
            return _plain_mapping(value)
    return _plain_text(value)


def _plain_mapping(value: Mapping[object, object]) -> Json:
    found = {str(key): plain(item) for key, item in value.items()}
    if len(found) != len(value):
        raise ValueError("keys are equal once they are text")
    return found


def _plain_text(value: object) -> str:
    match value:
        case str():
            return str(value)
        case Money():
            return str(value.fen)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case Decimal():
            raise ValueError(f"{value} is not a number")
        case datetime() | date():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: object) -> bytes:
    """Return the RFC 8785 bytes of ``plain(value)``."""
    return rfc8785.dumps(plain(value))


def digest(value: object) -> str:
    """Return the SHA-256, in hex, of the canonical JSON of ``value``."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


class DecisionKind(Term):
    """What a decision package decides."""

    EXANTE = "exante", "事前评估结论"
    LIGHT = "light", "监控亮灯"
    SCORE = "score", "绩效评分"
    GRADE = "grade", "绩效等级"
    BASELINE = "baseline", "成本绩效基线"
    MOVEMENT = "movement", "特殊因素影响"
    BENEFIT = "benefit", "成本效益分析"
    CUT = "cut", "预算核减"
    ALLOCATION = "allocation", "限额分配"
    LIMIT = "limit", "预算控制数"
    ASSESSMENT = "assessment", "年度考评"


@dataclass(frozen=True, slots=True)
class DecisionPackage:
    """Facts, rule and result of one decision, ready to be recomputed.

    Parameters
    ----------
    kind : DecisionKind
    subject : str
        Code of the evaluand (or of the panel or limit round) it is about.
    period : str
        Fiscal year, or year and quarter: ``"2025"``, ``"2025Q3"``.
    edition : str
        Id of the rule edition, e.g. ``"national/self_evaluation/2020-02-25"``.
    edition_digest : str
        SHA-256 of that edition's file.
    method : str
        Name and version of the code path, e.g. ``"scoring.score/1"``.
    facts, result : Json
        What went in and what came out; no floats.
    seed : int or None
    environment : str
        The numeric environment for floating-point methods, else empty.
    """

    kind: DecisionKind
    subject: str
    period: str
    edition: str
    edition_digest: str
    method: str
    facts: Json
    result: Json
    seed: int | None = None
    environment: str = ""

    @property
    def inputs_digest(self) -> str:
        """SHA-256 over what was decided on: equal wherever the same is recomputed, whatever the environment."""
        return digest(
            {
                "kind": self.kind,
                "subject": self.subject,
                "period": self.period,
                "edition": self.edition,
                "edition_digest": self.edition_digest,
                "method": self.method,
                "facts": self.facts,
                "seed": self.seed,
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 over inputs, environment and result; printed in the footer of every report."""
        return digest({"inputs": self.inputs_digest, "environment": self.environment, "result": self.result})
