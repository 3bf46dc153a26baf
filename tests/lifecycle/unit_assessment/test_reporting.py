"""Reports asked of some tracks only, beside those of all."""

from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.lifecycle.unit_assessment.rules import CampaignRules
from budgetperf.rulebook.library import Rulebook

QITAI = Rulebook.load().by_id("qitai/assessment_campaign/2013-01-01").rules_as(CampaignRules)
QINGDAO = Rulebook.load().by_id("qingdao/assessment_campaign/2006-01-01").rules_as(CampaignRules)


def test_a_track_has_its_own_reports() -> None:
    assert [one.label for one in QITAI.reports_of("township")] == ["自查报告"]
    assert [one.label for one in QITAI.reports_of("special_project")] == ["专项工作月度自查"]
    assert [one.label for one in QINGDAO.reports_of("inner")] == ["月度报告", "季度评审材料", "领导述职"]
    assert [len(one.due) for one in QINGDAO.reports_of("inner")] == [12, 4, 2]


def test_two_reports_do_not_share_a_name() -> None:
    plain: Any = QITAI.model_dump(mode="json")
    plain["further_reporting"][0]["label"] = "自查报告"
    with pytest.raises(ValidationError, match="报送重复：自查报告"):
        CampaignRules.model_validate(plain)
