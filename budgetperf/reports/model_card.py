"""The model card (模型说明) in plain Chinese: what was computed, from what, how sure it is, how to get it again.

Each row is a label, the value, and what the value means for somebody who is no statistician. Reads
the card and the facts of a package, computes nothing but percentages of what stands there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from budgetperf.costing.panel import CostPanel, DriverSpec
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.rounding import p_value_text
from budgetperf.costing.words import DriverRole, OutlierRule
from budgetperf.money import Money
from budgetperf.provenance import DecisionPackage, Json

_TENTH = Decimal("0.1")
SHARES = frozenset({"比例", "占比", "比率", "份额"})
EFFECT, CORRECTION = "的影响", "的修正"
MORE = Decimal("1.1")
"""Elasticities are told for a driver that grows by ten per cent."""
STEEPEST, MOST = Decimal(1000), Decimal(1_000_000)
"""An estimate, and a change in per cent, beyond which nothing is counted: nearly collinear drivers."""


@dataclass(frozen=True, slots=True)
class CardRow:
    """A row of the card; ``group`` is what it is about: the data, a method, the making.

    ``driver`` is the driver whose name begins the label; empty for other rows.
    """

    group: str
    label: str
    value: str
    meaning: str
    driver: str = ""

    @property
    def kind(self) -> str:
        """The label without the driver."""
        return self.label.removeprefix(self.driver)


def card_rows(
    package: DecisionPackage,
    panel: CostPanel,
    card: Mapping[str, Json],
    *,
    prices: PriceIndex | None,
    digest: str,
    source: str,
) -> tuple[CardRow, ...]:
    """Return the card of a package.

    Parameters
    ----------
    package : DecisionPackage
    panel : CostPanel
        As filed.
    card : mapping
        ``result["card"]``.
    prices : PriceIndex or None
    digest : str
        Of the package as it is kept.
    source : str
        The edition's main document; left out when empty.
    """
    facts = _mapping(package.facts)
    spec = _mapping(facts["spec"])
    rows = [*_sample(panel, card, prices), *_rule(card, spec, facts)]
    for method in _sequence(card["methods"]):
        rows += _method(_mapping(method), panel, card)
    return (*rows, *_making(package, card, digest=digest, source=source))


def _sample(panel: CostPanel, card: Mapping[str, Json], prices: PriceIndex | None) -> Iterator[CardRow]:
    group, spec = "数据", panel.spec
    first, last = (str(year) for year in _sequence(card["years"]))
    years = f"{first}年" if first == last else f"{first}至{last}年"
    yield CardRow(
        group, "服务与成本", f"{spec.service}：{spec.cost_label}", "基线回答：做这么多工作，成本应是多少"
    )
    count = f"{card['n_dmus']}个单元、{card['n_rows']}行，{years}"
    yield CardRow(group, "参加测算的数据", count, "每个单元每年一行；被剔除的不在其内")
    for driver in spec.drivers:
        yield CardRow(group, "成本动因", f"{driver.label}（{driver.uom}）", _role(driver))
    if prices is not None:
        text = f"{prices.code}，折为{spec.base_year}年价格"
        yield CardRow(group, "价格指数", text, f"先扣除物价变动再比较；来源：{prices.source}")
    else:
        told = f"已按{panel.price_index}折算" if panel.price_index else "未折算"
        yield CardRow(group, "价格", told, "各年成本直接比较" if not panel.price_index else "报送前已折算")


def _role(driver: DriverSpec) -> str:
    role = "当地条件，单位自己改变不了" if driver.role is DriverRole.CONDITION else "工作量"
    if not driver.logged and driver.role is DriverRole.WORK:
        role = "占比或标志"
    return f"{role}；{'取对数，按比例起作用' if driver.logged else '按水平值起作用'}"


def _rule(card: Mapping[str, Json], spec: Mapping[str, Json], facts: Mapping[str, Json]) -> Iterator[CardRow]:
    group = "规则"
    names = [f"{_mapping(one)['label']}（{_mapping(one)['family']}）" for one in _sequence(card["methods"])]
    yield CardRow(group, "测算方法", "、".join(names), "各算一遍；至少两类方法，才可据以核减")
    yield CardRow(group, "合成办法", str(card["reconciliation"]), "高于区间上限，就是高于每一种方法的上限")
    level = _percent(_decimal(card["level"]))
    yield CardRow(
        group,
        "区间的置信水平",
        level,
        f"方法的假设成立时，约{level}的情形落在各方法自己的区间内；合成区间更宽",
    )
    yield _screening(spec)
    rounding = Money(int(str(card["rounding_fen"])))
    yield CardRow(group, "取整", f"{rounding}元", "基线与区间四舍五入到它的整数倍，只在最后一步")
    if spec.get("calibration"):
        total = facts.get("payable_total")
        told = f"{Money(int(str(_mapping(total)['fen'])))}元" if total else "最近一年各单位成本之和"
        yield CardRow(
            group,
            "应付总额校准",
            f"{card['calibration']}；应付总额：{told}",
            "各单位应付额之和等于应付总额，一分不差",
        )
    for factor in map(_mapping, _sequence(facts.get("factors", ()))):
        yield CardRow(
            group,
            "特殊因素",
            f"{factor['dmu']}：{factor['label']}",
            "先从成本中扣除再测算，算完加回本单位的基线",
        )


def _screening(spec: Mapping[str, Json]) -> CardRow:
    rule = spec.get("screening")
    if not rule:
        return CardRow("规则", "异常值", "未作剔除", "全部数据参加测算")
    found = _mapping(rule)
    most = f"，最多{found['at_most']}行" if found.get("at_most") else ""
    value = (
        f"{OutlierRule(str(found['rule'])).label}，显著性水平{_percent(Decimal(str(found['alpha'])))}{most}"
    )
    return CardRow("规则", "异常值", value, "事先定下，由检验判定，人不能挑选；名单见剔除清单")


# ------------------------------------------------------------------ a method


def _method(method: Mapping[str, Json], panel: CostPanel, card: Mapping[str, Json]) -> Iterator[CardRow]:
    group, found = str(method["label"]), _mapping(method["result"])
    ratio = f"{(100 * _decimal(method['fit_ratio'])).quantize(_TENTH, ROUND_HALF_UP)}%"
    yield CardRow(group, "拟合程度", ratio, f"成本（对数）的高低，有{ratio}与该方法的拟合一致")
    yield from _estimates(group, panel, found)
    if found.get("conditions"):
        yield from _conditions(group, panel, _mapping(found["conditions"]), n=_decimal(found["n"]))
    for key, (label, meaning) in FIGURES.items():
        if found.get(key) not in (None, ""):
            yield CardRow(group, label, _written(found[key]), meaning)
    for key in sorted(found.keys() - FIGURES.keys() - TOLD_OTHERWISE):
        yield CardRow(group, key, _written(found[key]), "见决策包")
    test = found.get("heteroskedasticity")
    if test:
        yield _heteroskedasticity(group, _mapping(test))
    level = _percent(_decimal(card["level"]))
    yield CardRow(group, "区间的算法", f"{found.get('interval', '—')}", f"置信水平{level}")


def _estimates(group: str, panel: CostPanel, found: Mapping[str, Json]) -> Iterator[CardRow]:
    """Tell each coefficient, in the order of the drivers, as what the cost does when its driver grows."""
    for driver, line in _by_driver(panel, found):
        yield CardRow(
            group,
            f"{driver.label}{EFFECT}",
            _coefficient(line),
            _effect(driver, _decimal(line["estimate"])),
            driver.label,
        )


def _conditions(group: str, panel: CostPanel, found: Mapping[str, Json], *, n: Decimal) -> Iterator[CardRow]:
    """Tell what local conditions explain of the scores of an envelope: what lowers a score raises the cost."""
    for driver, line in _by_driver(panel, found):
        effect = _effect(driver, -_decimal(line["estimate"]), than="比标杆")
        yield CardRow(group, f"{driver.label}{CORRECTION}", _coefficient(line), effect, driver.label)
    out = f"{n - _decimal(found['n'])}行"
    yield CardRow(group, "修正未采用的数据", out, "按异常值规则，修正系数不用它们估计，但它们同样得到修正")


def _by_driver(
    panel: CostPanel, found: Mapping[str, Json]
) -> Iterator[tuple[DriverSpec, Mapping[str, Json]]]:
    estimates = _mapping(found.get("estimates") or {})
    for driver in panel.spec.drivers:
        line = estimates.get(f"log({driver.code})" if driver.logged else driver.code)
        if line and _mapping(line).get("estimate") is not None:
            yield driver, _mapping(line)


def _coefficient(line: Mapping[str, Json]) -> str:
    if line.get("lower") is not None:
        return f"{line['estimate']}（{line['lower']}至{line['upper']}）"
    error = line.get("std_error") or line.get("bootstrap_sd")
    return f"{line['estimate']}（标准误{error}）" if error else str(line["estimate"])


def _effect(driver: DriverSpec, estimate: Decimal, *, than: str = "") -> str:
    estimate = max(-STEEPEST, min(estimate, STEEPEST))
    if driver.logged:
        step, ratio = "10%", MORE**estimate - 1
    else:
        share = driver.uom in SHARES
        step = str(_TENTH) if share else f"1{driver.uom}"
        ratio = (estimate * (_TENTH if share else 1)).exp() - 1
    grows = f"{than}每高" if than else "每增加"
    return f"{driver.label}{grows}{step}，成本约{_change(ratio)}（其他动因不变）"


def _change(ratio: Decimal) -> str:
    """Write a change as words, with two significant digits where it is tiny."""
    percent = abs(ratio * 100)
    if not percent:
        return "不变"
    if percent > MOST:
        return f"{'增加' if ratio > 0 else '减少'}超过{MOST}%"
    places = max(1, 1 - percent.adjusted())
    return f"{'增加' if ratio > 0 else '减少'}{percent.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)}%"


def _heteroskedasticity(group: str, test: Mapping[str, Json]) -> CardRow:
    if test.get("p_value") is None:
        return CardRow(group, "离散程度检验", "未作", str(test.get("reason", "")))
    p_value = _decimal(test["p_value"])
    told = (
        "离散程度随规模变化，误差已用稳健算法，预测区间是平均宽度"
        if p_value < Decimal("0.05")
        else "没有发现离散程度随规模变化"
    )
    return CardRow(group, "离散程度检验", p_value_text(p_value), told)


TOLD_OTHERWISE = {"estimates", "conditions", "heteroskedasticity", "interval", "n", "df", "r2", "check_loss"}
"""Parts of a method's card with words of their own, or which another row tells."""

