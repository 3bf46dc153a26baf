"""Who may do what: roles, permissions, the one table that joins them, and ``may``.

Denied by default. A permission is ``stage:object:verb``; a grant gives a role over one branch of
the organisation tree. Whether a record can be *seen* is asked of the database (visibility);
whether a visible record may be *acted on* is asked here, and a refusal carries its reason.
"""

from dataclasses import dataclass
from typing import NewType

from budgetperf.evaluands import within
from budgetperf.terms import Term

Permission = NewType("Permission", str)


class Role(Term):
    """The roles."""

    CLERK = "clerk", "单位经办"
    DEPARTMENT_REVIEWER = "department_reviewer", "主管部门审核"
    FINANCE_REVIEWER = "finance_reviewer", "财政审核"
    FINANCE_HEAD = "finance_head", "财政负责人"
    RULES_OFFICE = "rules_office", "制度管理"
    EXPERT = "expert", "评审专家"
    AUDITOR = "auditor", "审计"
    ADMINISTRATOR = "administrator", "系统管理"
    LEADER = "leader", "单位负责人"
    ASSESSMENT_OFFICE = "assessment_office", "考评办公室"
    ASSESSMENT_HEAD = "assessment_head", "考评领导小组"
    PARTICIPANT = "participant", "考评参与人"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role over the branch of the organisation tree below ``scope`` ("" is the whole city)."""

    role: Role
    scope: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with what grants."""

    id: str
    name: str
    grants: tuple[Grant, ...]

    def has(self, role: Role) -> bool:
        """Tell whether the actor holds ``role`` anywhere."""
        return any(grant.role is role for grant in self.grants)


def _all(*names: str) -> frozenset[Permission]:
    """Everybody may read what binds everybody, and print whatever result they may see."""
    return frozenset(Permission(name) for name in ("rules:edition:view", "result:paper:view", *names))


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: _all(
        "record:page:view",
        "request:form:open",
        "request:form:file",
        "monitoring:form:file",
        "rectification:form:respond",
        "self_evaluation:form:file",
        "objection:form:file",
        "special_factor_claim:form:file",
        "evidence:file:attach",
        "limits:table:view",
        "task_book:form:file",
        "progress:form:file",
        "fact_report:form:file",
        "bonus:form:file",
        "appeal:form:file",
        "improvement:form:respond",
    ),
    Role.DEPARTMENT_REVIEWER: _all(
        "record:page:view",
        "request:form:review",
        "monitoring:form:review",
        "self_evaluation:form:review",
        "special_factor_claim:form:file",
        "evidence:file:attach",
        "limits:table:view",
    ),
    Role.FINANCE_REVIEWER: _all(
        "record:page:view",
        "request:form:accept",
        "request:store:enter",
        "exante:panel:draw",
        "exante:conclusion:write",
        "ledger:entry:record",
        "monitoring:form:open",
        "monitoring:lights:confirm",
        "rectification:notice:issue",
        "rectification:response:judge",
        "self_evaluation:form:open",
        "self_evaluation:score:confirm",
        "finance_evaluation:score:write",
        "benefit:analysis:write",
        "special_factor_claim:movement:compute",
        "special_factor_claim:decision:write",
        "baseline:panel:view",
        "limits:round:open",
        "limits:round:compute",
        "limits:round:finalise",
        "limits:table:view",
        "evidence:file:attach",
        "evidence:bundle:export",
        "run:campaign:start",
    ),
    Role.FINANCE_HEAD: _all(
        "record:page:view",
        "request:budget:approve",
        "exante:conclusion:confirm",
        "finance_evaluation:sample:draw",
        "finance_evaluation:score:confirm",
        "baseline:model:adopt",
        "baseline:panel:view",
        "limits:round:publish",
        "limits:round:issue",
        "limits:table:view",
        "objection:decision:write",
        "rules:draft:view",
        "rules:edition:publish",
        "evidence:bundle:export",
        "evidence:anchor:cut",
    ),
    Role.RULES_OFFICE: _all(
        "record:page:view",
        "baseline:model:fit",
        "special_factor_claim:movement:compute",
        "baseline:panel:view",
        "rules:draft:view",
        "rules:edition:draft",
        "rules:edition:publish",
        "rules:index:build",
        "limits:table:view",
    ),
    Role.EXPERT: _all("record:page:view", "exante:seat:declare", "exante:seat:score"),
    Role.AUDITOR: _all(
        "record:page:view",
        "limits:table:view",
        "evidence:bundle:export",
        "evidence:log:view",
        "baseline:panel:view",
        "rules:draft:view",
        "assessment:page:view",
    ),
    Role.ADMINISTRATOR: _all("accounts:person:manage"),
    Role.LEADER: _all("record:page:view", "task_book:form:confirm", "appeal:form:file"),
    Role.ASSESSMENT_OFFICE: _all(
        "assessment:page:view",
        "assessment:campaign:prepare",
        "assessment:result:compute",
        "task_book:form:open",
        "task_book:form:audit",
        "progress:form:check",
        "fact_report:form:open",
        "fact_report:form:audit",
        "rating:sheet:open",
        "rating:sheet:void",
        "bonus:claim:judge",
        "penalty:notice:write",
        "appeal:decision:write",
        "improvement:notice:write",
        "assessment:run:start",
    ),
    Role.ASSESSMENT_HEAD: _all(
        "assessment:page:view",
        "assessment:campaign:start",
        "assessment:result:approve",
        "task_book:form:open",
        "task_book:form:issue",
        "fact_report:form:open",
        "rating:sheet:open",
        "appeal:decision:write",
    ),
    Role.PARTICIPANT: _all(
        "rating:sheet:submit", "bonus:form:file", "appeal:form:file", "improvement:form:respond"
    ),
}

DENIALS: dict[str, str] = {
    "role": "您的岗位（{roles}）没有“{action}”权限，该操作由{holders}办理",
    "scope": "该记录属于其他单位，您只能在本单位（部门）范围内“{action}”",
}


def may(actor: Actor, permission: Permission, path: str, action: str) -> str | None:
    """Return None when allowed, else the Chinese reason for the refusal.

    Parameters
    ----------
    actor : Actor
    permission : Permission
    path : str
        Organisation path of the record.
    action : str
        Chinese label of the action, for the reason.
    """
    holding = [grant for grant in actor.grants if permission in ROLE_PERMISSIONS[grant.role]]
    if not holding:
        roles = "、".join(grant.role.label for grant in actor.grants) or "无岗位"
        holders = "、".join(role.label for role in holders_of(permission)) or "无人"
        return DENIALS["role"].format(roles=roles, action=action, holders=holders)
    if not any(within(path, grant.scope) for grant in holding):
        return DENIALS["scope"].format(action=action)
    return None


def holders_of(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that hold ``permission``."""
    return tuple(role for role, held in ROLE_PERMISSIONS.items() if permission in held)
