"""Who may do what, said in full: a change of the table is a change of this page."""

import pytest

from budgetperf.permissions import DENIALS, ROLE_PERMISSIONS, Actor, Grant, Permission, Role, holders_of, may
from budgetperf.process.transitions import TRANSITIONS

WATER = "01.0102.010201"
FILE = Permission("request:form:file")

HOLDERS = {
    "accounts:person:manage": {Role.ADMINISTRATOR},
    "appeal:decision:write": {Role.ASSESSMENT_OFFICE, Role.ASSESSMENT_HEAD},
    "appeal:form:file": {Role.CLERK, Role.LEADER, Role.PARTICIPANT},
    "assessment:campaign:prepare": {Role.ASSESSMENT_OFFICE},
    "assessment:campaign:start": {Role.ASSESSMENT_HEAD},
    "assessment:page:view": {Role.ASSESSMENT_OFFICE, Role.ASSESSMENT_HEAD, Role.AUDITOR},
    "assessment:result:approve": {Role.ASSESSMENT_HEAD},
    "assessment:result:compute": {Role.ASSESSMENT_OFFICE},
    "assessment:run:start": {Role.ASSESSMENT_OFFICE},
    "baseline:model:adopt": {Role.FINANCE_HEAD},
    "baseline:model:fit": {Role.RULES_OFFICE},
    "baseline:panel:view": {Role.AUDITOR, Role.FINANCE_HEAD, Role.FINANCE_REVIEWER, Role.RULES_OFFICE},
    "benefit:analysis:write": {Role.FINANCE_REVIEWER},
    "bonus:claim:judge": {Role.ASSESSMENT_OFFICE},
    "bonus:form:file": {Role.CLERK, Role.PARTICIPANT},
    "evidence:anchor:cut": {Role.FINANCE_HEAD},
    "evidence:bundle:export": {Role.FINANCE_REVIEWER, Role.FINANCE_HEAD, Role.AUDITOR},
    "evidence:file:attach": {Role.CLERK, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER},
    "evidence:log:view": {Role.AUDITOR},
    "exante:conclusion:confirm": {Role.FINANCE_HEAD},
    "exante:conclusion:write": {Role.FINANCE_REVIEWER},
    "exante:panel:draw": {Role.FINANCE_REVIEWER},
    "exante:seat:declare": {Role.EXPERT},
    "exante:seat:score": {Role.EXPERT},
    "fact_report:form:audit": {Role.ASSESSMENT_OFFICE},
    "fact_report:form:file": {Role.CLERK},
    "fact_report:form:open": {Role.ASSESSMENT_OFFICE, Role.ASSESSMENT_HEAD},
    "finance_evaluation:sample:draw": {Role.FINANCE_HEAD},
    "finance_evaluation:score:confirm": {Role.FINANCE_HEAD},
    "finance_evaluation:score:write": {Role.FINANCE_REVIEWER},
    "improvement:form:respond": {Role.CLERK, Role.PARTICIPANT},
    "improvement:notice:write": {Role.ASSESSMENT_OFFICE},
    "ledger:entry:record": {Role.FINANCE_REVIEWER},
    "limits:round:compute": {Role.FINANCE_REVIEWER},
    "limits:round:finalise": {Role.FINANCE_REVIEWER},
    "limits:round:issue": {Role.FINANCE_HEAD},
    "limits:round:open": {Role.FINANCE_REVIEWER},
    "limits:round:publish": {Role.FINANCE_HEAD},
    "limits:table:view": {
        Role.CLERK, Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.FINANCE_HEAD, Role.RULES_OFFICE, Role.AUDITOR,
    },
    "monitoring:form:file": {Role.CLERK},
    "monitoring:form:open": {Role.FINANCE_REVIEWER},
    "monitoring:form:review": {Role.DEPARTMENT_REVIEWER},
    "monitoring:lights:confirm": {Role.FINANCE_REVIEWER},
    "objection:decision:write": {Role.FINANCE_HEAD},
    "objection:form:file": {Role.CLERK},
    "penalty:notice:write": {Role.ASSESSMENT_OFFICE},
    "progress:form:check": {Role.ASSESSMENT_OFFICE},
    "progress:form:file": {Role.CLERK},
    "rating:sheet:open": {Role.ASSESSMENT_OFFICE, Role.ASSESSMENT_HEAD},
    "rating:sheet:submit": {Role.PARTICIPANT},
    "rating:sheet:void": {Role.ASSESSMENT_OFFICE},
    "record:page:view": set(Role)
    - {Role.ADMINISTRATOR, Role.ASSESSMENT_OFFICE, Role.ASSESSMENT_HEAD, Role.PARTICIPANT},
    "rectification:form:respond": {Role.CLERK},
    "rectification:notice:issue": {Role.FINANCE_REVIEWER},
    "rectification:response:judge": {Role.FINANCE_REVIEWER},
    "request:budget:approve": {Role.FINANCE_HEAD},
    "request:form:accept": {Role.FINANCE_REVIEWER},
    "request:form:file": {Role.CLERK},
    "request:form:open": {Role.CLERK},
    "request:form:review": {Role.DEPARTMENT_REVIEWER},
    "request:store:enter": {Role.FINANCE_REVIEWER},
    "result:paper:view": set(Role),
    "rules:draft:view": {Role.RULES_OFFICE, Role.FINANCE_HEAD, Role.AUDITOR},
    "rules:edition:draft": {Role.RULES_OFFICE},
    "rules:edition:publish": {Role.RULES_OFFICE, Role.FINANCE_HEAD},
    "rules:edition:view": set(Role),
    "rules:index:build": {Role.RULES_OFFICE},
    "run:campaign:start": {Role.FINANCE_REVIEWER},
    "self_evaluation:form:file": {Role.CLERK},
    "self_evaluation:form:open": {Role.FINANCE_REVIEWER},
    "self_evaluation:form:review": {Role.DEPARTMENT_REVIEWER},
    "self_evaluation:score:confirm": {Role.FINANCE_REVIEWER},
    "special_factor_claim:decision:write": {Role.FINANCE_REVIEWER},
    "special_factor_claim:form:file": {Role.CLERK, Role.DEPARTMENT_REVIEWER},
    "special_factor_claim:movement:compute": {Role.FINANCE_REVIEWER, Role.RULES_OFFICE},
    "task_book:form:audit": {Role.ASSESSMENT_OFFICE},
    "task_book:form:confirm": {Role.LEADER},
    "task_book:form:file": {Role.CLERK},
    "task_book:form:issue": {Role.ASSESSMENT_HEAD},
    "task_book:form:open": {Role.ASSESSMENT_OFFICE, Role.ASSESSMENT_HEAD},
}  # fmt: skip


