"""the wall around the assessment: units see theirs, raters their sheets, people their own result

``bp.assess`` says whether somebody sees the whole assessment (``sees``) or also runs it (``writes``);
``bp.branches`` and ``bp.desks`` are the branches they belong to and work in. What the money's people see over
the city does not open it: a person's result and a rater's sheet are nobody's business but theirs and that of
those who run the campaign. A supplier sees the names of those it reports on, a rater of those they rate.
What a rater typed goes once the sheet is in or taken back, the answer kept to its sending once it is forgotten.

Revision ID: 0004_assessment_wall
Revises: 0003_assessment
"""

from importlib import import_module

from alembic import op

revision = "0004_assessment_wall"
down_revision = "0003_assessment"
branch_labels = None
depends_on = None

_OWN_UNIT = """EXISTS (SELECT 1 FROM assessed_unit u WHERE u.subject = one.subject
        AND bp_person() IN (u.person_id, u.leader_id))"""
_OWN_SHEET = """EXISTS (SELECT 1 FROM rating_sheet t JOIN rater_seat s ON s.id = t.seat_id
        WHERE t.record_id = one.id AND s.person_id = bp_person())"""
_SUPPLIER = """(one.stage = 'task_book' AND one.status = 'issued' AND EXISTS (SELECT 1 FROM supplying s
        JOIN campaign c ON c.id = s.campaign_id
        WHERE c.subject = split_part(one.subject, '.U.', 1) AND bp_belongs(s.path)))"""
"""Who supplies facts must know the standards that the issued task books set."""

_SEEN = f"""bp_assesses() OR bp_belongs(one.path) OR {_OWN_UNIT} OR {_OWN_SHEET} OR {_SUPPLIER}
        OR (bp_person() <> '' AND (one.stage = 'assessment'
          OR one.stage = 'bonus' AND one.status IN ('openly', 'settled')))"""
"""What of an assessment is seen: the campaign itself, one's own, and bonuses published for objection."""

_WRITTEN = f"bp_assess_writes() OR bp_works_in(one.path) OR {_OWN_UNIT} OR {_OWN_SHEET}"


def _of_record(name: str, condition: str) -> str:
    """Return a function of one row of ``record``: planned once a session, not inside every query that asks for it."""
    return f"""CREATE FUNCTION {name}(one public.record) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = public AS $$ BEGIN RETURN {condition}; END $$"""


FUNCTIONS = (
    """CREATE FUNCTION bp_assesses() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('bp.assess', true), '') IN ('sees', 'writes') $$""",
    """CREATE FUNCTION bp_assess_writes() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('bp.assess', true), '') = 'writes' $$""",
    """CREATE FUNCTION bp_belongs(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT EXISTS (SELECT 1 FROM unnest(string_to_array(current_setting('bp.branches', true), ',')) AS branch
       WHERE path = branch OR starts_with(path, branch || '.')) $$""",
    """CREATE FUNCTION bp_works_in(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT EXISTS (SELECT 1 FROM unnest(string_to_array(current_setting('bp.desks', true), ',')) AS desk
       WHERE path = desk OR starts_with(path, desk || '.')) $$""",
    """CREATE FUNCTION bp_assessment(stage text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT stage IN ('assessment', 'task_book', 'progress', 'fact_report', 'rating', 'bonus', 'penalty',
       'appeal', 'improvement') $$""",
    """CREATE FUNCTION bp_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
  $$ BEGIN
       DELETE FROM draft WHERE record_id = NEW.id;
       IF NEW.status = 'archived' THEN
         DELETE FROM idempotent_answer WHERE body ->> 'record_id' = NEW.id;
       END IF;
       RETURN NULL;
     END $$""",
    _of_record("bp_assessed_seen", _SEEN),
    _of_record("bp_assessed_written", _WRITTEN),
)

_OF_RECORD = "EXISTS (SELECT 1 FROM record r WHERE r.id = {table}.record_id)"

SHARED = ("record", "step", "filing")
"""Tables of all stages; what they say of an assessment is seen with its record."""

