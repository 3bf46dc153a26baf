"""the second wall: row-level security, append-only triggers, grants of the app role

Revision ID: 0002_wall
Revises: 0001_tables
"""

from alembic import op

revision = "0002_wall"
down_revision = "0001_tables"
branch_labels = None
depends_on = None

FUNCTIONS = (
    """CREATE FUNCTION bp_person() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('bp.person', true), '') $$""",
    """CREATE FUNCTION bp_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('bp.scopes', true), '') = '*' $$""",
    """CREATE FUNCTION bp_sees(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT current_setting('bp.scopes', true) = '*' OR EXISTS (
       SELECT 1 FROM unnest(string_to_array(current_setting('bp.scopes', true), ',')) AS scope
       WHERE path = scope OR starts_with(path, scope || '.')) $$""",
    """CREATE FUNCTION bp_refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN
       RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
     END $$""",
)

APPEND_ONLY = (
    "anchor",
    "attachment",
    "cost_band",
    "decision",
    "event",
    "filing",
    "fund_line",
    "indicator_line",
    "ledger_entry",
    "light",
    "panel_rating",
    "score",
    "step",
    "stored_file",
)

_OF_EVALUAND = "EXISTS (SELECT 1 FROM evaluand e WHERE e.id = {table}.evaluand_id)"

POLICIES: dict[str, str] = {
    "evaluand": """bp_sees(path) OR EXISTS (
        SELECT 1 FROM panel_seat s WHERE s.evaluand_id = evaluand.id AND s.person_id = bp_person())""",
    "record": """bp_all() OR (evaluand_id IS NOT NULL AND bp_sees(path)) OR EXISTS (
        SELECT 1 FROM panel_seat s WHERE s.evaluand_id = record.evaluand_id AND s.person_id = bp_person()
          AND record.stage IN ('request', 'exante')) OR EXISTS (
        SELECT 1 FROM limit_round l WHERE l.id = record.id)""",
    "step": """bp_all() OR actor_id = bp_person()
        OR (bp_sees(path) AND (stage <> 'exante' OR verb IN ('open', 'confirm')))""",
    "filing": """EXISTS (SELECT 1 FROM record r WHERE r.id = filing.record_id
        AND (bp_all() OR r.stage <> 'exante' OR r.status = 'confirmed'))""",
    "draft": "person_id = bp_person()",
    "indicator_line": _OF_EVALUAND,
    "fund_line": _OF_EVALUAND,
    "ledger_entry": _OF_EVALUAND,
    "panel": _OF_EVALUAND,
    "panel_seat": "bp_all() OR person_id = bp_person()",
    "panel_rating": """bp_all() OR person_id = bp_person() OR EXISTS (
        SELECT 1 FROM panel_seat s WHERE s.panel_id = panel_rating.panel_id
          AND s.person_id = bp_person() AND s.submitted_at IS NOT NULL)""",
    "decision": "bp_all() OR (evaluand_id IS NOT NULL AND "
    + _OF_EVALUAND
    + """ AND (kind NOT IN ('cut', 'limit') OR EXISTS (
        SELECT 1 FROM limit_round l WHERE l.id = decision.record_id)))""",
    "cost_band": _OF_EVALUAND,
    "score": _OF_EVALUAND,
    "light": _OF_EVALUAND,
    "limit_round": "bp_all() OR published_at IS NOT NULL",
    "budget_line": "bp_all() OR (bp_sees(path) AND EXISTS (SELECT 1 FROM limit_round l WHERE l.id = budget_line.round_id))",
    "cut_line": "EXISTS (SELECT 1 FROM budget_line b WHERE b.id = cut_line.line_id)",
    "adjustment_line": "EXISTS (SELECT 1 FROM budget_line b WHERE b.id = adjustment_line.line_id)",
    "attachment": _OF_EVALUAND,
    "run": "bp_all() OR started_by = bp_person()",
    "effect": "EXISTS (SELECT 1 FROM run r WHERE r.id = effect.run_id)",
    "idempotent_answer": "person_id = bp_person()",
}


WRITES: dict[str, str] = {
    "step": "actor_id = bp_person() AND EXISTS (SELECT 1 FROM record r WHERE r.id = step.record_id)",
    **dict.fromkeys(
        (
            "adjustment_line",
            "budget_line",
            "cost_band",
            "cut_line",
            "decision",
            "light",
            "limit_round",
            "score",
        ),
        "bp_all()",
    ),
}
"""Where writing asks for more than seeing does."""


def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(function)
    op.execute("""
        DO $$ BEGIN
          IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'budgetperf_app') THEN
            CREATE ROLE budgetperf_app NOLOGIN;
          END IF;
          EXECUTE format('GRANT budgetperf_app TO %I', current_user);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$""")
    op.execute("GRANT USAGE ON SCHEMA public TO budgetperf_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO budgetperf_app")
    op.execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO budgetperf_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM budgetperf_app")
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM budgetperf_app")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION bp_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION bp_refuse()"
        )
    for table, condition in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        visible, changed = (text.format(table=table) for text in (condition, WRITES.get(table, condition)))
        op.execute(f"CREATE POLICY visible ON {table} FOR SELECT TO budgetperf_app USING ({visible})")
        op.execute(
            f"CREATE POLICY changed ON {table} FOR ALL TO budgetperf_app USING ({changed}) WITH CHECK ({changed})"
        )
    op.execute("ALTER TABLE event ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY readable ON event FOR SELECT TO budgetperf_app USING (bp_all())")
    op.execute("CREATE POLICY writable ON event FOR INSERT TO budgetperf_app WITH CHECK (bp_person() <> '')")


def downgrade() -> None:
    for table in (*POLICIES, "event"):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in POLICIES:
        op.execute(f"DROP POLICY visible ON {table}")
        op.execute(f"DROP POLICY changed ON {table}")
    op.execute("DROP POLICY readable ON event")
    op.execute("DROP POLICY writable ON event")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(f"DROP TRIGGER no_truncate ON {table}")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM budgetperf_app")
    op.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM budgetperf_app")
    for function in ("bp_refuse()", "bp_sees(text)", "bp_all()", "bp_person()"):
        op.execute(f"DROP FUNCTION {function}")
