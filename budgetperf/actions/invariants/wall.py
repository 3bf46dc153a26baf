"""The second wall stands: row-level security everywhere but where it is not needed, append-only held.

Asks the catalogue of the database, not the migrations: what was altered by hand is found too.
"""

from collections.abc import Iterator, Mapping

from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.findings import Finding
from budgetperf.store.files import FileStore
from budgetperf.store.session import APP_ROLE
from budgetperf.store.tables import metadata

OPEN_TABLES: Mapping[str, str] = {
    "anchor": "锚是公开的",
    "api_token": "登录时查询，只存摘要",
    "chain_head": "只有链名、序号和哈希",
    "credential": "登录时查询，只存哈希",
    "organisation": "单位名录公开",
    "person": "经办人姓名随办理记录公开",
    "published_edition": "规则人人可查",
    "role_grant": "登录时查询",
    "sign_in_failure": "登录时查询",
    "sign_in_session": "登录时查询，只存摘要",
    "stored_file": "只有摘要、大小和类型",
}
"""Tables without row-level security, each with its reason; every other table of ours needs a policy."""

GUARDED = (
    "api_token", "chain_head", "credential", "organisation", "person", "published_edition", "role_grant",
    "sign_in_session",
)  # fmt: skip
"""Open tables whose rows not everybody may write: the policies that write must ask something."""

APPEND_ONLY = (
    "anchor", "attachment", "campaign_file", "cost_band", "decision", "event", "filing", "fund_line", "indicator_line",
    "ledger_entry", "light", "panel_rating", "published_edition", "score", "step", "stored_file",
)  # fmt: skip

_WALL = """
SELECT c.relname AS name, c.relrowsecurity AS secured,
  (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
  (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND pg_get_expr(p.polqual, p.polrelid) = 'true') AS idle
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY(:tables)
ORDER BY c.relname"""

_GUARDED = """
SELECT c.relname AS name, c.relrowsecurity AS secured,
  (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd <> 'r') AS policies,
  (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd <> 'r'
     AND 'true' IN (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))) AS idle
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:tables) ORDER BY c.relname"""

_TRIGGERS = """
SELECT t.name, t.called FROM unnest(CAST(:tables AS text[]), CAST(:called AS text[])) AS t(name, called)
WHERE NOT EXISTS (SELECT 1 FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
  WHERE g.tgrelid = t.name::regclass AND p.proname = t.called AND g.tgenabled IN ('O', 'A')) ORDER BY t.name"""

WATCHED: Mapping[str, str] = {
    "adjustment_line": "bp_issued",
    "budget_line": "bp_issued",
    "chain_head": "bp_head",
    "cut_line": "bp_issued",
    "limit_round": "bp_issued",
    "record": "bp_forget",
}
"""Tables whose changes a trigger judges or follows up, and its function."""

_APPEND_ONLY = """
SELECT t.name,
  (SELECT coalesce(bit_or(g.tgtype & 56), 0) FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
   WHERE g.tgrelid = t.name::regclass AND p.proname = 'bp_refuse' AND g.tgenabled IN ('O', 'A')) AS refused,
  has_table_privilege(:role, t.name, 'UPDATE') OR has_any_column_privilege(:role, t.name, 'UPDATE')
    OR has_table_privilege(:role, t.name, 'DELETE') OR has_table_privilege(:role, t.name, 'TRUNCATE') AS allowed
FROM unnest(CAST(:tables AS text[])) AS t(name) ORDER BY t.name"""

_ALL_CHANGES = 8 | 16 | 32  # pg_trigger.tgtype: DELETE, UPDATE, TRUNCATE

_OWNED = """
SELECT c.relname AS name FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner
WHERE c.relnamespace = 'public'::regnamespace AND pg_has_role(:role, o.oid, 'MEMBER')
UNION ALL SELECT p.proname FROM pg_proc p JOIN pg_roles o ON o.oid = p.proowner
WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(:role, o.oid, 'MEMBER')
ORDER BY 1"""

_ROLE = """
SELECT rolsuper OR rolbypassrls OR rolcreaterole AS mighty,
  has_schema_privilege(rolname, 'public', 'CREATE') AS creates FROM pg_roles WHERE rolname = :role"""


def check_the_wall_stands(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every table has row-level security with a policy that asks something, but those listed as open."""
    closed = sorted(set(metadata.tables) - set(OPEN_TABLES))
    for row in rows(session, _WALL, tables=closed):
        if not row.secured or not row.policies or row.idle:
            text = f"表 {row.name} 未启用行级安全或没有有效策略，其他部门的记录可能外露"
            yield broken("row_security", f"/tables/{row.name}", text)
    for row in rows(session, _GUARDED, tables=list(GUARDED)):
        if not row.secured or not row.policies or row.idle:
            yield broken("row_security", f"/tables/{row.name}", f"表 {row.name} 的写入未受行级安全限制")
    for row in rows(session, _TRIGGERS, tables=list(WATCHED), called=list(WATCHED.values())):
        yield broken(
            "row_security", f"/tables/{row.name}", f"表 {row.name} 的触发器 {row.called} 缺失或被停用"
        )


def check_append_only_tables_refuse_changes(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Update, delete and truncate are refused to everybody by triggers, and not granted to the app role."""
    for row in rows(session, _APPEND_ONLY, tables=list(APPEND_ONLY), role=APP_ROLE):
        if row.refused != _ALL_CHANGES:
            text = f"表 {row.name} 的只增触发器缺失或被停用，可被改动"
            yield broken("append_only", f"/tables/{row.name}", text)
        if row.allowed:
            yield broken("append_only", f"/tables/{row.name}", f"应用角色可以改动只增表 {row.name}")


def check_the_app_role_owns_nothing(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The app role owns no table and no function, is no member of an owner, and may not create any."""
    for row in rows(session, _OWNED, role=APP_ROLE):
        yield broken(
            "app_role", f"/tables/{row.name}", f"应用角色拥有（或可成为其所有者）{row.name}，可绕过第二道墙"
        )
    for row in rows(session, _ROLE, role=APP_ROLE):
        if row.mighty or row.creates:
            text = "应用角色是超级用户、可绕过行级安全、可建角色或可在 public 中建对象"
            yield broken("app_role", f"/roles/{APP_ROLE}", text)
