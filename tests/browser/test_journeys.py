"""People at work in a real browser: they file, are refused, correct, review, score and look."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import cast, story
from tests.browser.conftest import SignIn, Site, login_of

pytestmark = pytest.mark.browser

FORMS = Path(__file__).parents[2] / "fixtures/forms"


def fill_indicator(page: Page, at: int, name: str, weight: str, level2: str) -> None:
    page.locator(f"[name='indicators.{at}.level2']").select_option(level2)
    page.locator(f"[name='indicators.{at}.name']").fill(name)
    page.locator(f"[name='indicators.{at}.operator']").select_option("ge")
    page.locator(f"[name='indicators.{at}.target']").fill("95")
    page.locator(f"[name='indicators.{at}.uom']").fill("%")
    page.locator(f"[name='indicators.{at}.weight']").fill(weight)
    page.locator(f"[name='indicators.{at}.direction']").select_option("forward")


def fill_goals(page: Page, weights: tuple[str, ...]) -> None:
    page.get_by_label("立项依据").fill("《供水条例》及城市供水规划")
    page.get_by_label("年度总体目标").fill("改造泵站三座，供水压力合格")
    page.locator("[name='request']").fill("120")
    page.locator("[name='funds.0.source']").select_option("general")
    page.locator("[name='funds.0.amount']").fill("120")
    add = page.locator("#f-indicators [data-add]")
    for at, (name, level2) in enumerate(
        (
            ("泵站改造完成率", "quantity"),
            ("验收合格率", "quality"),
            ("供水压力合格率", "social"),
            ("居民满意度", "satisfaction"),
        )
    ):
        if page.locator(f"[name='indicators.{at}.name']").count() == 0:
            add.click()
        fill_indicator(page, at, name, weights[at], level2)


def test_clerk_files_a_request_after_correcting_what_is_wrong(sign_in: SignIn, site: Site) -> None:
    page = sign_in("clerk")
    page.goto(f"/records/{site.draft}/file")
    fill_goals(page, ("30", "20", "30", "30"))
    total = page.locator("#f-indicators [data-total]")
    expect(total).to_have_text("110")
    expect(total).to_have_class("off")
    page.locator(".submit .btn-primary").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("权重")
    expect(page.locator("[name='indicators.3.weight']")).to_have_value("30")
    page.locator("[name='indicators.3.weight']").fill("10")
    expect(total).to_have_text("90")
    page.locator(".submit .btn-primary").click()
    page.wait_for_url("**/projects/**")
    expect(page.locator(".notice.done")).to_contain_text("报送")
    expect(page.locator("#goals")).to_contain_text("供水压力合格率")


def test_draft_is_kept_while_typing_and_by_its_button(sign_in: SignIn, site: Site) -> None:
    page = sign_in("clerk")
    page.goto(f"/records/{site.workbook}/file")
    page.get_by_label("立项依据").fill("供水安全规划")
    page.get_by_label("立项依据").blur()
    expect(page.locator("#saved")).to_contain_text("草稿已保存", timeout=10_000)
    page.get_by_label("年度总体目标").fill("水厂自控升级完成")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".notice.done")).to_contain_text("保存草稿")
    expect(page.get_by_label("年度总体目标")).to_have_value("水厂自控升级完成")
    expect(page.get_by_label("立项依据")).to_have_value("供水安全规划")


def test_form_works_without_script(sign_in: SignIn, site: Site) -> None:
    page = sign_in("clerk", script=False)
    page.goto(f"/records/{site.workbook}/file")
    before = page.locator("#f-indicators tbody tr").count()
    page.locator("#f-indicators button[name=add]").click()
    expect(page.locator("#f-indicators tbody tr")).to_have_count(before + 1)
    page.locator("#f-indicators button[name=remove]").first.click()
    expect(page.locator("#f-indicators tbody tr")).to_have_count(before)
    page.locator(".submit .btn-primary").click()
    expect(page.get_by_role("alert")).to_contain_text("填写的内容有问题")


def test_workbook_with_errors_is_refused_at_its_cells(sign_in: SignIn, site: Site) -> None:
    page = sign_in("clerk")
    page.goto(f"/records/{site.workbook}/file/workbook")
    page.get_by_label("申报表").set_input_files(FORMS / "should_fail/weights_of_110/form.xlsx")
    page.get_by_role("button", name="校验无误即报送").click()
    expect(page.get_by_role("alert")).to_contain_text("未保存任何内容")
    expect(page.locator("main table")).to_contain_text("绩效目标")
    with page.expect_download() as copy:
        page.get_by_role("link", name="下载带批注的副本").click()
    assert Path(copy.value.path()).read_bytes()[:2] == b"PK"


def test_blank_workbook_can_be_fetched(sign_in: SignIn, site: Site) -> None:
    page = sign_in("clerk")
    page.goto(f"/records/{site.workbook}/file/workbook")
    with page.expect_download() as blank:
        page.get_by_role("link", name="下载空白申报表").click()
    assert blank.value.suggested_filename == "绩效目标申报表-2027.xlsx"


def test_reviewer_previews_many_and_moves_all(sign_in: SignIn, site: Site) -> None:
    page = sign_in("reviewer")
    page.goto("/review/request")
    chosen = [page.locator(f"input[value^='{record}:']") for record in site.filed[:2]]
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("alert")).to_contain_text("请至少选择一条记录")
    for box in chosen:
        box.check()
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("以下记录将一并办理")).to_be_visible()
    expect(page.locator("tfoot")).to_contain_text("240.00")
    page.get_by_role("button", name="全部办理").click()
    expect(page.locator(".notice.done")).to_contain_text("部门审核通过")


def test_returning_asks_for_a_reason(sign_in: SignIn, site: Site) -> None:
    page = sign_in("reviewer")
    page.goto(f"/records/{site.filed[2]}/return")
    page.locator(".submit .btn-primary").click()
    expect(page.get_by_role("alert")).to_contain_text("须写明理由")
    page.get_by_label("理由").fill("产出指标与资金规模不匹配，请补充测算依据")
    page.locator(".submit .btn-primary").click()
    expect(page.locator(".notice.done")).to_contain_text("退回修改")
    expect(page.locator("#steps")).to_contain_text("请补充测算依据")


def test_same_person_cannot_do_both_steps_and_is_told_why(sign_in: SignIn, site: Site) -> None:
    page = sign_in("finance2")
    with site.house.acting() as ctx:
        request = story.make_request(ctx, fiscal_year=2028, project_name="应急水源工程")
        goals = cast.make_goal_form(
            "80", project_name="应急水源工程", fiscal_year=2028, starts_on="2028-01-01", ends_on="2028-12-31"
        )
        story.advance_request(ctx, request.record_id, to="review", goals=goals)
    page.goto(f"/projects/{request.subject}")
    page.get_by_role("link", name="财政审核通过").click()
    page.locator(".submit .btn-primary").click()
    expect(page.locator(".notice.done")).to_contain_text("财政审核通过")
    other = sign_in("reviewer")
    other.goto(f"/projects/{request.subject}")
    expect(other.locator(".barred").first).to_contain_text("您的岗位（主管部门审核）没有“纳入项目库”权限")
    answer = other.goto(f"/records/{request.record_id}/store")
    assert answer is not None
    assert answer.status == 403
    expect(other.locator("main")).to_contain_text("财政审核办理")


def test_expert_scores_blind(sign_in: SignIn, site: Site) -> None:
    first, second = site.experts[0], site.experts[1]
    page = sign_in(login_of(first))
    page.goto(f"/exante/{site.exante}")
    expect(page.locator("main")).to_contain_text("独立评审")
    expect(page.locator("main")).not_to_contain_text(second.name)
    page.get_by_role("link", name="签署承诺与利益申明").click()
    page.get_by_label("存在利益关系").select_option("false")
    page.get_by_label("承诺与说明").fill("承诺独立、客观、公正")
    page.locator(".submit .btn-primary").click()
    page.get_by_role("link", name="提交评分").click()
    points = page.locator("[name$='.points']")
    for at in range(points.count()):
        points.nth(at).fill("9" if at % 2 else "8")
    page.locator("[name='recommended']").fill("580")
    page.get_by_label("评估意见").fill("必要性充分，部分设备单价偏高，建议适当核减")
    page.locator(".submit .btn-primary").click()
    expect(page.locator(".notice.done")).to_contain_text("提交评分")
    other = sign_in(login_of(second))
    other.goto(f"/exante/{site.exante}")
    expect(other.locator("main")).not_to_contain_text(first.name)
    expect(other.locator("main")).not_to_contain_text("部分设备单价偏高")


def test_limit_page_tells_every_step(sign_in: SignIn, site: Site) -> None:
    page = sign_in("clerk")
    page.goto(f"/limits/2026/{site.codes['water']}")
    expect(page.locator(".trace tbody tr").first).to_contain_text("申报数")
    expect(page.locator(".trace tbody tr.last")).to_contain_text("1,182,900.00")
    expect(page.locator("#chart canvas")).to_be_visible()
    page.locator(".trace a.digest").first.click()
    expect(page.locator("main")).to_contain_text("与存储内容一致")


def test_table_of_limits_states_its_identity_to_finance_only(sign_in: SignIn, site: Site) -> None:
    finance = sign_in("finance")
    finance.goto("/limits/2026")
    expect(finance.locator(".identity")).to_contain_text("＝ 总额")
    clerk = sign_in("clerk")
    clerk.goto("/limits/2026")
    expect(clerk.locator(".identity")).not_to_contain_text("＝ 总额")
    assert site.codes["school"] not in clerk.content()


def test_language_is_switched_and_remembered(sign_in: SignIn) -> None:
    page = sign_in("clerk")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Work list")
    page.goto("/projects")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Projects")


def test_wrong_password_is_told_on_the_sign_in_page(chromium: object, site: Site) -> None:
    page = chromium.new_page(base_url=site.url)  # type: ignore[attr-defined]
    page.goto("/sign-in")
    page.get_by_label("登录名").fill("clerk")
    page.get_by_label("密码", exact=True).fill("wrong password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("登录名或密码不正确")
    page.close()
