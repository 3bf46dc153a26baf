"""A stranger's form audited over HTTP: within the allowance, within the size, nothing stored.

The page and the API route both come through here; neither asks who is there.
"""

from datetime import timedelta
from typing import BinaryIO

from fastapi import Request

from api.allowance import Allowance
from api.answers import PREFIX
from api.resources import resources_of
from api.sign_in import address_of
from budgetperf.actions.audit_form import audit_file
from budgetperf.actions.rulebooks import rulebook_of
from budgetperf.errors import Invalid
from budgetperf.fiscal import SHANGHAI
from budgetperf.lifecycle.evaluation.audit_answer import AuditAnswer
from budgetperf.store.session import open_session

MAX_BYTES = 2 * 1024 * 1024
"""Largest file of a stranger; a filled form weighs tens of kilobytes."""
PATHS = ("/audit", f"{PREFIX}/audit-form")
"""Where a stranger hands in a file: no larger body is read there."""


def new_allowance() -> Allowance:
    """Return the allowance of one app: 60 files in ten minutes from one address, four at once."""
    return Allowance(60, timedelta(minutes=10), at_once=4)


def too_large() -> Invalid:
    """Return the refusal of a file above ``MAX_BYTES``."""
    text = f"文件超过{MAX_BYTES // 1024**2}MB，请只上传自评表本身，删去图片等无关内容"
    return Invalid("audit.size", text)


def audited(request: Request, file: BinaryIO, *, edition: str = "") -> AuditAnswer:
    """Audit an uploaded file.

    Raises
    ------
    TooManyAttempts
    Invalid, NotFound
        See ``actions.audit_form.audit_file``.
    """
    held = resources_of(request)
    allowance = request.app.state.audits
    assert isinstance(allowance, Allowance)
    with allowance.one(address_of(request), held.clock()):
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise too_large()
        today = held.clock().astimezone(SHANGHAI).date()
        with open_session(held.engine) as session:
            rules = rulebook_of(session, held.rules)
        return audit_file(content, rules, today=today, edition=edition)
