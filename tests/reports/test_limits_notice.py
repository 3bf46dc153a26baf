"""The limits notice: official look, a table that adds up, a reason for every yuan."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.limits_notice import render
from budgetperf.reports.notice import LimitsNoticePage
from tests.reports.make import make_limit_line, make_limits_notice
from tests.reports.reading import destinations, page_texts, reader, squeezed

AMOUNT = r"(—|-?[\d,]+\.\d+)"


def all_text(page: LimitsNoticePage) -> str:
    return squeezed("".join(page_texts(render(page))))


def number(text: str) -> Decimal:
    return Decimal(0) if text == "—" else Decimal(text.replace(",", ""))


def table(page: LimitsNoticePage) -> tuple[list[list[Decimal]], list[Decimal]]:
    """Read annex 1 back from the PDF: the amounts of each line, and of the total."""
    columns = len(page.grounds) + 4
    text = "\n".join(page_texts(render(page)))
    text = text[text.index("附件1\n") : text.index("附件2\n")]
    amounts = rf"((?:{AMOUNT}\s+){{{columns - 1}}}{AMOUNT})"
    lines = re.findall(rf"^\d+\s+P\d{{4}}\s[^—]*?（二期）\s+{amounts}", text, re.MULTILINE)
    total = re.search(rf"合　计\s+\d+个项目\s+{amounts}", text)
    assert total is not None
    return [[number(part) for part in line[0].split()] for line in lines], [
        number(part) for part in total[1].split()
    ]


def test_the_paper_has_issuer_number_title_addressee_and_annexes() -> None:
    first = squeezed(page_texts(render(make_limits_notice()))[0])
    parts = ("示范市财政局文件", "示财预〔2025〕31号", "关于下达2026年部门预算控制数的通知", "市住房和城乡建设局：", "附件：1．预算控制数明细表",
             "2．预算控制数形成说明", "（盖章）", "2025年11月28日")  # fmt: skip
    places = [first.index(part) for part in parts]
    assert places == sorted(places)


def test_the_opening_sentence_states_the_total_with_its_unit() -> None:
    assert "预算控制数28,525.10万元，涉及项目30个" in all_text(make_limits_notice())


def test_the_summary_leads_from_request_to_limit() -> None:
    text = all_text(make_limits_notice())
    assert (
        "申报数合计29,220.00减：事前评估核减450.00减：绩效等级核减202.50减：总额压减74.40加：异议答复等调整32.00控制数合计28,525.10"
        in text
    )


@pytest.mark.parametrize("count", [1, 30, 200])
def test_printed_lines_sum_to_the_printed_total(count: int) -> None:
    lines, total = table(make_limits_notice(tuple(make_limit_line(n) for n in range(1, count + 1))))
    assert len(lines) == count
    assert [sum(column) for column in zip(*lines, strict=True)] == total


def test_every_printed_line_keeps_the_identity() -> None:
    lines, total = table(make_limits_notice())
    for request, *cuts, cut_total, adjusted, limit in [*lines, total]:
        assert sum(cuts) == cut_total
        assert request - cut_total + adjusted == limit


def test_amounts_to_the_fen_still_add_up_when_printed_in_wan() -> None:
    line = make_limit_line(2)
    odd = replace(line, request=line.request + Money(1), limit=line.limit + Money(1))
    lines, total = table(make_limits_notice((odd, make_limit_line(4))))
    assert lines[0][0] == Decimal("474.500001")
    assert [sum(column) for column in zip(*lines, strict=True)] == total


def test_another_unit_is_printed_as_such() -> None:
    text = all_text(make_limits_notice((make_limit_line(2),), unit=MoneyUnit.YUAN))
    assert "预算控制数4,745,000.00元" in text
    assert "金额（元）" in text
    assert "万元" not in text


def test_annexes_are_landscape_and_repeat_their_head() -> None:
    content = render(make_limits_notice(tuple(make_limit_line(n) for n in range(1, 201))))
    sizes = [page.mediabox for page in reader(content).pages]
    assert [size.width > size.height for size in sizes] == [False] + [True] * (len(sizes) - 1)
    texts = [squeezed(text) for text in page_texts(content)]
    annex_1 = [text for text in texts if "项目编码" in text]
    annex_2 = [text for text in texts if "决策包摘要" in text]
    assert len(annex_1) + len(annex_2) == len(texts) - 1, (
        "every page after the paper itself is a page of an annex"
    )
    assert len(annex_1) > 5
    assert all("项目名称" in text and "核减合计" in text for text in annex_1)
    assert all("环节" in text and "核后金额" in text for text in annex_2)


def test_every_step_has_reason_rule_and_package() -> None:
    text = all_text(make_limits_notice((make_limit_line(105),)))
    assert (
        "事前评估核减-30.004,255.50专家组建议金额低于申报数30万元：监理费率高于取费标准。预算评审管理办法第十二条（实务做法）c3c3c3c3c3c3"
        in text
    )
    assert "异议答复8.004,230.85" in text
    assert "控制数4,230.854,230.85下达数" in text


def test_the_project_of_a_step_is_named_on_every_page() -> None:
    line = make_limit_line(3, name="独此一项", reason="；".join(f"第{n}条理由" for n in range(500)))
    texts = [squeezed(text) for text in page_texts(render(make_limits_notice((line,))))]
    annex_2 = [text for text in texts if "决策包摘要" in text]
    assert len(annex_2) > 2
    assert all("独此一项" in text for text in annex_2)


def test_a_department_without_lines_gets_a_notice_of_zero() -> None:
    text = all_text(make_limits_notice(()))
    assert "涉及项目0个" in text
    assert "（无）" in text


def test_each_number_is_a_destination() -> None:
    names = destinations(render(make_limits_notice()))
    at = "limits_notice/0105/2026"
    assert {
        f"{at}/limit",
        f"{at}/P0030/limit",
        f"{at}/P0003/cut/grade",
        f"{at}/P0007/step/2",
        f"{at}/summary/limit",
    } <= names


def test_the_seal_never_stands_without_text() -> None:
    for count in range(1, 12):
        page = replace(
            make_limits_notice((make_limit_line(1),)), requirements=("请及时分解控制数。",) * count
        )
        last = next(text for text in page_texts(render(page)) if "（盖章）" in text)
        assert "请及时分解控制数。" in last
