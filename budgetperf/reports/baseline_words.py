"""What the findings of a baseline mean for whoever reads it: a title and a plain sentence for each code.

Words only. The findings are made in ``costing``; a test holds this table against them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from budgetperf.costing.words import MethodName
from budgetperf.findings import Finding, Severity
from budgetperf.reports.recorded_words import readable
from budgetperf.terms import Term

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


SHOWN = 10
"""Units listed of a finding where there is little room."""


class Practice(Term):
    """Whose cost a method's line shows."""

    AVERAGE = "average", "一般水平"
    MEDIAN = "median", "中位水平"
    ADVANCED = "advanced", "先进水平"
    DEAR = "dear", "偏高水平"
    BEST = "best", "最佳做法（前沿）"

    @property
    def is_frontier(self) -> bool:
        """Whether few spend less than the line says."""
        return self in {Practice.ADVANCED, Practice.BEST}


UNNAMED = "本规则版本没有采用前沿方法或低于中位的分位数，图中没有先进水平的线"
UNDRAWN = "前沿方法没有给出结果，图中没有先进水平的线"


def practice_of(method: str, tau: Decimal) -> Practice:
    """Return what the line of a method shows; ``tau`` is the edition's quantile."""
    match method:
        case MethodName.DRIVER_REGRESSION:
            return Practice.AVERAGE
        case MethodName.QUANTILE:
            half = Decimal("0.5")
            return Practice.ADVANCED if tau < half else Practice.MEDIAN if tau == half else Practice.DEAR
    return Practice.BEST


