"""A build as a draft edition: strict YAML for the rulebook, for people to read, change and publish.

Writes text and decides nothing: the status of every figure is ``ours``, and the text says how and
when it was computed. Imports nothing heavy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import yaml

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction, plain_number
from budgetperf.provenance import Json, SourceStatus
from budgetperf.statistics.form import IndexSpec
from budgetperf.statistics.methods import WeightMethod
from budgetperf.statistics.records import IndexOutcome, WeightLine

KIND = "composite_index"
TOTAL = Decimal(100)
PLACES = 2
_UNIT = Decimal(1).scaleb(-PLACES)
_SPOILS = {WeightMethod.AHP: "statistics.inconsistent", WeightMethod.FACTOR: "statistics.heywood"}
"""The error that makes the weights of a method unfit for use."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft edition: where it belongs under a rulebook's root, and its text."""

    path: str
    text: str


def draft_of(outcome: IndexOutcome, spec: IndexSpec, *, computed_on: date) -> Draft:
    """Write the weights of ``spec.method`` as a draft edition.

    Raises
    ------
    Invalid
        ``statistics.unsound`` when an error was found in that method; ``statistics.no_weights`` when
        it could not be computed; ``statistics.zero_weight`` when an indicator's weight rounds to 0 points.
    """
    if found := [item.message for item in outcome.findings if item.code == _SPOILS.get(spec.method)]:
        text = f"“{spec.method.label}”尚有错误，不能据以起草：{'；'.join(found)}"
        raise Invalid("statistics.unsound", text)
    chosen = {line.indicator.name: line.weights.get(spec.method) for line in outcome.weights}
    weights = {name: weight for name, weight in chosen.items() if weight is not None}
    if len(weights) < len(chosen):
        raise Invalid(
            "statistics.no_weights", f"“{spec.method.label}”未能算出，不能据以起草，请改选其他权重或补充数据"
        )
    points = whole_points(weights)
    if nil := [name for name, share in points.items() if share == 0]:
        raise Invalid(
            "statistics.zero_weight",
            f"“{'”“'.join(nil)}”的权重不足{plain_number(_UNIT)}分，请改选其他权重或从候选指标中删去",
        )
    body = yaml.dump(
        _edition(outcome, spec, points, computed_on),
        Dumper=_Plain,
        allow_unicode=True,
        sort_keys=False,
        width=10_000,
    )
    head = (
        f"# 由指标体系测算写出（{computed_on.isoformat()}）。\n"
        "# 各项分值为本系统测算结果，须经制度管理人员核定；算例按最小—最大法的定义写出。\n"
    )
    return Draft(f"{spec.jurisdiction}/{KIND}/{spec.valid_from.isoformat()}.yaml", head + body)


def whole_points(
    weights: Mapping[str, Decimal], *, total: Decimal = TOTAL, places: int = PLACES
) -> dict[str, Decimal]:
    """Return weights as points that sum exactly to ``total``.

    Parameters
    ----------
    weights : mapping of str to Decimal
        Not negative, not all zero; any sum.
    total : Decimal
    places : int

    Notes
    -----
    Each share is rounded half up; what is missing or over is given, one last digit each, to those
    with the largest remainder or taken from those rounded up most, at equal remainders in order.

    Examples
    --------
    >>> third = Decimal(1) / 3
    >>> [str(points) for points in whole_points({"a": third, "b": third, "c": third}).values()]
    ['33.34', '33.33', '33.33']
    """
    unit = Decimal(1).scaleb(-places)
    whole = sum(weights.values(), Decimal(0))
    exact = {name: weight * total / whole for name, weight in weights.items()}
    points = {name: share.quantize(unit, ROUND_HALF_UP) for name, share in exact.items()}
    missing = int((total - sum(points.values(), Decimal(0))) / unit)
    step = unit if missing > 0 else -unit
    order = sorted(points, key=lambda name: (points[name] - exact[name]) * missing)
    for name in order[: abs(missing)]:
        points[name] += step
    return points


class _Plain(yaml.SafeDumper):
    """Writes every mapping out: the rulebook takes no aliases."""

    def ignore_aliases(self, _value: object) -> bool:
        return True