FIGURES: Mapping[str, tuple[str, str]] = {
    "tau": ("分位点", "以同等条件下第几成的成本为准；0.5即中位水平"),
    "covariance": ("误差的算法", "不假设各单元波动相同；按单位聚类的，还考虑同一单元多年相关"),
    "n_clusters": ("聚类数", "误差按单元计算，一个单元多年只算一份独立信息"),
    "residual_sd": ("残差标准差", "同等条件的单元之间，成本（对数）通常相差多少"),
    "smearing": ("反对数修正", "由对数换回金额时乘的系数，否则平均成本会偏低"),
    "condition_number": ("条件数", "数值稳定程度；动因远离零也会变大，不等于动因相关，超过10万系数才取决于舍入。是否高度相关见“诊断”"),
    "pseudo_r2": ("伪决定系数", "加入动因后，分位数损失减少的比例"),
    "distribution": ("无效率的分布", "对“浪费”形状的假设，结果与之有关"),
    "sigma_u": ("无效率的离散程度", "越大，单元之间的浪费相差越大"),
    "sigma_v": ("偶然波动的离散程度", "越大，越难分清浪费与运气"),
    "log_likelihood": ("对数似然", "拟合好坏的尺度，只用于比较同一数据的模型"),
    "sum_of_squares": ("残差平方和", "凸回归拟合后剩下的差异，越小拟合越好"),
    "mean_efficiency": ("平均效率", "最低所需成本与实际成本之比的平均，1为最好"),
    "returns": ("规模报酬", "大小单元能否按比例放大缩小来比较"),
    "outputs": ("工作量", "按这些工作量寻找花钱最少的组合"),
    "n_efficient": ("效率为1的行数", "没有别的单元或组合能以更少的钱做同样多的工作"),
    "n_draws": ("自助抽样次数", "区间由反复抽样得到，次数越多越稳"),
}  # fmt: skip


