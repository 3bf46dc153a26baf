"""What stands around every page of a signed-in person, and the answer that carries a page."""

from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.guards import csrf_of
from api.screens.page import Frame, NavItem, Screen, render
from api.screens.words import CHINESE, LANGUAGES
from budgetperf.actions.context import Context
from budgetperf.permissions import ROLE_PERMISSIONS, Actor, Permission
from budgetperf.process.transitions import TRANSITIONS

LANGUAGE = "bp_language"

MENU: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("/work", "待办事项", ()),
    ("/projects", "项目", ("record:page:view",)),
    (
        "/monitoring",
        "绩效双监控",
        ("monitoring:form:file", "monitoring:form:review", "monitoring:lights:confirm", "limits:table:view"),
    ),
    (
        "/rectifications",
        "问题整改",
        ("rectification:form:respond", "rectification:notice:issue", "limits:table:view"),
    ),
    ("/panels", "成本基线", ("baseline:panel:view",)),
    ("/special-factor-claims", "成本基线与特殊因素", ("limits:table:view",)),
    ("/limits", "预算控制数", ("limits:table:view",)),
    (
        "/assessment",
        "考评",
        ("assessment:page:view", "task_book:form:file", "task_book:form:confirm", "rating:sheet:submit"),
    ),
    (
        "/runs",
        "后台任务",
        ("run:campaign:start", "baseline:model:fit", "evidence:bundle:export", "assessment:run:start"),
    ),
    ("/log", "操作日志", ("evidence:log:view",)),
    ("/rules", "规则版本", ("rules:edition:view",)),
    ("/people", "人员与岗位", ("accounts:person:manage",)),
)
"""Address, Chinese word, and the permissions of which one opens it."""

DONE: dict[str, str] = {
    "draft": "保存草稿",
    "attach": "上传材料",
    "run": "任务已提交，完成后可在本页查看",
    "run.cancel": "任务已取消",
    "run.retry": "任务已重新排队",
    "account": "账号已更新",
    "password": "密码已修改",
    "opened": "任务已下达",
    "panel": "登记成本面板",
    "anchor": "时间锚已建立",
}
"""Words for what was done and is no transition."""

_LABELS = {row.event: row.label for row in TRANSITIONS} | DONE


def holds(actor: Actor, permission: str) -> bool:
    """Tell whether the actor holds a permission over any branch."""
    return any(Permission(permission) in ROLE_PERMISSIONS[grant.role] for grant in actor.grants)


def language_of(request: Request) -> str:
    """Return the language a person reads in."""
    said = request.cookies.get(LANGUAGE, CHINESE)
    return said if said in LANGUAGES else CHINESE


def path_of(request: Request) -> str:
    """Return the address of a page that can be asked for again."""
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "done"]
    return request.url.path + (f"?{urlencode(query)}" if query else "")


def frame_of(request: Request, ctx: Context) -> Frame:
    """Return the frame of a signed-in person's page."""
    return frame_for(request, ctx.actor, path=path_of(request))


def frame_for(request: Request, actor: Actor, *, path: str) -> Frame:
    """Return the frame of somebody's page whose language switch leads to ``path``."""
    here = request.url.path
    return Frame(
        person=actor.name,
        roles=tuple(dict.fromkeys(grant.role for grant in actor.grants)),
        csrf=csrf_of(request),
        language=language_of(request),
        path=path,
        nav=tuple(
            NavItem(href, label, here=here == href or here.startswith(href + "/"))
            for href, label, needed in MENU
            if not needed or any(holds(actor, name) for name in needed)
        ),
        done=_LABELS.get(request.query_params.get("done", ""), ""),
    )


def answer(screen: Screen, status: int = 200) -> HTMLResponse:
    """Return a page as the answer to a request."""
    return HTMLResponse(render(screen), status_code=status)


def onward(target: str, done: str) -> RedirectResponse:
    """Go on after a write, telling once what was done."""
    base, _, anchor = target.partition("#")
    said = f"{base}{'&' if '?' in base else '?'}{urlencode({'done': done})}"
    return RedirectResponse(said + (f"#{anchor}" if anchor else ""), status_code=303)
