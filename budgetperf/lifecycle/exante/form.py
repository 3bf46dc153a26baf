"""What a panel member declares and files, and the conclusion drawn from the panel."""

from budgetperf.forms import Amount, Form, Line, Number, Text, ask
from budgetperf.scoring.exante import ExanteConclusion


class Declaration(Form):
    """An expert's commitment and conflict declaration, before the first look at scores."""

    conflict: bool = ask(
        "存在利益关系", "与申报单位有隶属、经济往来、近亲属关系或参与过本项目的，须申明并回避"
    )
    statement: Text = ask("承诺与说明", "承诺独立、客观、公正；存在利益关系的写明情况", default="", width=40)


class PointsRow(Form):
    """Points for one criterion of the sheet."""

    criterion: Line = ask("评价要点")
    points: Number = ask("得分", "不得超过该要点分值", width=8)
    reason: Text = ask("扣分理由", "得分低于规定比例时必填", default="", width=40)


class ScoreForm(Form):
    """One expert's sheet, final once filed."""

    rows: tuple[PointsRow, ...] = ask("评分明细")
    recommended: Amount = ask("建议金额", "您认为合理的预算金额，不超过申报额")
    opinion: Text = ask("评估意见", width=60)


class ConclusionForm(Form):
    """What finance concludes from the sheets."""

    conclusion: ExanteConclusion = ask("评估结论")
    recommended: Amount = ask("建议金额", "部分支持时低于申报额，不支持时为零")
    explanation: Text = ask(
        "结论说明", "与专家平均分对应的结论档次不一致时，须在此写明理由", default="", width=60
    )


class DrawForm(Form):
    """What the draw of a panel rests on."""

    seed: Line = ask("抽取种子", "事先公布的随机种子；任何人可用同一种子重做抽取")