# ---------------------------------------------------------------- the making


def _making(
    package: DecisionPackage, card: Mapping[str, Json], *, digest: str, source: str
) -> Iterator[CardRow]:
    group = "可复算性"
    yield CardRow(group, "规则版本", package.edition, f"文件摘要{package.edition_digest}")
    if source:
        yield CardRow(group, "规则依据", source, "规则版本所依据的文件")
    yield CardRow(group, "方法版本", str(card["method"]), "程序的算法版本，旧版本照旧可以复算")
    yield CardRow(group, "随机种子", str(card["seed"]), "抽样由它决定，重算得到同样的数")
    if package.environment:
        yield CardRow(group, "数值环境", package.environment, "同一环境逐字相同；别处由取整吸收末位差异")
    yield CardRow(group, "决策包摘要", digest, "本页各数的依据，可用 ./bp recompute 复算")


def _percent(ratio: Decimal) -> str:
    return f"{(ratio * 100).quantize(_TENTH, ROUND_HALF_UP).normalize():f}%"


def _decimal(value: Json) -> Decimal:
    return Decimal(str(value))


def _written(value: Json) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _mapping(value: Json) -> Mapping[str, Json]:
    assert isinstance(value, Mapping)
    return value


def _sequence(value: Json) -> tuple[Json, ...]:
    assert isinstance(value, list | tuple)
    return tuple(value)