_UNIT = "(person_id IS NULL AND bp_person() <> '') OR bp_assesses() OR bp_person() IN (person_id, leader_id)"
_OWN_SEAT = "EXISTS (SELECT 1 FROM rater_seat s WHERE s.id = seat_id AND s.person_id = bp_person())"
_THEIRS = """EXISTS (SELECT 1 FROM assessed_unit u WHERE u.id = {table}.unit_id AND (
        bp_belongs(u.path) OR bp_person() IN (u.person_id, u.leader_id)))"""
_RATED = """EXISTS (SELECT 1 FROM rater_seat s WHERE s.campaign_id = assessed_unit.campaign_id
        AND s.person_id = bp_person() AND s.units ? assessed_unit.code)"""
_SUPPLIED = """EXISTS (SELECT 1 FROM supplying s WHERE s.campaign_id = assessed_unit.campaign_id
        AND bp_belongs(s.path))"""

POLICIES: dict[str, tuple[str, str]] = {
    "campaign": ("bp_person() <> ''", "bp_assess_writes()"),
    "assessed_unit": (f"{_UNIT} OR {_RATED} OR {_SUPPLIED}", "bp_assess_writes()"),
    "supplying": ("bp_assesses() OR bp_belongs(path)", "bp_assess_writes()"),
    "rater_seat": ("bp_assess_writes() OR person_id = bp_person()", "bp_assess_writes()"),
    "rating_sheet": (f"bp_assess_writes() OR {_OWN_SEAT}", "bp_assess_writes()"),
    "unit_result": (
        f"""bp_assesses() OR EXISTS (SELECT 1 FROM campaign c WHERE c.id = unit_result.campaign_id
          AND c.contest_ends_on IS NOT NULL AND ({_THEIRS.format(table="unit_result")}
            OR (c.told_to_all AND c.approved_on IS NOT NULL
              AND EXISTS (SELECT 1 FROM assessed_unit u WHERE u.id = unit_result.unit_id AND u.person_id IS NULL))))""",
        "bp_assess_writes()",
    ),
    "campaign_file": (
        f"""bp_assesses() OR uploaded_by = bp_person() OR {_THEIRS.format(table="campaign_file")}
        OR bp_person() <> '' AND EXISTS (SELECT 1 FROM filing f JOIN record r ON r.id = f.record_id WHERE r.stage = 'bonus'
          AND r.status IN ('openly', 'settled') AND f.document -> 'evidence' ? campaign_file.digest)""",
        f"uploaded_by = bp_person() AND (bp_assess_writes() OR {_THEIRS.format(table='campaign_file')})",
    ),
}
"""Who sees and who writes the tables of the assessment."""

APART: dict[str, tuple[str, ...]] = {
    "rating_sheet": (
        "CREATE POLICY sent ON rating_sheet FOR INSERT TO budgetperf_app WITH CHECK (bp_assess_writes())",
        f"""CREATE POLICY own ON rating_sheet FOR UPDATE TO budgetperf_app
        USING (submitted_at IS NULL AND {_OWN_SEAT}) WITH CHECK ({_OWN_SEAT})""",
        "CREATE POLICY forgotten ON rating_sheet FOR DELETE TO budgetperf_app USING (bp_assess_writes())",
    ),
}
"""Tables whose rows some make and others change: a sheet is filled once, by its rater alone."""

RIGHTS = {
    "campaign": "UPDATE (started_on, contest_ends_on, approved_on, archived_on, told_to_all)",
    "rating_sheet": "UPDATE (document, submitted_at), DELETE",
    "rater_seat": "UPDATE (person_id), DELETE",
    "assessed_unit": "UPDATE, DELETE",
    "supplying": "UPDATE, DELETE",
    "unit_result": "UPDATE",
    "campaign_file": "",
}
"""What the app role may do to rows that stand."""

APPEND_ONLY = ("campaign_file",)

_PAPER = "starts_with(kind, 'batch.assessment_')"
"""Runs that print somebody's result: what they made is for who started them and who assesses."""

before = import_module("budgetperf.store.migrations.versions.0002_wall")