def make_actor(*grants: tuple[Role, str]) -> Actor:
    return Actor("person-clerk", "陈小雨", tuple(Grant(role, scope) for role, scope in grants))


def test_the_table_is_what_is_written_here() -> None:
    granted = {
        permission: set(holders_of(permission)) for held in ROLE_PERMISSIONS.values() for permission in held
    }
    assert granted == HOLDERS


def test_every_role_has_its_row() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_a_role_may_what_it_holds_and_nothing_else(role: Role) -> None:
    actor = make_actor((role, "01"))
    allowed = {name for name in HOLDERS if may(actor, Permission(name), WATER, "办理") is None}
    assert allowed == {name for name, holders in HOLDERS.items() if role in holders}


def test_every_move_of_the_process_can_be_made_by_somebody() -> None:
    assert {row.permission for row in TRANSITIONS} <= set(HOLDERS)


def test_a_permission_nobody_holds_is_denied_to_all() -> None:
    actor = make_actor(*((role, "") for role in Role))
    reason = may(actor, Permission("budget:money:print"), "01", "印钞")
    assert reason is not None
    assert reason.endswith("该操作由无人办理")


def test_a_refusal_names_the_roles_held_and_who_may() -> None:
    actor = make_actor((Role.AUDITOR, ""), (Role.EXPERT, ""))
    assert may(actor, FILE, WATER, "报送") == "您的岗位（审计、评审专家）没有“报送”权限，该操作由单位经办办理"
    assert may(make_actor(), FILE, WATER, "报送") == "您的岗位（无岗位）没有“报送”权限，该操作由单位经办办理"


def test_a_refusal_by_place_says_so() -> None:
    actor = make_actor((Role.CLERK, "01.0103"))
    assert may(actor, FILE, WATER, "报送") == "该记录属于其他单位，您只能在本单位（部门）范围内“报送”"


def test_a_grant_reaches_down_its_branch_only() -> None:
    def allowed(scope: str) -> bool:
        return may(make_actor((Role.CLERK, scope)), FILE, WATER, "报送") is None

    assert [allowed(scope) for scope in ("", "01", "01.0102", WATER)] == [True] * 4
    assert [allowed(scope) for scope in (f"{WATER}.1", "01.0103", "01.01", "02")] == [False] * 4


def test_the_scope_of_one_role_does_not_widen_another() -> None:
    actor = make_actor((Role.AUDITOR, ""), (Role.CLERK, "01.0103"))
    assert may(actor, FILE, WATER, "报送") == DENIALS["scope"].format(action="报送")


def test_an_actor_has_the_roles_granted_anywhere() -> None:
    actor = make_actor((Role.CLERK, "01.0103"))
    assert actor.has(Role.CLERK)
    assert not actor.has(Role.AUDITOR)
