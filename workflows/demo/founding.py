"""The founding of the demo city: the tree and its people."""

from typing import Any

from budgetperf.actions.accounts import (
    GrantForm,
    OrganisationForm,
    PersonForm,
    create_organisation,
    create_person,
    found_city,
)
from budgetperf.actions.context import Context
from budgetperf.evaluands import OrganisationKind
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.scoring.exante import Specialism
from workflows.demo.city import City
from workflows.demo.stage import Stage

ADMIN = "guanli"
SIGN_INS: dict[Role, str] = {
    Role.CLERK: "jingban10305",
    Role.DEPARTMENT_REVIEWER: "shenhe103",
    Role.FINANCE_REVIEWER: "caizheng1",
    Role.FINANCE_HEAD: "juzhang",
    Role.RULES_OFFICE: "guize",
    Role.EXPERT: "zhuanjia01",
    Role.AUDITOR: "shenji",
    Role.ADMINISTRATOR: ADMIN,
    Role.LEADER: "lingdao103",
    Role.ASSESSMENT_OFFICE: "kaoping1",
    Role.ASSESSMENT_HEAD: "zuzhang",
    Role.PARTICIPANT: "pingfen1",
}
ASSESSED = "zhigong1"
"""Somebody whose own year is assessed; their role is that of the raters."""


def found(stage: Stage, city: City, password_hash: str) -> None:
    """Make the city, its first administrator, and everybody else; one sign-in a role gets the password."""
    with stage.house.unit(Actor("", "", ()), "founding") as ctx:
        root, *rest = city.organisations
        admin = PersonForm(
            login=ADMIN,
            name="管理员",
            organisation_path=root["code"],
            grants=(GrantForm(role=Role.ADMINISTRATOR),),
        )
        founder = found_city(ctx, _organisation(root), admin, password_hash)
        stage.people[ADMIN] = founder
        by_founder = ctx.acting(founder, ctx.now)
        for row in rest:
            create_organisation(by_founder, _organisation(row))
        for person in city.people:
            stage.people[person["login"]] = _person(by_founder, person, password_hash)


def _organisation(row: dict[str, str]) -> OrganisationForm:
    return OrganisationForm(
        code=row["code"], name=row["name"], kind=OrganisationKind(row["kind"]), parent_path=row["parent"]
    )


def _person(ctx: Context, row: dict[str, Any], password_hash: str) -> Actor:
    grants = tuple(GrantForm(role=Role(role), scope=scope) for role, scope in row["grants"])
    form = PersonForm(
        login=row["login"],
        name=row["name"],
        organisation_path=row["path"],
        grants=grants,
        specialism=Specialism(row["specialism"]) if row["specialism"] else None,
    )
    person_id = create_person(
        ctx, form, password_hash if row["login"] in {*SIGN_INS.values(), ASSESSED} else None
    )
    return Actor(person_id, row["name"], tuple(Grant(grant.role, grant.scope) for grant in grants))
