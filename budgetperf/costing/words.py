"""The words an edition may use of a cost baseline. Imports nothing heavy: rules are read by the web process too."""

from budgetperf.terms import Term


class MethodFamily(Term):
    """Methods of one family share their view of cost, and their mistakes."""

    MEAN = "mean", "均值回归"
    QUANTILE = "quantile", "分位数"
    FRONTIER = "frontier", "随机前沿"
    ENVELOPMENT = "envelopment", "数据包络"
    CONVEX = "convex", "凸回归"


class MethodName(Term):
    """The methods there are."""

    DRIVER_REGRESSION = "driver_regression", "成本动因回归"
    QUANTILE = "quantile", "分位数基线"
    SFA = "sfa", "随机前沿分析"
    DEA = "dea", "数据包络分析"
    STONED = "stoned", "凸回归随机前沿（StoNED）"


class DriverRole(Term):
    """What a driver of cost is: work done, or a condition nobody at the unit can change."""

    WORK = "work", "工作量"
    CONDITION = "condition", "当地条件"


class Reconciliation(Term):
    """How the points of several methods become one."""

    GEOMETRIC_MEAN = "geometric_mean", "取各方法几何平均"
    MEDIAN = "median", "取各方法中位数"
    HIGHEST = "highest", "取各方法最高值"


class OutlierRule(Term):
    """How outliers are told from the rest."""

    BACON = "bacon", "BACON多变量异常值检验"
    GRUBBS = "grubbs", "格拉布斯检验"
    ESD = "esd", "广义极端学生化偏差检验"


class Returns(Term):
    """What the reference technology lets units be scaled by."""

    CRS = "crs", "规模报酬不变"
    VRS = "vrs", "规模报酬可变"
    DRS = "drs", "规模报酬非递增"
    IRS = "irs", "规模报酬非递减"
    FDH = "fdh", "自由处置（不作组合）"


class Inefficiency(Term):
    """The distribution of inefficiency u >= 0."""

    HALF_NORMAL = "half_normal", "半正态"
    EXPONENTIAL = "exponential", "指数"
    TRUNCATED_NORMAL = "truncated_normal", "截断正态"


class TreatmentEffect(Term):
    """What is done with a unit that cannot be compared like the others."""

    NO_PEER = "no_peer", "不参加测算，照常给出基线"
    OWN_COST = "own_cost", "取自身历史成本，不据以核减"


class CalibrationWeight(Term):
    """By what the difference to a payable total is shared out."""

    COST = "cost", "按实际成本分摊"
    NORM = "norm", "按基线分摊"
