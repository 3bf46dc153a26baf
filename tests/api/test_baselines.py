"""A baseline on its page, its sheets and by API: the same figures, whole for the offices, one's own for a unit."""

import json
import re
from decimal import Decimal

import pytest

from api.desks import adoption_facts, baselines, verbs
from budgetperf.actions.context import Context
from budgetperf.actions.rules import InForce
from budgetperf.actions.seen_baseline import seen_baseline
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.store.results import own_baseline
from tests import cast
from tests.actions.next_year import PANEL
from tests.api.conftest import World
from tests.api.pages import sign_in


def api(world: World, actor: Actor, path: str = "") -> dict:
    record = world.record(Stage.BASELINE, PANEL)[0]
    answer = world.house.client(actor).get(f"/api/v1/baselines/{record}{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def page(world: World, actor: Actor, path: str = "") -> str:
    browser, _ = sign_in(world.house, actor)
    answer = browser.get(f"/baselines/{world.record(Stage.BASELINE, PANEL)[0]}{path}")
    assert answer.status_code == 200
    return answer.text


def wan(fen: str) -> str:
    """An amount as the page writes it; every cost of this panel is a whole number of 100 yuan."""
    return f"{Decimal(fen) / 1_000_000:,.2f}"


def test_the_page_shows_every_unit_with_the_figures_of_the_api(world: World) -> None:
    told, shown = api(world, cast.RULES_OFFICE), page(world, cast.RULES_OFFICE)
    assert told["whole"]
    assert [one["dmu"] for one in told["standings"]] == [f"D{n:02}" for n in range(14)]
    rows = re.findall(r'<tr id="d-\d+">(.*?)</tr>', shown, re.DOTALL)
    assert len(rows) == 14
    for one in told["standings"]:
        band = one["baseline"]
        row = next(row for row in rows if f">{one['dmu']}<" in row)
        assert int(one["gap_fen"]) == int(one["cost_fen"]) - int(band["point_fen"])
        assert int(one["gap_upper_fen"]) == int(one["cost_fen"]) - int(band["lower_fen"])
        for fen in (
            one["cost_fen"],
            band["point_fen"],
            band["upper_fen"],
            one["gap_fen"],
            one["gap_lower_fen"],
        ):
            assert wan(fen) in row, (one["dmu"], fen)
        place = (
            "above"
            if int(one["gap_lower_fen"]) > 0
            else "below"
            if int(one["gap_upper_fen"]) < 0
            else "within"
        )
        assert f"place-{place}" in row
    assert shown.count('<circle class="dot') + shown.count('<path class="dot') >= 3 * 14
    assert len(re.findall(r'<polyline class="curve', shown)) == 2
    assert "管网长度每增加10%" in shown
    assert "图中没有先进水平的线" in shown
    assert "其中有前沿方法" not in shown  # a new fit would be by the same edition
    assert f"/decisions/{told['digest']}" in shown


def test_what_draws_no_frontier_names_the_edition_a_new_fit_would_draw_one_by(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def now(ctx: Context, kind: str, model: type[CostBaselineRules]) -> InForce[CostBaselineRules]:
        edition = ctx.rules.by_id("beijing/cost_baseline/2026-07-01")
        return InForce(edition, edition.rules_as(model))

    monkeypatch.setattr(baselines, "in_force", now)
    shown = page(world, cast.RULES_OFFICE)
    assert '其中有前沿方法：<a class="code" href="/rules/beijing/cost_baseline/2026-07-01">' in shown


def test_in_english_only_what_was_recorded_stays_chinese(world: World) -> None:
    record = world.record(Stage.BASELINE, PANEL)[0]
    browser, _ = sign_in(world.house, cast.RULES_OFFICE)
    browser.cookies.set("bp_language", "en")
    for path in ("", "/D02"):
        shown = browser.get(f"/baselines/{record}{path}").text
        told = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", shown, flags=re.DOTALL)
        assert "Cost baseline of" in told
        for word in (
            "金额单位",
            "年价格",
            "成本绩效基线",
            "模型卡",
            "拟合程度",
            "诊断",
            "一般水平",
            "的影响",
            "个单元",
        ):
            assert word not in told, word


def test_the_gaps_name_their_scale_and_their_figure(world: World) -> None:
    record = world.record(Stage.BASELINE, PANEL)[0]
    browser, _ = sign_in(world.house, cast.FINANCE_REVIEWER)
    chinese = browser.get(f"/baselines/{record}").text
    assert re.search(r"刻度：−\d+%～\+\d+%", chinese)
    assert chinese.count('data-label="差距占基线"') == chinese.count('class="interval ')


def test_a_sheet_shows_models_side_by_side_and_whom_a_unit_is_held_against(world: World) -> None:
    told, shown = api(world, cast.AUDITOR, "/units/D02"), page(world, cast.AUDITOR, "/D02")
    assert [one["dmu"] for one in told["standings"]] == ["D02"]
    [target] = told["baselines"]
    assert target["year"] == 2026
    for estimate in target["estimates"]:
        assert wan(estimate["point_fen"]) in shown
    for peer in target["peers"]:
        assert peer["dmu"] != "D02"
        assert f"{peer['name']}<" in shown
        assert peer["distance"] in shown
    assert len(re.findall(r'<path class="dot dot-own"', shown)) == 3 + 1  # and the legend's


def test_a_unit_sees_its_own_and_its_peers_and_nothing_else_of_others(world: World) -> None:
    whole, own = api(world, cast.RULES_OFFICE), api(world, cast.CLERK)
    assert not own["whole"]
    assert own["standings"] == [one for one in whole["standings"] if one["dmu"] == "D02"]
    assert own["baselines"] == whole["baselines"]
    sheet = page(world, cast.CLERK, "/D02")
    peers = {
        peer["dmu"] for band in (*own["baselines"], own["standings"][0]["baseline"]) for peer in band["peers"]
    }
    names = {one["dmu"]: one["name"] for one in whole["standings"]}
    for dmu, name in names.items():
        assert (f"{name}<" in sheet or f"<title>{name} " in sheet) == (dmu in {"D02", *peers}), dmu
    listed = page(world, cast.CLERK)
    assert len(re.findall(r'<tr id="d-\d+">', listed)) == 1
    assert "/decisions/" not in listed
    browser, csrf = sign_in(world.house, cast.CLERK)
    record = world.record(Stage.BASELINE, PANEL)[0]
    other = min(set(names) - {"D02"})
    for dmu in (other, min(peers), "NONE"):
        assert browser.get(f"/baselines/{record}/{dmu}").status_code == 404
        assert browser.post(f"/baselines/{record}/{dmu}/paper", data={"csrf": csrf}).status_code == 404
    assert browser.post(f"/baselines/{record}/paper", data={"csrf": csrf}).status_code == 403
    assert f"/baselines/{record}" in browser.get(f"/projects/{world.codes['water']}").text


def test_a_unit_is_not_told_of_the_claims_of_others(world: World) -> None:
    record = world.record(Stage.BASELINE, PANEL)[0]
    newest = "SELECT id, facts, result FROM decision WHERE record_id = :id AND kind = 'baseline' ORDER BY decided_at DESC"
    decision, facts, result = world.rows(newest, id=record)[0]
    keep = "UPDATE decision SET facts = CAST(:facts AS jsonb), result = CAST(:result AS jsonb) WHERE id = :id"
    factors = [
        {"dmu": dmu, "label": f"{dmu}的事", "amounts": {"2024": {"fen": "1800000000"}}}
        for dmu in ("D05", "D02")
    ]
    claims = [f"{one['dmu']}：特殊因素“{one['label']}”已认定" for one in factors]
    changed = json.dumps({**facts, "factors": factors})  # type: ignore[dict-item]
    card = {**result["card"], "special_factors": claims}  # type: ignore[index]
    told = json.dumps({**result, "card": card})  # type: ignore[dict-item]
    world.write(keep, facts=changed, result=told, id=decision)
    try:
        with world.house.acting() as acting:
            own = own_baseline(acting(cast.CLERK).session, record)
        assert own is not None
        assert own.result["card"]["special_factors"] == claims[1:]  # type: ignore[index,call-overload]
        assert "D05的事" not in json.dumps([own.facts, own.result], ensure_ascii=False)
        assert "D02的事" in page(world, cast.CLERK)
        [told_factor] = api(world, cast.CLERK)["special_factors"]
        amounts = [{"year": 2024, "amount_fen": "1800000000"}]
        assert told_factor == {"dmu": "D02", "label": "D02的事", "claim": None, "amounts": amounts}
        [one] = api(world, cast.CLERK)["standings"]
        assert one["baseline"]["special_factor_fen"] == "1800000000"
        sheet = page(world, cast.CLERK, "/D02")
        assert 'id="factors"' in sheet
        assert sheet.count("1,800.00") >= 2  # the claim, and what the budget year has of it
        assert "dot-claimed" in page(world, cast.RULES_OFFICE)
        assert "D05的事" not in page(world, cast.CLERK)
    finally:
        world.write(keep, facts=json.dumps(facts), result=json.dumps(result), id=decision)


def test_a_sheet_draws_nobody_but_the_unit_and_its_peers(world: World) -> None:
    told, shown = api(world, cast.AUDITOR, "/units/D02"), page(world, cast.AUDITOR, "/D02")
    bands = (*told["baselines"], told["standings"][0]["baseline"])
    peers = {(peer["dmu"], peer["year"]) for band in bands for peer in band["peers"]}
    assert not re.findall(r'class="dot dot-(?:late|early|out)', shown)
    assert shown.count('class="dot dot-peer"') == len(peers) + 1  # and the legend's


def test_a_unit_sees_nothing_before_the_baseline_is_adopted_and_who_adopts_sees_what_it_changes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = world.record(Stage.BASELINE, PANEL)[0]
    world.write("UPDATE record SET status = 'fitted' WHERE id = :id", id=record)
    try:
        browser, _ = sign_in(world.house, cast.CLERK)
        assert browser.get(f"/baselines/{record}").status_code == 404
        head, _ = sign_in(world.house, cast.FINANCE_HEAD)
        shown, refused = page(world, cast.FINANCE_HEAD), head.get(f"/records/{record}/adopt")
        assert refused.status_code == 409  # its limits are issued
        assert all("控制数已下达，据以核减的基线不能再变动" in told for told in (shown, refused.text))
        office, _ = sign_in(world.house, cast.RULES_OFFICE)
        office.cookies.set("bp_language", "en")
        reasons = re.findall(r'class="barred-why">([^<]+)<', office.get(f"/baselines/{record}").text)
        assert any("done by: Finance head" in reason for reason in reasons)
        assert not re.search("[\u4e00-\u9fff]", "".join(reasons))
        monkeypatch.setattr(verbs, "limits_issued", lambda *_: False)
        looked: list[str] = []
        monkeypatch.setattr(
            adoption_facts, "seen_baseline", lambda ctx, one: looked.append(one) or seen_baseline(ctx, one)
        )
        asked = head.get(f"/records/{record}/adopt").text
        facts = dict(re.findall(r"<li><(?:a|span)[^>]*>([^<]+)</(?:a|span)> <strong>([^<]*)</strong>", asked))
        first = str(
            world.rows(
                "SELECT id FROM record WHERE stage = 'baseline' AND serial = 0 AND subject = :panel",
                panel=PANEL,
            )[0][0]
        )
        points = []
        for one in (first, record):
            [target] = (
                world.house.client(cast.FINANCE_HEAD).get(f"/api/v1/baselines/{one}").json()["baselines"]
            )
            points.append((int(target["point_fen"]), target["grade"]["code"]))
        (before, _), (after, grade) = points
        assert facts["基线合计（元）"] == f"{after / 100:,.2f}"
        of_both = [facts[f"两次都有的单元，{word}（元）"] for word in ("现行合计", "本次合计", "合计增减")]
        assert of_both == [f"{before / 100:,.2f}", f"{after / 100:,.2f}", f"{(after - before) / 100:+,.2f}"]
        assert (facts["两次都有基线的单元"], len(looked), set(looked)) == ("1", 2, {first, record})
        assert (facts["上调的单元"], facts["下调的单元"]) == (("1", "0") if after > before else ("0", "1"))
        assert [facts[word] for word in ("证据充分", "证据较充分", "证据有限")] == [
            f"{one} {int(one == grade)}" for one in "ABC"
        ]
        assert (facts["有预算年度基线的单元"], facts["没有测算结果的项目"]) == ("1", "0")
        assert f'<a href="/baselines/{first}">现行基线</a>' in asked
        titles = re.findall(
            r"<strong>([^<]+)</strong>：", shown.split('id="diagnoses"')[1].split("</section>")[0]
        )
        assert titles
        assert all(f"{title}：" in asked for title in titles)  # notes too
        [(unit, distance)] = re.findall(
            r"个别数据影响偏大：[^<]*如：([^ ]+) [^；<]*?Cook[^\d]*([\d.]+)", asked
        )
        assert unit in shown
        assert distance in shown
    finally:
        world.write("UPDATE record SET status = 'adopted' WHERE id = :id", id=record)


@pytest.mark.parametrize("actor", [cast.RULES_OFFICE, cast.CLERK])
def test_of_several_adopted_one_is_in_force_and_the_others_lead_to_it(world: World, actor: Actor) -> None:
    found = world.rows(
        "SELECT id FROM record WHERE stage = 'baseline' AND subject = :panel ORDER BY serial", panel=PANEL
    )
    first, last = (str(record) for (record,) in found)
    client, (browser, _) = world.house.client(actor), sign_in(world.house, actor)
    told = [client.get(f"/api/v1/baselines/{record}").json() for record in (first, last)]
    assert [(one["in_force"], one["superseded_by"]) for one in told] == [(False, last), (True, "")]
    pages = [browser.get(f"/baselines/{record}").text for record in (first, last)]
    assert ["现行" in text for text in pages] == [False, True]
    assert [f'已被替代，见 <a href="/baselines/{last}">' in text for text in pages] == [True, False]
    linked = browser.get(f"/projects/{world.codes['water']}").text
    assert [f'href="/baselines/{record}"' in linked for record in (first, last)] == [False, True]
    if actor is cast.RULES_OFFICE:
        for address in ("/panels", f"/panels/{PANEL}"):
            listed = browser.get(address).text
            assert listed.count("现行") == 1
            assert f'已被替代，见 <a href="/baselines/{last}">(2)</a>' in listed


@pytest.mark.parametrize("actor", [cast.SCHOOL_CLERK, cast.DRAINAGE_CLERK])
def test_a_baseline_of_others_does_not_exist(world: World, actor: Actor) -> None:
    browser, _ = sign_in(world.house, actor)
    for path in ("", "/D02"):
        assert browser.get(f"/baselines/{world.record(Stage.BASELINE, PANEL)[0]}{path}").status_code == 404


def test_papers_are_ordered_from_the_page(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.FINANCE_REVIEWER)
    record = world.record(Stage.BASELINE, PANEL)[0]
    assert browser.post(f"/baselines/{record}/paper", data={"csrf": csrf}).status_code == 303
    assert world.house.jobs.orders[-1][:2] == ("batch.baseline_report", {"record_id": record})
    own, token = sign_in(world.house, cast.CLERK)
    assert own.post(f"/baselines/{record}/D02/paper", data={"csrf": token}).status_code == 303
    assert world.house.jobs.orders[-1][:2] == (
        "batch.dmu_baseline_report",
        {"record_id": record, "dmu": "D02"},
    )


def test_a_package_of_the_first_version_is_shown_with_what_it_lacks(world: World) -> None:
    record = world.record(Stage.BASELINE, PANEL)[0]
    statement = "SELECT method, result FROM decision WHERE record_id = :id AND kind = 'baseline'"
    method, result = world.rows(statement, id=record)[0]
    older = {key: result[key] for key in ("baselines", "card")}  # type: ignore[index]
    change = "UPDATE decision SET method = :method, result = CAST(:result AS jsonb) WHERE record_id = :id AND kind = 'baseline'"
    world.write(change, method="costing.baseline/1", result=json.dumps(older), id=record)
    try:
        for actor in (cast.RULES_OFFICE, cast.CLERK):
            shown = page(world, actor)
            assert "没有记录各单位差距、各方法曲线、剔除清单" in shown
            assert "预算年度基线" in shown
            assert "D02" in page(world, actor, "/D02")
    finally:
        world.write(change, method=method, result=json.dumps(result), id=record)
