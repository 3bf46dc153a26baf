"""What the page of uncertainty says of intervals that miss: why, and what to do. Figures stand in ``uncertainty``.

By claim, ``method:`` for the methods of a baseline; a test asks for a reason wherever a figure misses.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an interval misses, whose it is (the method's or ours), and what to do with it."""

    why: str
    what_to_do: str


REASONS = {
    "regression_slope": Reason(
        "稳健标准误（HC3、聚类）只在单位多时才准，单位少于约50时略偏（Cameron, Gelbach and Miller 2008）；"
        "用同方差公式而误差随规模变化时没有保证。属方法性质。",
        "看弹性是否显著时不要卡在边界上；误差随规模变化时用HC3，多年面板按单位聚类。",
    ),
    "regression_cost": Reason(
        "预测区间对所有单位用同一个残差标准差。误差随规模增大时，平均覆盖率看似正好，实为小单位偏宽、大单位偏窄；"
        "误差含无效率时分布偏斜，上下两端不对称。属方法性质。",
        "模型卡报异方差时，大单位的上限不可当作90%的上限：分规模测算，或与分位数、包络方法并列。",
    ),
    "quantile_slope": Reason(
        "秩检验反演与R的quantreg逐位一致，只有渐近性质，20行时偏窄；核估计要估残差在分位面上的密度，"
        "缺省窗宽使区间偏宽（Koenker 1994、2005第3章）。属方法性质。",
        "20行左右用自助法；核估计偏宽，不会误判，但分不清差别。",
    ),
    "quantile_cost": Reason(
        "同上：秩检验反演在小样本偏窄，核估计偏宽；靠近两端的分位点可用的行更少。属方法性质。",
        "基线用的是按单位的自助法。样本少于50个单位时不要取很高或很低的分位点。",
    ),
    "sfa_efficiency": Reason(
        "给定残差的区间（Horrace and Schmidt 1996）把参数当作已知；样本小时无效率与噪声的大小本身就没估准，"
        "覆盖率因此不足（Simar and Wilson 2010；Wheat, Greene and Smith 2014）。属方法性质，代码与公布结果一致。",
        "少于200个单位时，不要拿效率区间的上限作为“至少浪费多少”的证据；只用于排序和提示。",
    ),
    "sfa_slope": Reason(
        "标准误来自信息矩阵，只有渐近性质；只有估计出内部极大值的样本才有标准误，这些样本并非随机。属方法性质。",
        "样本少时看单边检验（weak_evidence）；没有通过就不用前沿。",
    ),
    "sfa_constant": Reason(
        "前沿的水平要靠分清无效率与噪声，是最难估的一项（Olson, Schmidt and Waldman 1980；Coelli 1995）。属方法性质。",
        "前沿水平与数据包络、StoNED并列看，不单独使用。",
    ),
    "dea_score": Reason(
        "齐次平滑自助法（Simar and Wilson 1998）以样本前沿为中心重抽，而样本前沿有折角、恰为1的效率堆成一团，"
        "修正不足，真实前沿多在区间之下；只有再平滑前沿或子抽样才一致（Kneip, Simar and Wilson 2008、2011）。"
        "数据有噪声时，包络把噪声当作最佳做法，区间整体偏低。属方法性质。",
        "把区间读作“至少”：真实的最低成本一般还要低。噪声大时不单独用数据包络。",
    ),
    "conditions": Reason(
        "第二阶段的因变量是由同一批数据算出的效率，彼此相关，普通标准误没有保证（Simar and Wilson 2007）。属方法性质。",
        "条件的影响用作修正，不用作显著性结论；修正有上限（condition_cap）。",
    ),
    "icc": Reason("形式2为Satterthwaite近似；评委只有几位时略偏。属方法性质。", "评委少时同时报告形式3。"),
    "alpha": Reason("Feldt区间在正态且评委平行时准确，这里的偏离在仿真误差之内。", "无。"),
    "gwet": Reason(
        "线性化标准误只有渐近性质；有分歧的对象少于6个时偏窄，代码会提示（few_disputed）。属方法性质。",
        "对象少时只看点值和提示。",
    ),
    "trimmed": Reason("Tukey–McLaughlin的标准误是近似的。属方法性质。", "样本少于20时不用。"),
    "severity": Reason(
        "正态近似加信息矩阵，对象少时略窄；四位评委共用一组对象，误差彼此相关。属方法性质。",
        "严厉度相差不大的评委不作处理。",
    ),
    "method:driver_regression": Reason(
        "函数形式不对，或噪声随规模变化时，同一个残差标准差对大单位偏窄、对小单位偏宽；无效率使误差偏斜。"
        "平均覆盖率仍近于声称。它是新单位成本的区间，不是有效成本的区间：有效单位的成本几乎总在其上限之下。属方法性质。",
        "作上限用是安全的；不要把下限当作有效成本。",
    ),
    "method:quantile": Reason(
        "区间是条件分位数本身的；形式不对（固定成本、规模经济）时直线分位面有系统偏差，样本越大区间越窄、越盖不住。"
        "自助法的分位点在样本少时略偏。属方法性质。它很窄，又不含单个单位的噪声，因此单独用时最易把普通的波动看成浪费。",
        "不单独使用；与预测区间并列，上限取各方法最大值。",
    ),
    "method:sfa": Reason(
        "delta法只含系数的误差，不含“无效率与噪声分得清不清”的误差；真实无效率很小或没有时，凡给出前沿的样本恰是"
        "偶然偏斜的样本，前沿偏低（Coelli 1995；Simar and Wilson 2010）。形式不对、异方差时更甚。属方法性质。",
        "只有一侧检验通过、样本在50个单位以上时采信；不单独使用。",
    ),
    "method:dea": Reason(
        "包络没有噪声项：有噪声时前沿由运气最好的行决定，真实的有效成本多在上限之上；没有噪声时修正不足（见“数据包络”）；"
        "有规模经济时真实成本函数不凸，包络再次偏低。属方法性质。",
        "噪声可疑（多年波动大、口径不一）时不作上限；必须与含噪声的方法并列。",
    ),
    "method:stoned": Reason(
        "参数自助法把噪声、无效率的分布和矩法估出的大小当作真的；矩法在样本少时波动大，偏斜相反时没有结果。属方法性质。",
        "只与其他方法并列；50个单位以下看其有无结果即可。",
    ),
}
