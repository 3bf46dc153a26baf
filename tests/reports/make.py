"""Pages for the report tests: one city, one year; every argument that a test varies is a parameter."""

from datetime import date
from decimal import Decimal

from budgetperf.budget.grounds import Ground
from budgetperf.fiscal import FiscalYear
from budgetperf.indicators import Level2
from budgetperf.ledger import Execution
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.models import Evidence, Footer, Signature
from budgetperf.reports.notice import Adjustment, Cut, LimitLine, LimitsNoticePage
from budgetperf.reports.pages import (
    CriterionLine,
    EvaluationReportPage,
    FundRow,
    Funds,
    Head,
    IndicatorLine,
    Problem,
    PromiseLine,
    QuarterLights,
    SelfEvaluationPage,
    national_rows,
)
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.lights import LightColour

HEAD = Head(
    "P0107",
    "老旧小区加装电梯及管网改造（镕喆里片区）",
    "市住房和城乡建设局",
    "市城市更新中心",
    FiscalYear(2025),
)
DIGEST = "3f9a0c17be52d84e6a90ff31c2d7b6584e1d0a9c8b7f6e5d4c3b2a1908f7e6d5"
FOOTER = Footer(
    "P0107 老旧小区加装电梯及管网改造（镕喆里片区）",
    "national/self_evaluation/2020-02-25",
    DIGEST,
    date(2026, 3, 1),
)
REASON = "受雨季影响，2个片区（含镕喆里、望江里）管网开挖推迟至11月，完工率未达计划；已调整施工组织，2026年3月底前补齐。"


def wan(text: str) -> Money:
    return Money.parse(text, MoneyUnit.WAN)


def fund(initial: str, adjusted: str, paid: str) -> FundRow:
    return FundRow(initial=wan(initial), adjusted=wan(adjusted), paid=wan(paid))


def indicator(
    key: str,
    level2: Level2,
    name: str,
    *,
    target: str,
    actual: str,
    weight: str,
    score: str,
    reason: str = "",
    applicable: bool = True,
) -> IndicatorLine:
    return IndicatorLine(
        key=key,
        level2=level2,
        name=name,
        target=target,
        actual=actual,
        weight=Decimal(weight),
        score=Decimal(score),
        reason=reason,
        applicable=applicable,
    )


def indicators() -> tuple[IndicatorLine, ...]:
    return (
        indicator(
            "1",
            Level2.ECONOMIC_COST,
            "单台电梯平均造价",
            target="≤42万元/台",
            actual="41.6万元/台",
            weight="10",
            score="10",
        ),
        indicator(
            "2", Level2.QUANTITY, "加装电梯数量", target="≥120台", actual="120台", weight="15", score="15"
        ),
        indicator(
            "3",
            Level2.QUANTITY,
            "改造管网面积",
            target="≥86,000㎡",
            actual="79,120㎡",
            weight="15",
            score="13.8",
            reason=REASON,
        ),
        indicator(
            "4", Level2.QUALITY, "竣工验收合格率", target="=100%", actual="100%", weight="10", score="10"
        ),
        indicator(
            "5",
            Level2.TIMELINESS,
            "按期完工率",
            target="≥95%",
            actual="88.33%",
            weight="10",
            score="9.3",
            reason=REASON,
        ),
        indicator(
            "6", Level2.SOCIAL, "受益居民户数", target="≥5,400户", actual="5,612户", weight="10", score="10"
        ),
        indicator(
            "7",
            Level2.SUSTAINABLE,
            "长效管护机制",
            target="建立并运行",
            actual="部分达成",
            weight="10",
            score="7.5",
            reason="3个小区业主委员会尚未成立，管护协议待签。",
        ),
        indicator(
            "8", Level2.SATISFACTION, "居民满意度", target="≥90%", actual="92.4%", weight="10", score="10"
        ),
    )


