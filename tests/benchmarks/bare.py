"""The yardstick: FastAPI, SQLModel and Jinja as their manuals show them, with nothing of ours but the tables."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from sqlmodel import Session, SQLModel, col, create_engine, select

from budgetperf.store.tables.people import ApiToken, Organisation
from budgetperf.store.tables.records import EvaluandRow, Record

PAGE = Environment(autoescape=True).from_string(
    """<!doctype html><html lang="zh-CN"><title>项目</title><table>
{% for project, agency, record in rows %}<tr><td><a href="/projects/{{ project.code }}">{{ project.code }}</a></td>
<td>{{ project.name }}</td><td>{{ agency }}</td><td>{{ project.path }}</td><td>{{ record.fiscal_year }}</td>
<td>{{ record.stage.label }}</td><td>{{ record.status.label }}</td><td>{{ project.function_code }}</td></tr>
{% endfor %}</table></html>"""
)


class ProjectAnswer(SQLModel):
    """The bare answer."""

    id: str
    code: str
    name: str
    path: str
    function_code: str


def make_bare(url: str) -> FastAPI:
    """A read behind one token lookup, and a page of fifty rows."""
    engine = create_engine(url)
    app = FastAPI()

    def opened():  # type: ignore[no-untyped-def]
        with Session(engine) as session:
            yield session

    Opened = Annotated[Session, Depends(opened)]  # noqa: N806 - an alias, as in the manual

    @app.get("/health/live")
    def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/read/{code}")
    def read(code: str, session: Opened, authorization: Annotated[str, Header()]) -> ProjectAnswer:
        digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
        token = session.get(ApiToken, digest)
        if token is None or token.expires_at < datetime.now(UTC):
            raise HTTPException(401)
        row = session.exec(select(EvaluandRow).where(EvaluandRow.code == code)).one()
        return ProjectAnswer.model_validate(row, from_attributes=True)

    @app.get("/page", response_class=HTMLResponse)
    def page(session: Opened) -> str:
        statement = (
            select(EvaluandRow, Organisation.name, Record)
            .join(Organisation, col(Organisation.id) == EvaluandRow.organisation_id)
            .join(Record, col(Record.evaluand_id) == EvaluandRow.id)  # each has one here
            .order_by(col(EvaluandRow.code))
            .limit(50)
        )
        rows = session.exec(statement).all()
        return PAGE.render(rows=rows)

    return app