@dataclass(frozen=True, slots=True)
class UnitRows:
    """What was found about a unit's rows: year and sentence of each."""

    dmu: str
    rows: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """All of it in a line."""
        return "；".join(f"{year}年 {text}" for year, text in self.rows)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A finding for a reader.

    Parameters
    ----------
    code : str
    severity : Severity
    title : str
        What was found.
    message : str
        The sentences of the findings about no single row; empty where the package keeps the code only.
    meaning : str
        What follows from it for the baseline.
    units : tuple of UnitRows
        The findings about rows, by unit, in their own order.
    """

    code: str
    severity: Severity
    title: str
    message: str
    meaning: str
    units: tuple[UnitRows, ...] = ()

    def of_unit(self, dmu: str) -> "Diagnosis":
        """Return it with the rows of one unit only, and no sentence that may name others."""
        return replace(self, message="", units=tuple(one for one in self.units if one.dmu == dmu))

    @property
    def shown(self) -> tuple[UnitRows, ...]:
        """The units that are listed where there is little room; the workbook lists all."""
        return self.units[:SHOWN]

    @property
    def more(self) -> int:
        """How many units are not."""
        return len(self.units) - len(self.shown)


def title_of(code: str) -> str:
    """Return what a finding is called."""
    return MEANINGS.get(code.removeprefix("costing."), UNKNOWN)[0]


def diagnose(code: str, findings: tuple[Finding, ...] = ()) -> Diagnosis:
    """Return the findings of one code with what they mean; none where only the code is kept."""
    title, severity, meaning = MEANINGS.get(code.removeprefix("costing."), UNKNOWN)
    worst = max((one.severity for one in findings), key=lambda one: one.rank, default=severity)
    whole = [one for one in findings if not _row_of(one)]
    message = "；".join(dict.fromkeys(readable(one.message) for one in whole))
    return Diagnosis(code, worst, title, message, meaning, _by_unit(findings))


def _row_of(finding: Finding) -> tuple[str, str] | None:
    """Return unit and year of a finding about a row of the panel."""
    found = ROW.fullmatch(finding.where.pointer)
    return (found[1], found[2]) if found else None


def _by_unit(findings: tuple[Finding, ...]) -> tuple[UnitRows, ...]:
    """Group findings about rows by unit, each once, without what all of them say and the title says too."""
    told: dict[tuple[str, str, str], None] = {}
    for one in findings:
        if row := _row_of(one):
            dmu, year = row
            told[dmu, year, readable(without_row(one.message, dmu, year).removesuffix(TAIL))] = None
    heads = {text.partition("（")[0] for _, _, text in told}
    alike = len(heads) == 1 and all(text.endswith("）") and "（" in text for _, _, text in told)
    units: dict[str, list[tuple[str, str]]] = {}
    for dmu, year, text in sorted(told, key=lambda row: -_distance(row[2])):
        short = text.partition("（")[2].removesuffix("）") if alike else text
        units.setdefault(dmu, []).append((year, short))
    return tuple(UnitRows(dmu, tuple(sorted(rows))) for dmu, rows in units.items())


def without_row(sentence: str, dmu: str, year: object) -> str:
    """Leave out the unit and the year a recorded sentence begins with: they stand in columns of their own."""
    return sentence.removeprefix(f"{dmu}在{year}年").removeprefix(f"{dmu}{year}年")


def _distance(sentence: str) -> Decimal:
    """How far a row moves the fit, where its sentence says so: the largest are told first."""
    found = DISTANCE.search(sentence)
    return Decimal(found[1]) if found else Decimal(0)


DISTANCE = re.compile(r"Cook\D+(\d+\.\d+)")
TAIL = "，请核对数据；未剔除"  # of sentences that were kept with what their meaning says
ROW = re.compile(r"/rows/(.+)/(\d+)")
UNKNOWN = ("其他发现", WARNING, "请查阅决策包和方法文档")
MEANINGS: Mapping[str, tuple[str, Severity, str]] = {
    # the panel
    "duplicate": ("同一单元同一年有两行", ERROR, "不知以哪一行为准，须先改正再测算"),
    "cost": ("成本不是正数", ERROR, "须先改正再测算"),
    "driver": ("动因缺失或不为正", ERROR, "须先补齐或改正再测算"),
    "rows": ("数据偏少", WARNING, "每个动因不足十行，估计容易受个别单元左右；区间较宽，证据等级会因此降低"),
    "constant": ("数值全都相同", ERROR, "不随单元变化的量说明不了成本高低，须先核对"),
    "unit": ("像是填错了计量单位", ERROR, "与本单元其他年份相差数千倍，须先核对元与万元"),
    "nominal": ("跨年而未折算价格", WARNING, "物价上涨会混入基线，早年的数据显得便宜；宜选用价格指数重新测算"),
    # who was not fitted on
    "screened": ("有数据被剔除", WARNING, "按事先定下的规则判为异常，不参加测算，但仍给出该单元的基线；名单见剔除清单"),
    "treated": ("特殊情形单独处理", NOTE, "不可比，按规则版本写明的办法处理，不据以核减"),
    "treatment": ("特殊情形无法识别", ERROR, "面板所写的名称不在规则版本之内，须先改正"),
    "special_factor_admitted": (
        "已认定特殊因素",
        NOTE,
        "其独有的成本不参加测算，按基线所在年价格折算后加回其基线；其他单元的基线会随模型略有变动",
    ),
    # one target
    "no_answer": ("有方法没有给出结果", WARNING, "其余方法照常调和；因少了一种看法，证据等级记为C"),
    "extrapolation": ("超出样本范围", WARNING, "没有这样大（或小）的单元可比，结果是外推，证据等级记为C，不作成本核减"),
    "methods_disagree": ("各方法结论不一致", WARNING, "各方法的区间没有共同部分，说明选用的方法左右了结论；不作成本核减，宜人工复核"),
    "unit_alone": ("与其他单元相差悬殊", WARNING, "按工作量计的成本与其他单元相差上千倍，多为元与万元混用；请核对"),
    "span": ("同一列相差过大", WARNING, "一列之内相差百万倍以上，多为计量单位不一；请核对"),
    "ill_conditioned": ("动因几乎重复", WARNING, "各系数取决于数据的舍入，不能单独解释；请去掉或合并重复的动因"),
    "wrong_sign": ("系数方向与常理相反", WARNING, "工作量越多成本反而越低，多因动因高度相关或口径有误；请核对后再用"),
    "only_best_practice": ("只有最佳做法类方法", WARNING, "单独使用会误减有效率的单元（见不确定性仿真），证据等级记为C，不作成本核减"),
    # regression
    "collinear": ("动因之间高度相关", WARNING, "合起来的预测仍可用，但各动因各自的影响分不清，不宜单独引用系数"),
    "influence": ("个别数据影响偏大", NOTE, "改动这几行会明显改变结果，请核对其数据；没有剔除"),
    "heteroskedastic": ("离散程度随规模变化", NOTE, "系数的误差已用稳健算法；预测区间是平均宽度，对波动大的单元偏窄、波动小的偏宽"),
    "unclustered": ("同一单元多年未作聚类", WARNING, "同一单元各年并不独立，误差可能被低估"),
    "perfect_fit": ("模型完全拟合", WARNING, "没有残差可以估计误差，区间没有意义；常见于数据是按公式算出来的"),
    "no_unit_effect": ("单元之间没有稳定差异", WARNING, "随机效应与混合回归结果相同"),
    "single_period": ("有单元只有一年", WARNING, "这些单元不提供自身前后比较的信息"),
    # quantile
    "not_unique": ("分位数结果不唯一", NOTE, "有不止一组系数同样好，取其中一组；预测相差很小"),
    "impossible_value": ("有不可能的数值", ERROR, "成本函数里成本与工作量都应为正；先核对这些数据，再用结果"),
    "paid_at_cost": ("部分单元按自身成本计付", NOTE, "证据不足以改变他们或别人应得的钱，成本之外的差额仍按规则分摊"),
    "thin_tail": ("分位点之外数据太少", WARNING, "相对于系数的个数，分位线一侧的数据太少，线的位置取决于其中少数几行"),
    "few_draws": ("抽样次数不足", WARNING, "抽样次数不够形成所要的区间，区间偏窄；请增加抽样次数后重算"),
    "unbounded_interval": ("区间没有界", WARNING, "数据不足以给出该系数的区间"),
    "crossing": ("分位数曲线相交", WARNING, "已重新排列使其不相交，区间随之放宽"),
    # stochastic frontier, and what remains of convex regression
    "wrong_skewness": ("残差偏向与无效率相反", ERROR, "成本前沿应看到少数单元偏高，数据却相反：无法从噪声中分出无效率，该方法不给出结果"),
    "no_inefficiency": ("未识别出无效率", ERROR, "数据不支持“有的单元比别的更浪费”，该方法不给出结果，由其他方法给出基线"),
    "no_noise": ("全部差异都被当作无效率", ERROR, "不承认有偶然因素，前沿会过低；该方法的结果不宜使用，请检查异常值"),
    "runaway": ("模型退化", ERROR, "截断正态分布的参数趋于无穷，结果不可解释，宜改用半正态或指数分布"),
    "not_a_maximum": ("没有证实找到最优解", ERROR, "所报的参数可能不唯一，没有误差可言，该方法不给出结果，由其他方法给出基线"),
    "higher_edge": ("另有一种解释同样说得通", WARNING, "样本太小，似然的另一处更高；请与其他方法比较后再用"),
    "weak_evidence": ("无效率与偶然波动难以区分", WARNING, "效率值主要来自分布的假设而不是数据，不宜单独用于核定金额"),
    "weak_identification": ("参数相互替代", WARNING, "两个参数几乎说明同一件事，各自的数值不可靠"),
    "not_logarithmic": ("成本未取对数", ERROR, "效率没有意义，须改用对数"),
    # envelopment
    "envelopment.unsolved": ("有单元没有算出效率", ERROR, "数值跨度过大，请核对计量单位"),
    "envelopment.infeasible": ("有单元没有可比的组合", WARNING, "规模超出其他单元所能组合的范围，该单元不给出效率"),
    "envelopment.no_slacks": ("有单元没有算出标杆", WARNING, "效率可用，标杆与权重缺失"),
    "envelopment.few_units": ("单元太少", WARNING, "相对于投入产出的个数，单元偏少，大多数会显得有效率"),
    "envelopment.zero_column": ("有一列全为零", WARNING, "该列不起作用，请核对"),
    "envelopment.constant_column": ("有一列全都相同", WARNING, "该列等于只比较规模，请核对"),
    "envelopment.span": ("数值跨度过大", WARNING, "同一列最大与最小相差十亿倍，请核对计量单位"),
    "envelopment.equal_units": ("有单元数据完全相同", NOTE, "它们互为标杆，效率相同"),
    "envelopment.no_work": ("有动因不是工作量", NOTE, "占比、标志等不能作为产出，数据包络方法不采用，其影响由其他方法反映"),
    "envelopment.bias_weak": ("偏差修正不稳", WARNING, "抽样修正的误差比偏差本身还大，宜用未修正的效率"),
    "conditions": ("没有修正当地条件", WARNING, "数据不足以估计当地条件的影响，数据包络方法按未修正的结果；条件艰苦的单元会显得偏贵"),
    # convex regression
    "constant_driver": ("有动因取值相同", WARNING, "该动因不起作用，请核对"),
    "collinear_drivers": ("动因几乎重复", WARNING, "拟合的成本仍唯一，但斜率分不开，不得解释为边际成本"),
    "local_optimum": ("可能不是最优", WARNING, "有数据离曲线太远，另有更好的拟合不能排除，请核对这些数据"),
    "off_centre": ("残差没有居中", WARNING, "分解以零均值为前提，宜改用规模报酬可变或乘法误差"),
}  # fmt: skip