def _written(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quote whatever the rulebook's reader might take for a number."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if text[:1] in _NUMERIC else None)


_NUMERIC = tuple("0123456789.+-")
_Plain.add_representer(str, _written)


def _edition(
    outcome: IndexOutcome, spec: IndexSpec, points: Mapping[str, Decimal], computed_on: date
) -> Json:
    keys = {line.indicator.name: f"i{number:02d}" for number, line in enumerate(outcome.weights, 1)}
    source = _source(spec, "各项分值")
    return {
        "title": spec.title,
        "jurisdiction": spec.jurisdiction,
        "kind": KIND,
        "valid_from": spec.valid_from.isoformat(),
        "source": _source(spec, "指标体系"),
        "rules": {
            "source": source,
            "weighting": _weighting(outcome, spec, computed_on),
            "indicators": {
                keys[line.indicator.name]: {
                    "direction": line.indicator.direction.value,
                    "uom": line.indicator.uom,
                }
                for line in outcome.weights
            },
            "scheme": {
                "total": plain_number(TOTAL),
                "places": PLACES,
                "not_applicable": "refuse",
                "dimensions": _dimensions(outcome, points, keys, source),
            },
        },
        "examples": _examples(outcome, points, keys),
    }


def _source(spec: IndexSpec, clause: str) -> Json:
    return {"document": f"{spec.title}测算", "clause": clause, "status": SourceStatus.OURS.value}


def _weighting(outcome: IndexOutcome, spec: IndexSpec, computed_on: date) -> str:
    """Say how and when the weights were computed."""
    cuts = (
        f"隶属度下限{plain_number(spec.membership_cut)}、相关系数上限{plain_number(spec.correlation_bound)}、"
        f"变异系数下限{plain_number(spec.variation_cut)}"
    )
    steps = (
        f"{computed_on.isoformat()}由本系统测算",
        f"{outcome.n_raters}人重要性评分，{len(outcome.survey)}个候选指标",
        f"{cuts}，保留{len(outcome.weights)}个",
        f"{outcome.n_evaluands}个评价对象，采用{spec.method.label}",
        f"权重折为{plain_number(TOTAL)}分，四舍五入到{PLACES}位小数，尾差按最大余数法调整",
    )
    return "；".join(steps)


def _dimensions(
    outcome: IndexOutcome, points: Mapping[str, Decimal], keys: Mapping[str, str], source: Json
) -> list[Json]:
    groups: dict[str, list[WeightLine]] = {}
    for line in outcome.weights:
        groups.setdefault(line.indicator.dimension, []).append(line)
    return [
        {
            "key": f"d{number}",
            "label": label,
            "weight": plain_number(sum((points[line.indicator.name] for line in lines), Decimal(0))),
            "criteria": [
                {
                    "key": keys[line.indicator.name],
                    "label": line.indicator.name,
                    "weight": plain_number(points[line.indicator.name]),
                    "formula": {"name": "min_max", "floor": "0", "equal": "1"},
                    "source": source,
                }
                for line in lines
            ],
        }
        for number, (label, lines) in enumerate(groups.items(), 1)
    ]


def _examples(outcome: IndexOutcome, points: Mapping[str, Decimal], keys: Mapping[str, str]) -> list[Json]:
    """Return what min-max means: the best everywhere 100, the worst 0, halfway half of each weight."""
    best, halfway, worst = (
        {
            keys[line.indicator.name]: plain_number(
                at if line.indicator.direction is Direction.FORWARD else 2 - at
            )
            for line in outcome.weights
        }
        for at in (Decimal(2), Decimal(1), Decimal(0))
    )
    halves = sum(((share / 2).quantize(_UNIT, ROUND_HALF_UP) for share in points.values()), Decimal(0))
    totals = {"甲": f"{TOTAL:.2f}", "乙": f"{halves:.2f}", "丙": "0.00"}
    short = dict(list(best.items())[1:])
    return [
        {
            "name": f"各项最好得满分，各项最差得0分，居中者每项得分值的一半（逐项四舍五入，合计{totals['乙']}）",
            "given": {"group": {"甲": best, "乙": halfway, "丙": worst}},
            "expect": {"totals": totals},
        },
        {
            "name": "有一项没有数据，退回",
            "given": {"group": {"甲": best, "乙": short}},
            "refused": "scoring.facts",
        },
    ]
