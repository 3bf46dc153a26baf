"""The process and the permissions as pages for people: Markdown made from the two tables, nothing else.

Holds the wording of the pages ``docs/lifecycle.md`` and ``docs/permissions.md``; writing files is
left to ``docs/generate.py``. No rule is decided here.
"""

from collections.abc import Iterable, Mapping

from budgetperf.permissions import ROLE_PERMISSIONS, Permission, Role, holders_of
from budgetperf.process.stages import Stage, Status
from budgetperf.process.transitions import TRANSITIONS, Transition, named

NOTICE = "<!-- 由 docs/generate.py 生成，请勿手改 / generated, do not edit -->"

LIFECYCLE = """\
每个阶段的状态、操作、权限、双人复核和前置条件。本页由 `budgetperf/process/transitions.py` 中的表生成；\
网页按钮、待办、接口和事件名也由同一张表得出。

Stages, moves, permissions and two-person rules, generated from the transition table. Codes are those of \
the API; `stage.verb` is the event written to the log."""

PERMISSIONS = """\
未列出的一律不允许。权限形如 `阶段:对象:操作`；岗位授予某一单位及其下级范围。看不到的记录按不存在处理，\
看得到但不能办的说明理由。本页由 `budgetperf/permissions.py` 中的表生成。

Who may do what, denied by default, generated from the one table of grants."""

OTHER_USES: Mapping[Permission, str] = {
    Permission("baseline:panel:view"): "查看成本面板和成本基线",
    Permission("record:page:view"): "查看本范围内的记录",
    Permission("evidence:file:attach"): "上传佐证材料",
    Permission("evidence:bundle:export"): "导出证据包",
    Permission("evidence:log:view"): "查看全部操作日志",
    Permission("evidence:anchor:cut"): "锚定日志",
    Permission("limits:table:view"): "查看控制数表",
    Permission("ledger:entry:record"): "登记收支",
    Permission("benefit:analysis:write"): "成本效益分析",
    Permission("special_factor_claim:movement:compute"): "测算特殊因素影响",
    Permission("run:campaign:start"): "启动批量任务",
    Permission("rules:draft:view"): "查看规则草案",
    Permission("rules:edition:view"): "查看规则版本",
    Permission("rules:index:build"): "建立指标体系",
    Permission("assessment:page:view"): "查看年度考评",
    Permission("result:paper:view"): "打印可以查看的考评结果",
    Permission("assessment:run:start"): "启动考评周期任务",
    Permission("accounts:person:manage"): "管理单位、人员和岗位",
}
"""What the permissions that move no record are for."""


def lifecycle_page() -> str:
    """Return the page of all stages: a picture and a table of moves each."""
    parts = [
        NOTICE,
        "# 业务流程",
        LIFECYCLE,
        *(_stage(stage) for stage in Stage),
    ]
    return "\n\n".join(parts) + "\n"


def _stage(stage: Stage) -> str:
    rows = [row for row in TRANSITIONS if row.stage is stage]
    head = "| 操作 | 事件 | 从 | 到 | 权限 | 岗位 | 不得由下列操作的经办人办理 | 前置条件 | 须写理由 |"
    rule = "|" + "---|" * 9
    table = "\n".join((head, rule, *(_move(row) for row in rows)))
    return f"## {stage.label}（`{stage.value}`）\n\n{_picture(rows)}\n\n{table}"


def _move(row: Transition) -> str:
    cells = (
        row.label,
        f"`{row.event}`",
        "、".join(_status(source) for source in row.sources) or "（新建）",
        _status(row.target),
        f"`{row.permission}`",
        "、".join(role.label for role in holders_of(row.permission)),
        "、".join(dict.fromkeys(_label(row.stage, verb) for verb in row.not_by)),
        "；".join(guard.label for guard in row.guards),
        "是" if row.needs_reason else "",
    )
    return "| " + " | ".join(cells) + " |"


def _status(status: Status) -> str:
    return f"{status.label} `{status.value}`"


def _label(stage: Stage, verb: str) -> str:
    return named(stage, verb)[0].label


def _picture(rows: Iterable[Transition]) -> str:
    moves = list(rows)
    seen = dict.fromkeys(status for row in moves for status in (*row.sources, row.target))
    left = {s for row in moves if not row.at_will for s in row.sources if s is not row.target}
    lines = ["```mermaid", "stateDiagram-v2", "    direction LR"]
    lines += [f"    {status.value} : {status.label}" for status in seen]
    for row in moves:
        lines += [
            f"    {source} --> {row.target.value} : {row.label}"
            for source in [s.value for s in row.sources] or ["[*]"]
        ]
    lines += [f"    {status.value} --> [*]" for status in seen if status not in left]
    return "\n".join((*lines, "```"))


def permissions_page() -> str:
    """Return the page of permissions: who holds each, and what it is for."""
    roles = "、".join(f"{role.label} `{role.value}`" for role in Role)
    head = "| 权限 | 用于 | " + " | ".join(role.label for role in Role) + " |"
    table = "\n".join((head, "|---|---|" + ":-:|" * len(Role), *(_grant(name) for name in _permissions())))
    parts = (
        NOTICE,
        "# 岗位与权限",
        PERMISSIONS,
        f"岗位：{roles}",
        table,
    )
    return "\n\n".join(parts) + "\n"


def _permissions() -> list[Permission]:
    return sorted({permission for held in ROLE_PERMISSIONS.values() for permission in held})


def _grant(permission: Permission) -> str:
    marks = " | ".join("●" if permission in ROLE_PERMISSIONS[role] else "" for role in Role)
    return f"| `{permission}` | {use_of(permission)} | {marks} |"


def use_of(permission: Permission) -> str:
    """Return what a permission is for: the moves it allows, or its use elsewhere.

    Raises
    ------
    KeyError
        Nothing says what it is for.
    """
    moves = [f"{row.stage.label}：{row.label}" for row in TRANSITIONS if row.permission == permission]
    return "；".join(dict.fromkeys(moves)) or OTHER_USES[permission]