def _shared(table: str) -> tuple[str, str, str]:
    """Return the three conditions of a shared table: seen, written, held."""
    seen, written = before.POLICIES[table], before.WRITES[table].format(table=table)
    if table == "filing":
        return (
            seen,
            """filed_by = bp_person() AND EXISTS (SELECT 1 FROM record r WHERE r.id = filing.record_id
          AND (bp_assessment(r.stage) OR bp_writes_all() OR (r.evaluand_id IS NOT NULL AND bp_writes(r.path))))""",
            seen,
        )
    ours = {"record": "bp_assessed_seen(record)", "step": _OF_RECORD.format(table="step")}[table]
    writer = {"record": "bp_assessed_written(record)", "step": f"actor_id = bp_person() AND {ours}"}[table]
    seen = f"CASE WHEN bp_assessment(stage) THEN {ours} ELSE {seen} END"
    return seen, f"CASE WHEN bp_assessment(stage) THEN {writer} ELSE {written} END", seen


def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(function)
    for table, (seen, written) in POLICIES.items():
        op.execute(f"GRANT SELECT, INSERT ON {table} TO budgetperf_app")
        if RIGHTS[table]:
            op.execute(f"GRANT {RIGHTS[table]} ON {table} TO budgetperf_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY visible ON {table} FOR SELECT TO budgetperf_app USING ({seen})")
        changed = f"CREATE POLICY changed ON {table} FOR ALL TO budgetperf_app USING ({written}) WITH CHECK ({written})"
        for policy in APART.get(table, (changed,)):
            op.execute(policy)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION bp_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION bp_refuse()"
        )
    op.execute("""CREATE TRIGGER forgets AFTER UPDATE OF status ON record FOR EACH ROW
        WHEN (NEW.stage = 'rating' AND NEW.status <> 'draft') EXECUTE FUNCTION bp_forget()""")
    for table in SHARED:
        _alter(table, *_shared(table))
    decided = "CASE WHEN kind = 'assessment' THEN bp_assesses() ELSE {} END"
    op.execute(f"ALTER POLICY visible ON decision USING ({decided.format(_decision())})")
    run = (
        f"CASE WHEN {_PAPER} THEN bp_assesses() OR started_by = bp_person() ELSE {before.POLICIES['run']} END"
    )
    _alter_run(run)
    written = "CASE WHEN kind = 'assessment' THEN bp_assess_writes() ELSE bp_writes_all() END"
    op.execute(f"ALTER POLICY changed ON decision USING ({written}) WITH CHECK ({written})")


def downgrade() -> None:
    _alter_run(before.POLICIES["run"])
    op.execute(f"ALTER POLICY visible ON decision USING ({_decision()})")
    op.execute("ALTER POLICY changed ON decision USING (bp_writes_all()) WITH CHECK (bp_writes_all())")
    for table in SHARED:
        seen, written = before.POLICIES[table], before.WRITES[table].format(table=table)
        _alter(table, seen, written, seen)
    op.execute("DROP TRIGGER forgets ON record")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(f"DROP TRIGGER no_truncate ON {table}")
    for table in POLICIES:
        op.execute(f"DROP POLICY visible ON {table}")
        for policy in ("sent", "own", "forgotten") if table in APART else ("changed",):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON {table} FROM budgetperf_app")
    for function in (
        "bp_assessed_written(public.record)",
        "bp_assessed_seen(public.record)",
        "bp_forget()",
        "bp_assessment(text)",
        "bp_works_in(text)",
        "bp_belongs(text)",
        "bp_assess_writes()",
        "bp_assesses()",
    ):
        op.execute(f"DROP FUNCTION {function}")


def _alter_run(condition: str) -> None:
    op.execute(f"ALTER POLICY visible ON run USING ({condition})")
    op.execute(f"ALTER POLICY changed ON run USING ({condition}) WITH CHECK ({condition})")


def _decision() -> str:
    return str(before.POLICIES["decision"]).format(table="decision")


def _alter(table: str, seen: str, written: str, held: str) -> None:
    op.execute(f"ALTER POLICY visible ON {table} USING ({seen})")
    op.execute(f"ALTER POLICY changed ON {table} USING ({written}) WITH CHECK ({written})")
    if table in before.HELD:
        op.execute(f"ALTER POLICY held ON {table} USING ({held})")
