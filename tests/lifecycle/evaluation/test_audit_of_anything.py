"""Whatever a stranger types, the audit answers: no row order, no junk and no size brings it down."""

from decimal import Decimal
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from budgetperf.lifecycle.evaluation.audit_answer import AuditedEdition, Chosen, answer_of, word_of
from tests.lifecycle.evaluation.audited import audited, form, row

TYPED = st.one_of(
    st.sampled_from(
        ["", "/", "无", "0", "-1", "0%", "100%", "≥95%", "≤30万元", "＜0", "5-10次", "2019年", "1e6", "1e-6", "９９", "1,000", "完成", "部分达成",
         "未完成", "999999999999999999", "0.000001", "1" * 60, "(空)", "95%(见附件)", "NaN", "Infinity", "½", "①", "十"]
    ),
    st.text(max_size=12),
)  # fmt: skip
ROWS = st.lists(st.builds(row, TYPED, TYPED, TYPED, TYPED, TYPED, level3=TYPED, level2=TYPED), max_size=4)
NAMES = ("年初预算数", "全年预算数", "全年执行数", "执行率", "分值", "得分", "unit")
FUNDS = st.fixed_dictionaries(dict.fromkeys(NAMES, TYPED))
EDITION = AuditedEdition(id="x", title="x", digest="x", chosen=word_of(Chosen.NATIONAL), place="", grades="x")


@settings(max_examples=400, deadline=None, derandomize=True)
@given(rows=ROWS, funds=FUNDS, source=FUNDS, total=TYPED, goal=TYPED)
def test_anything_typed_is_answered(
    rows: list[dict[str, object]], funds: dict[str, object], source: dict[str, object], total: str, goal: str
) -> None:
    parts = {name: value for name, value in source.items() if name != "unit"}
    filled = form(
        rows,
        budget=funds | {"rows": [parts | {"row": "其他资金"}]},
        total_score=total,
        overall_goal={"预期目标": goal},
        grade=goal,
    )
    case, findings = audited(filled)
    assert answer_of(case, findings, edition=EDITION).model_dump_json()
    for line in case.found.lines:
        assert line.points is None or (line.weight is not None and 0 <= line.points <= line.weight)


def test_the_order_of_rows_changes_no_number() -> None:
    rows = [
        row("≥100个", "95个", "30", "28.5", "推迟"),
        row("≥90%", "92%", "30", "30"),
        row("建立健全", "部分达成", "30", "20", "推迟"),
    ]
    totals = {audited(form(list(order), total_score="88"))[0].found.total for order in permutations(rows)}
    assert totals == {Decimal("88.00")}
