"""The totals of an assessment done again from its trace by plain arithmetic: no part of the engine is used."""

import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_results import UnitResult
from budgetperf.scoring.assessment_trace import traced_rules, traced_units


def rounded(value: Fraction, places: int) -> Decimal:
    fine = Decimal(value.numerator) / Decimal(value.denominator)
    return fine.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def year(part: Mapping[str, Any], marks: Sequence[Mapping[str, str]]) -> Fraction:
    """Means over raters of a group, over groups by weight, over periods by weight."""
    periods = {p["key"]: Fraction(p["weight"]) for p in part.get("periods", {}).get("periods", [])}
    raters = part.get("raters", {}).get("groups", [{"key": "", "weight": "1", "drop": 0}])
    found: dict[str, Fraction] = {}
    for period in {mark["period"] for mark in marks}:
        total = weights = Fraction(0)
        for group in raters:
            given = sorted(
                Fraction(mark["points"])
                for mark in marks
                if mark["period"] == period and mark["rater"].split("/")[0] == group["key"]
            )
            if given:
                kept = given[group["drop"] : len(given) - group["drop"]]
                total += Fraction(group["weight"]) * sum(kept) / len(kept)
                weights += Fraction(group["weight"])
        found[period] = total / weights
    weight = {period: periods.get(period, Fraction(1)) for period in found}
    return sum((weight[p] * found[p] for p in found), Fraction(0)) / sum(weight.values())


def company(track: Mapping[str, Any], group: str) -> str:
    above = {each["key"]: each.get("within") or each["key"] for each in track["groups"]}
    return str({"group": group, "parent": above[group], "track": track["key"]}[track["ranking"]["scope"]])


def forced(part: Mapping[str, Any], years: Mapping[str, Fraction], unit: str) -> Fraction:
    """Points of the band a unit stands in, equal units by the first of them."""
    bands = part["bands"]
    assert (bands["ties"], bands["rounding"]) == ("upper", "nearest")
    place = 1 + sum(other > years[unit] for other in years.values())
    for band in bands["bands"]:
        if place <= int(Fraction(band["up_to"]) * len(years) + Fraction(1, 2)):
            return Fraction(band["points"])
    raise AssertionError(unit)


def side_points(side: Mapping[str, Any], claims: Sequence[Mapping[str, str]]) -> Decimal:
    total = Decimal(0)
    for family in side["families"]:
        awards: dict[tuple[str, str], Decimal] = {}
        for number, claim in enumerate(claims):
            for item in family["items"]:
                if item["key"] == claim["item"]:
                    worth = Decimal(item.get("points", "1")) * Decimal(claim["value"])
                    ladder = (item["ladder"], claim["award"]) if item["ladder"] else ("", str(number))
                    awards[ladder] = max(awards.get(ladder, Decimal(0)), worth)
        points = sum(awards.values(), Decimal(0))
        total += min(points, Decimal(family.get("cap", points)))
    return min(total, Decimal(side.get("cap", total)))


def demand_by_hand(rules: AssessmentRules, results: Sequence[UnitResult]) -> None:
    """Refuse any part, bonus, penalty or total that the trace does not lead to."""
    told = json.dumps([traced_rules(rules), list(traced_units(results))], ensure_ascii=False)
    laid_open, units = json.loads(told)
    tracks = {track["key"]: track for track in laid_open["tracks"]}
    years: dict[tuple[str, str, str], dict[str, Fraction]] = {}
    for unit in units:
        track = tracks[unit["track"]]
        for part, rule in zip(unit["components"], track["components"], strict=False):
            if part["marks"]:
                key = (track["key"], part["key"], company(track, unit["group"]))
                years.setdefault(key, {})[unit["unit"]] = year(rule, part["marks"])
    for unit in units:
        if unit["total"] is None:
            continue
        track = tracks[unit["track"]]
        total = whole = Fraction(0)
        for part, rule in zip(unit["components"], track["components"], strict=True):
            if part["points"] is None:
                assert not part["marks"]
                continue
            group = years[track["key"], part["key"], company(track, unit["group"])]
            full = Fraction(rule["scheme"]["total"] if "scheme" in rule else rule["out_of"])
            share = group[unit["unit"]] / full
            if "bands" in rule:
                share = forced(rule, group, unit["unit"]) / Fraction(rule["out_of"])
            assert Decimal(part["points"]) == rounded(Fraction(part["out_of"]) * share, track["places"])
            total += Fraction(part["points"]) * Fraction(part["factor"])
            whole += Fraction(part["out_of"]) * Fraction(part["factor"])
        total *= Fraction(track["total"]) / whole  # parts that do not apply leave theirs to the others
        for name in ("bonus", "penalty"):
            side = track["adjustments"].get(name)
            expected = side_points(side, unit["claims"]) if side else Decimal(0)
            assert Decimal(unit[name]) == expected
        adjusted = Decimal(unit["bonus"]) - Decimal(unit["penalty"])
        total += Fraction(adjusted) * Fraction(track["adjustment_factor"])
        assert Decimal(unit["total"]) == max(rounded(total, track["places"]), Decimal(0))
