"""The assessments in their order: two years of the departments, one of a town's staff, and what is kept how long."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from budgetperf.store.runs import RunState
from workflows.demo import assessment, durable
from workflows.demo.show import Progress
from workflows.demo.stage import Stage, at

STAFF_RULES = "meiling"


def play(stage: Stage, city: Mapping[str, Any], progress: Progress) -> None:
    """Play all three; the first is kept until its ratings are forgotten, the others sleep until then."""
    with progress.stage("2024年度部门考评", "assessment 2024") as notes:
        first = assessment.play_departments(stage, city, 2024, at(2024, 1, 5))
        asked = assessment.ask_to_mend(first, at(2025, 2, 27))
        first.archive(at(2025, 2, 28))
        notes.append(
            f"{len(city['units'])} 个单位，加分 2 件（1 件经异议撤销），扣分申诉 1 件部分采纳，整改 1 件"
        )
    with progress.stage("2025年度部门考评", "assessment 2025") as notes:
        second = assessment.play_departments(stage, city, 2025, at(2025, 3, 3))
        assessment.mend(first, asked, at(2025, 6, 20))
        second.archive(at(2026, 2, 27))
        _keep(stage, second, at(2026, 2, 27, 10), RunState.ASLEEP)
        _keep(stage, first, at(2026, 3, 1), RunState.DONE)
        notes.append("上年整改列入任务书并复评，2024年度评分人信息到期清除")
    with progress.stage("工作人员考评", "staff assessment") as notes:
        staff = assessment.play_staff(stage, city, 2025, STAFF_RULES)
        staff.archive(at(2026, 3, 2))
        _keep(stage, staff, at(2026, 3, 2, 10), RunState.ASLEEP)
        notes.append(f"{len(city['staff'])} 人，三类分别排名，结果只告知本人和负责人")


def _keep(stage: Stage, campaign: assessment.Campaign, when: datetime, until: RunState) -> None:
    """Start the calendar of an archived campaign: it forgets the ratings on their day."""
    key = f"calendar/{campaign.id}"
    order = durable.Order("campaign.assessment", {"campaign": campaign.id}, key, assessment.OFFICE)
    durable.finish(stage, order, when, until=until)