def make_self_evaluation(
    *,
    lines: tuple[IndicatorLine, ...] | None = None,
    total: Decimal | None = None,
    goal_actual: str = "完成120台电梯加装、79,120㎡管网改造，受益居民5,612户。",
    footer: Footer = FOOTER,
) -> SelfEvaluationPage:
    lines = indicators() if lines is None else lines
    funds = Funds(
        rows=national_rows(
            fund("5,000", "5,200", "4,936.8"), fund("0", "312.45", "312.45"), fund("600", "600", "540")
        ),
        weight=Decimal(10),
        score=Decimal("9.47"),
    )
    return SelfEvaluationPage(
        head=HEAD,
        unit=MoneyUnit.WAN,
        funds=funds,
        goal_expected="完成120台电梯加装和86,000㎡老旧管网改造，改善5,400户居民出行与用水条件，居民满意度达到90%以上。",
        goal_actual=goal_actual,
        indicators=lines,
        total=sum((line.score for line in lines), funds.score) if total is None else total,
        grade=Grade.EXCELLENT,
        problems="部分片区施工组织不够紧凑；管护机制建设滞后于工程建设。",
        measures="建立按周调度机制；2026年6月底前完成全部小区管护协议签订。",
        signatures=(Signature("项目负责人", "陈岚"), Signature("财务负责人")),
        filed_on=date(2026, 2, 20),
        footer=footer,
    )


def criterion(
    key: str, dimension: str, name: str, *, weight: str, score: str, reason: str = "", applicable: bool = True
) -> CriterionLine:
    return CriterionLine(
        key=key,
        dimension=dimension,
        name=name,
        weight=Decimal(weight),
        score=Decimal(score),
        reason=reason,
        applicable=applicable,
    )


CRITERIA = (
    criterion("D1", "决策", "立项依据充分性", weight="5", score="5"),
    criterion("D2", "决策", "立项程序规范性", weight="3", score="3"),
    criterion(
        "D3",
        "决策",
        "绩效目标合理性",
        weight="3",
        score="2.5",
        reason="质量目标未区分片区，难以考核单个小区的改造效果。",
    ),
    criterion(
        "D4",
        "决策",
        "预算编制科学性",
        weight="4",
        score="3",
        reason="单台造价测算沿用2022年合同价，未按当年价格调整。",
    ),
    criterion("P1", "过程", "资金到位率", weight="4", score="4"),
    criterion("P2", "过程", "预算执行率", weight="6", score="5.68", reason="执行率94.72%，按比例得分。"),
    criterion("P3", "过程", "资金使用合规性", weight="5", score="5"),
    criterion("P4", "过程", "制度执行有效性", weight="5", score="4", reason="2份变更签证缺监理意见。"),
    criterion("O1", "产出", "实际完成率", weight="15", score="14.1", reason=REASON),
    criterion("O2", "产出", "质量达标率", weight="10", score="10"),
    criterion("O3", "产出", "完成及时性", weight="5", score="3.5", reason="7台电梯延期30日以上交付。"),
    criterion("O4", "产出", "成本节约率", weight="5", score="4.5", reason="管网单价高于基线上限1.8%。"),
    criterion("B1", "效益", "实施效益", weight="20", score="18", reason="长效管护机制未全部建立。"),
    criterion("B2", "效益", "满意度", weight="10", score="10"),
)


def make_evaluation_report(
    *,
    criteria: tuple[CriterionLine, ...] = CRITERIA,
    total: Decimal | None = None,
    problems: tuple[Problem, ...] | None = None,
) -> EvaluationReportPage:
    paper = Evidence("管网改造监理月报（2025年7至11月）", "a1" * 32)
    return EvaluationReportPage(
        head=HEAD,
        evaluator="示范市财政局",
        unit=MoneyUnit.WAN,
        overview="项目依据《关于全面推进城镇老旧小区改造工作的指导意见》（国办发〔2020〕23号）实施，对镕喆里等12个片区加装电梯、改造供排水管网，实施期为2025年1月至12月。",
        method="采用比较法和因素分析法，按决策、过程、产出、效益四个维度评分；现场核查6个片区，占片区总数的50%，回收满意度问卷512份。",
        execution=Execution(
            initial=wan("5600"),
            adjusted=wan("6112.45"),
            received=wan("6112.45"),
            paid=wan("5789.25"),
            carried_in=wan("312.45"),
            carried_out=wan("323.2"),
        ),
        criteria=criteria,
        total=sum((line.score for line in criteria), Decimal(0)) if total is None else total,
        grade=Grade.EXCELLENT,
        promises=(
            PromiseLine(name="加装电梯数量", promised="120台", achieved="120台", kept=True),
            PromiseLine(name="管网改造面积", promised="86,000㎡", achieved="79,120㎡", kept=False),
            PromiseLine(
                name="每年减少爆管抢修费用",
                promised="180万元/年",
                achieved="项目竣工不足一年，尚无完整年度数据",
                kept=None,
            ),
        ),
        lights=(
            QuarterLights(
                quarter=1, money=LightColour.GREEN, goals=LightColour.GREEN, execution_ratio=Decimal("0.2310")
            ),
            QuarterLights(
                quarter=2, money=LightColour.YELLOW, goals=LightColour.RED, execution_ratio=Decimal("0.3604")
            ),
            QuarterLights(quarter=3, money=None, goals=None, execution_ratio=None),
            QuarterLights(
                quarter=4, money=LightColour.GREEN, goals=LightColour.BLUE, execution_ratio=Decimal("0.9471")
            ),
        ),
        achievements="全年加装电梯120台，5,612户居民受益，竣工验收一次合格率100%。",
        problems=(
            Problem(
                "管网改造面积未完成年度目标，缺口6,880㎡，主要由施工组织不当造成。",
                (paper, Evidence("现场核查记录", "b2" * 32)),
            ),
        )
        if problems is None
        else problems,
        suggestions=(
            "下一年度预算按已竣工面积核定，未完工部分不再重复安排。",
            "由主管部门督促12个片区全部签订管护协议。",
        ),
        conclusion="项目总体实现预期目标，成本控制较好；管网改造进度和长效管护机制需要整改。",
        issued_on=date(2026, 5, 20),
        footer=Footer(FOOTER.subject, "national/finance_evaluation/2020-02-25", DIGEST, date(2026, 5, 1)),
    )


