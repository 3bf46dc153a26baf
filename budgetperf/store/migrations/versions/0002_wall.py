"""the second wall: row-level security, append-only triggers, grants of the app role

Seeing and writing are asked apart: ``bp.scopes`` is what somebody sees, ``bp.writes`` where they hold a
role that does more than look, ``bp.admin`` whether they keep accounts. A row that others share may be
locked by whoever sees it (``held``), never changed.

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
    """CREATE FUNCTION bp_writes_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('bp.writes', true), '') = '*' $$""",
    """CREATE FUNCTION bp_writes(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT current_setting('bp.writes', true) = '*' OR EXISTS (
       SELECT 1 FROM unnest(string_to_array(current_setting('bp.writes', true), ',')) AS scope
       WHERE path = scope OR starts_with(path, scope || '.')) $$""",
    """CREATE FUNCTION bp_admin() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('bp.admin', true), '') = 'yes' $$""",
    """CREATE FUNCTION bp_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
  $$ BEGIN
       IF NEW.chain <> OLD.chain OR NEW.number <> OLD.number + 1 OR NOT EXISTS (
            SELECT 1 FROM event e WHERE e.chain = NEW.chain AND e.number = NEW.number
              AND e.hash = NEW.hash AND e.prev = OLD.hash AND e.sequence = NEW.sequence) THEN
         RAISE EXCEPTION 'chain head: % does not follow its event', NEW.chain USING ERRCODE = 'insufficient_privilege';
       END IF;
       RETURN NEW;
     END $$""",
    """CREATE FUNCTION bp_issued() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
  $$ DECLARE
       old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
       new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
     BEGIN
       IF EXISTS (SELECT 1 FROM limit_round r WHERE r.issued_at IS NOT NULL AND (
            TG_TABLE_NAME = 'limit_round' AND r.id = old_row ->> 'id'
            OR r.id IN (old_row ->> 'round_id', new_row ->> 'round_id')
            OR r.id IN (SELECT b.round_id FROM budget_line b
                        WHERE b.id IN (old_row ->> 'line_id', new_row ->> 'line_id')))) THEN
         RAISE EXCEPTION 'issued: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
       END IF;
       RETURN coalesce(NEW, OLD);
     END $$""",
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
    "published_edition",
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
    "panel_rating": """(bp_all() AND NOT EXISTS (
        SELECT 1 FROM panel_seat s WHERE s.panel_id = panel_rating.panel_id
          AND s.person_id = bp_person() AND s.submitted_at IS NULL AND NOT s.conflict))
      OR person_id = bp_person() OR EXISTS (
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

_PUBLISHER = """bp_writes_all() AND EXISTS (SELECT 1 FROM record r JOIN step s ON s.record_id = r.id
        WHERE r.id = published_edition.record_id AND r.stage = 'rule' AND r.subject = published_edition.id
          AND s.verb = 'publish' AND s.actor_id = bp_person())"""

_BY_NOBODY_YET = "bp_person() = '' OR person_id = bp_person() OR bp_admin()"

GUARDED: dict[str, tuple[str, str]] = {
    "api_token": (_BY_NOBODY_YET, "person_id = bp_person() OR bp_admin()"),
    "chain_head": ("true", "bp_person() <> ''"),
    "credential": (_BY_NOBODY_YET, "person_id = bp_person() OR bp_admin()"),
    "organisation": ("true", "bp_admin()"),
    "person": ("true", "bp_admin()"),
    "published_edition": ("true", _PUBLISHER),
    "role_grant": ("true", "bp_admin()"),
    "sign_in_session": (_BY_NOBODY_YET, _BY_NOBODY_YET),
}
"""Tables that sign-in reads before anybody is bound, or that everybody reads: who reads, who writes."""

_EVALUAND_WRITER = "EXISTS (SELECT 1 FROM evaluand e WHERE e.id = {table}.evaluand_id AND bp_writes(e.path))"
_RECORD_WRITER = """bp_writes_all() OR EXISTS (SELECT 1 FROM record r WHERE r.id = {table}.record_id
        AND r.evaluand_id IS NOT NULL AND bp_writes(r.path))"""

WRITES: dict[str, str] = {
    "attachment": "uploaded_by = bp_person() AND " + _EVALUAND_WRITER,
    "evaluand": "bp_writes(path)",
    "filing": f"filed_by = bp_person() AND ({_RECORD_WRITER})",
    "fund_line": _EVALUAND_WRITER,
    "indicator_line": _EVALUAND_WRITER,
    "panel_rating": """person_id = bp_person() AND EXISTS (SELECT 1 FROM panel_seat s
        WHERE s.id = panel_rating.seat_id AND s.panel_id = panel_rating.panel_id
          AND s.person_id = bp_person() AND s.declared_at IS NOT NULL AND NOT s.conflict)""",
    "record": "bp_writes_all() OR (evaluand_id IS NOT NULL AND bp_writes(path))",
    "step": f"""actor_id = bp_person() AND ({_RECORD_WRITER} OR (stage = 'exante' AND EXISTS (
        SELECT 1 FROM panel_seat s WHERE s.record_id = step.record_id AND s.person_id = bp_person())))""",
    **dict.fromkeys(
        (
            "adjustment_line",
            "budget_line",
            "cost_band",
            "cut_line",
            "decision",
            "ledger_entry",
            "light",
            "limit_round",
            "panel",
            "score",
        ),
        "bp_writes_all()",
    ),
}
"""Where writing asks for more than seeing does."""

HELD: dict[str, str] = {"organisation": "bp_writes(path)", "record": POLICIES["record"]}
"""Rows that may be locked (FOR UPDATE) by those who may not change them."""

APART: dict[str, tuple[str, ...]] = {
    "chain_head": (
        """CREATE POLICY begun ON chain_head FOR INSERT TO budgetperf_app
        WITH CHECK (bp_person() <> '' AND number = 0 AND sequence = 0)""",
        "CREATE POLICY moved ON chain_head FOR UPDATE TO budgetperf_app USING (bp_person() <> '')",
    ),
    "panel_seat": (
        "CREATE POLICY seated ON panel_seat FOR INSERT TO budgetperf_app WITH CHECK (bp_writes_all())",
        """CREATE POLICY own ON panel_seat FOR UPDATE TO budgetperf_app
        USING (person_id = bp_person()) WITH CHECK (person_id = bp_person())""",
    ),
}
"""Tables whose rows some make and others change."""

RIGHTS = {
    "chain_head": "UPDATE",
    "cost_observation": "",
    "cost_panel": "",
    "cost_unit": "",
    "evaluand": "",
    "panel": "",
    "panel_seat": "UPDATE (declared_at, conflict, statement, submitted_at)",
    "record": "UPDATE (status, version)",
}
"""What the app role may do to rows that stand, where that is less than everything."""

ISSUED = ("adjustment_line", "budget_line", "cut_line", "limit_round")
"""What nobody changes once a round is issued."""


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
    for table, rights in RIGHTS.items():
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM budgetperf_app")
        if rights:
            op.execute(f"GRANT {rights} ON {table} TO budgetperf_app")
    for table, condition in POLICIES.items():
        _secure(table, condition, WRITES.get(table, condition))
    for table, (visible, changed) in GUARDED.items():
        _secure(table, visible, changed)
    for table, condition in HELD.items():
        op.execute(
            f"CREATE POLICY held ON {table} FOR UPDATE TO budgetperf_app USING ({condition}) WITH CHECK (false)"
        )
    op.execute("ALTER TABLE event ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY readable ON event FOR SELECT TO budgetperf_app USING (bp_all())")
    op.execute("""CREATE POLICY writable ON event FOR INSERT TO budgetperf_app
        WITH CHECK (bp_person() <> '' AND actor = bp_person())""")
    op.execute("CREATE TRIGGER follows BEFORE UPDATE ON chain_head FOR EACH ROW EXECUTE FUNCTION bp_head()")
    for table in ISSUED:
        op.execute(
            f"CREATE TRIGGER issued BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION bp_issued()"
        )


def _secure(table: str, visible: str, changed: str) -> None:
    see, change = visible.format(table=table), changed.format(table=table)
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY visible ON {table} FOR SELECT TO budgetperf_app USING ({see})")
    if table in APART:
        for policy in APART[table]:
            op.execute(policy)
        return
    op.execute(
        f"CREATE POLICY changed ON {table} FOR ALL TO budgetperf_app USING ({change}) WITH CHECK ({change})"
    )


def downgrade() -> None:
    op.execute("""
        DO $$ DECLARE p record; BEGIN
          FOR p IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
            EXECUTE format('DROP POLICY %I ON %I', p.policyname, p.tablename);
          END LOOP;
        END $$""")
    for table in (*POLICIES, *GUARDED, "event"):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP TRIGGER follows ON chain_head")
    for table in ISSUED:
        op.execute(f"DROP TRIGGER issued ON {table}")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(f"DROP TRIGGER no_truncate ON {table}")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM budgetperf_app")
    op.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM budgetperf_app")
    for function in (
        "bp_refuse()",
        "bp_issued()",
        "bp_head()",
        "bp_admin()",
        "bp_writes(text)",
        "bp_writes_all()",
        "bp_sees(text)",
        "bp_all()",
        "bp_person()",
    ):
        op.execute(f"DROP FUNCTION {function}")
