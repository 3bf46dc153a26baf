"""The founding of a city: its root and its first administrator, who adds everybody else."""

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from budgetperf.actions.accounts import MIN_PASSWORD, GrantForm, OrganisationForm, PersonForm, found_city
from budgetperf.errors import Invalid
from budgetperf.evaluands import OrganisationKind
from budgetperf.forms import Form, read
from budgetperf.permissions import Actor, Role
from workflows.unit import House

NOBODY = Actor("", "", ())


def found(house: House, city: tuple[str, str], admin: tuple[str, str], password: str) -> Actor:
    """Make city and administrator in an empty database.

    Parameters
    ----------
    house : House
    city : tuple of str
        Code and name.
    admin : tuple of str
        Login and full name.
    password : str

    Raises
    ------
    Invalid
        The password is too short, or a text too long.
    Conflict
        There are people already.
    """
    if len(password) < MIN_PASSWORD:
        raise Invalid("password.short", f"口令至少 {MIN_PASSWORD} 位")
    code, name = city
    login, full_name = admin
    root = _checked(OrganisationForm, {"code": code, "name": name, "kind": OrganisationKind.CITY})
    grants = (GrantForm(role=Role.ADMINISTRATOR),)
    person = _checked(
        PersonForm, {"login": login, "name": full_name, "organisation_path": code, "grants": grants}
    )
    assert isinstance(root, OrganisationForm)
    assert isinstance(person, PersonForm)
    with house.unit(NOBODY) as ctx:
        return found_city(ctx, root, person, PasswordHash((Argon2Hasher(),)).hash(password))


def _checked(form: type[Form], document: dict[str, object]) -> Form:
    filled, findings = read(form, document)
    if filled is None:
        raise Invalid("founding.form", "；".join(finding.message for finding in findings), findings)
    return filled