def make_limit_line(
    number: int, *, name: str = "", reason: str = "上年绩效等级为“中”，按规定核减5%。"
) -> LimitLine:
    request = wan(f"{400 + 37 * number}.5")
    cuts: tuple[Cut, ...] = ()
    if number % 2:
        cuts += (
            Cut(
                ground=Ground.EXANTE,
                amount=wan("30"),
                reason="专家组建议金额低于申报数30万元：监理费率高于取费标准。",
                rule="预算评审管理办法第十二条（实务做法）",
                package="c3" * 32,
            ),
        )
    if number % 3 == 0:
        cuts += (
            Cut(
                ground=Ground.GRADE,
                amount=wan("20.25"),
                reason=reason,
                rule="财预〔2020〕10号第三十条（待核实）",
                package="d4" * 32,
            ),
        )
    if number % 5 == 0:
        cuts += (
            Cut(
                ground=Ground.CEILING,
                amount=wan("12.4"),
                reason="在限额内按优先分压减。",
                rule="年度限额分配方案",
                package="e5" * 32,
            ),
        )
    adjustments = (
        (
            Adjustment(
                name="异议答复",
                amount=wan("8"),
                reason="单位补充了2026年新增片区的合同，答复恢复8万元。",
                rule="控制数异议办理规则第六条（本系统约定）",
                package="f6" * 32,
            ),
        )
        if number % 7 == 0
        else ()
    )
    limit = request - Money.total(cut.amount for cut in cuts) + Money.total(a.amount for a in adjustments)
    return LimitLine(
        code=f"P{number:04d}",
        name=name or f"城市更新第{number}片区基础设施改造（二期）",
        request=request,
        cuts=cuts,
        adjustments=adjustments,
        limit=limit,
    )


def make_limits_notice(
    lines: tuple[LimitLine, ...] | None = None, *, unit: MoneyUnit = MoneyUnit.WAN
) -> LimitsNoticePage:
    return LimitsNoticePage(
        issuer="示范市财政局",
        department="市住房和城乡建设局",
        department_code="0105",
        document_number="示财预〔2025〕31号",
        year=FiscalYear(2026),
        basis="根据《中华人民共和国预算法》及2026年市级预算编制要求，经事前评估、绩效结果应用和限额分配",
        requirements=(
            "请于收到本通知之日起10个工作日内，将控制数分解到所属预算单位，并同步调整绩效目标。",
            "对控制数有不同意见的，可在5个工作日内提出异议并附佐证材料。",
        ),
        unit=unit,
        lines=tuple(make_limit_line(n) for n in range(1, 31)) if lines is None else lines,
        issued_on=date(2025, 11, 28),
        footer=Footer(
            "市住房和城乡建设局2026年预算控制数", "demo_city/limits/2025-09-01", DIGEST, date(2025, 11, 20)
        ),
    )
