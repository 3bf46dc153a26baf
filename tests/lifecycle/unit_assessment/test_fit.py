"""A campaign's rules fit their scheme, or every misfit is named with its place."""

from collections.abc import Callable
from typing import Any

import pytest

from budgetperf.lifecycle.unit_assessment.fit import misfits
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assessment import AssessmentRules

BOOK = Rulebook.load()
CAMPAIGNS = [edition for edition in BOOK.editions if edition.kind == "assessment_campaign"]
SCHEMES = [edition for edition in BOOK.editions if edition.kind == "unit_assessment"]
QITAI = BOOK.by_id("qitai/unit_assessment/2013-01-01").rules_as(AssessmentRules)
CAMPAIGN = BOOK.by_id("qitai/assessment_campaign/2013-01-01").rules_as(CampaignRules)
PUBLIC, YEAR_END, SETTLE, RESULTS = 4, 5, 6, 7


def found(change: Callable[[Any], object]) -> tuple[str, ...]:
    """Misfits of Qitai's pair after one change to the campaign as plain data."""
    plain = CAMPAIGN.model_dump(mode="json")
    change(plain)
    return misfits(QITAI, CampaignRules.model_validate(plain))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda edition: edition.id)
def test_every_city_carries_out_its_own_scheme(scheme: Any) -> None:
    campaign = next(one for one in CAMPAIGNS if one.jurisdiction == scheme.jurisdiction)
    assert campaign.valid_from == scheme.valid_from
    assert misfits(scheme.rules_as(AssessmentRules), campaign.rules_as(CampaignRules)) == ()


def test_another_citys_campaign_does_not_fit() -> None:
    other = BOOK.by_id("meiling/assessment_campaign/2015-01-01").rules_as(CampaignRules)
    texts = misfits(QITAI, other)
    assert "数据提供单位“考勤管理人员”的项目“late”不在考评方案中" in texts
    assert "各阶段：没有阶段开启“数据核定 half”（县直部门的县重点工作）" in texts


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (["progres"], "的项目“progres”不在考评方案中"),
        (["complaint"], "的项目“complaint”是加减分项目，另行申报，不由数据提供单位提供"),
        (["special_score"], "的项目“special_score”已由其他对象的总分结转，只能取一处"),
        (["audit_supervision", "family_planning"], ""),
    ],
)
def test_suppliers_bring_facts_of_the_scheme_only(items: list[str], text: str) -> None:
    texts = found(lambda plain: plain["suppliers"][0].update(items=items))
    assert texts == ((f"数据提供单位“审计机关”{text}",) if text else ())


def test_what_only_raters_fill_is_not_supplied() -> None:
    scheme = BOOK.by_id("zhengding/unit_assessment/2014-01-01").rules_as(AssessmentRules)
    rules = BOOK.by_id("zhengding/assessment_campaign/2014-01-01").rules_as(CampaignRules)
    plain: Any = rules.model_dump(mode="json")
    plain["suppliers"][0]["items"] = ["satisfaction", "leader_rating"]
    assert misfits(scheme, CampaignRules.model_validate(plain)) == (
        "数据提供单位“组织群众评价的单位”的项目“leader_rating”由评价人评分，不由数据提供单位提供",
    )


def test_each_fact_has_somebody_who_brings_it() -> None:
    texts = found(lambda plain: plain["suppliers"].pop())  # the one for everything else
    assert "数据提供单位：“计划生育一票否决”（family_planning）没有单位提供，也没有评价人评分" in texts
    assert "数据提供单位：“作风建设评分”（conduct_score）没有单位提供，也没有评价人评分" in texts
    assert not [text for text in texts if "audit_supervision" in text or "special_score" in text]


@pytest.mark.parametrize(
    ("carried", "text"),
    [
        ({"track": "works"}, "结转第1项：考评方案没有类别“works”"),
        ({"item": "special"}, "结转第1项：其他类别没有评分项“special”"),
        ({"item": "audit_supervision"}, "结转第1项：其他类别没有评分项“audit_supervision”"),
        (
            {"item": "economy_score"},
            "结转第1项：“经济发展”的“economy_score”分期填报或由评价人评分，不能以全年总分结转",
        ),
    ],
)
def test_a_total_is_carried_to_a_yearly_item_of_another_track(carried: dict[str, str], text: str) -> None:
    assert text in found(lambda plain: plain["carried"][0].update(carried))


def test_reports_are_asked_of_known_tracks_and_of_every_track() -> None:
    texts = found(lambda plain: plain["further_reporting"][0].update(tracks=["works"]))
    assert texts == (
        "报送“专项工作月度自查”：考评方案没有类别“works”",
        "报送：类别“专项工作”（special_project）没有任何报送要求",
    )


def test_a_period_is_opened_and_waited_for() -> None:
    assert found(lambda plain: plain["cycle"]["phases"][PUBLIC].update(opens=[])) == (
        "各阶段：没有阶段开启“评分（全年）”（县直部门的公众评议）",
        "各阶段：没有阶段开启“数据核定 m10”（专项工作的跟踪考核）",
    )
    assert found(lambda plain: plain["cycle"]["phases"][RESULTS].update(gate=[])) == (
        "各阶段：没有阶段以“结果审定（全年）”为完成条件（考评结果）",
    )
    assert found(lambda plain: plain["cycle"]["phases"][0]["gate"].pop(0)) == (
        "各阶段：没有阶段以“任务书（全年）”为完成条件（任务书）",
    )


def test_what_is_opened_later_cannot_be_settled_before() -> None:
    def too_early(plain: Any) -> None:
        phases = plain["cycle"]["phases"]
        phases[YEAR_END]["gate"].append({"what": "claims"})
        phases[SETTLE]["gate"].remove({"what": "claims", "period": ""})

    assert found(too_early) == ("阶段“年终自查”：须完成“加减分（全年）”，但其后的阶段才开启",)


@pytest.mark.parametrize(
    "task", [{"what": "reports", "period": "m13"}, {"what": "ratings", "period": "half"}], ids=str
)
def test_a_task_is_one_the_scheme_has(task: dict[str, str]) -> None:
    texts = found(lambda plain: plain["cycle"]["phases"][SETTLE]["opens"].append(task))
    word = "数据核定 m13" if task["what"] == "reports" else "评分 half"
    assert texts == (f"阶段“年终核定”：考评方案没有“{word}”",)
