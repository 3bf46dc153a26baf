"""The organisation tree."""

from fastapi import APIRouter

from api.answers import PREFIX, Answer, Coded, refusals
from api.transaction import Work
from budgetperf.store.organisations import organisations

router = APIRouter(prefix=f"{PREFIX}/organisations", tags=["组织机构"])


class OrganisationAnswer(Answer):
    """A node of the tree; ``path`` is the dotted chain of codes from the top."""

    id: str
    code: str
    name: str
    kind: Coded
    parent_id: str | None
    path: str


@router.get("", summary="组织机构树", responses=refusals())
def read(ctx: Work) -> list[OrganisationAnswer]:
    """Return the whole tree, by path."""
    return [OrganisationAnswer.model_validate(node) for node in organisations(ctx.session)]
