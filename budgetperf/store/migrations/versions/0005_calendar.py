"""runs that sleep until a day of their calendar; what a forgotten rating leaves behind is cleared;
a sheet says itself what of last year is rated again, for its rater does not see last year's records

``bp_due_runs`` tells a worker, who acts for nobody, which runs to wake: their ids and starters only.
``bp_forget_traces`` clears what would still join a rater and their marks once the sheets are gone: drafts of
sheets, which only their writers see, and the digests kept for repeated requests, whose few possible bodies
could be tried.

Revision ID: 0005_calendar
Revises: 0004_assessment_wall
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_calendar"
down_revision = "0004_assessment_wall"
branch_labels = None
depends_on = None

DUE = """CREATE FUNCTION bp_due_runs(moment timestamptz) RETURNS TABLE (id text, started_by text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
  $$ SELECT r.id, r.started_by FROM run r
     WHERE r.finished_at IS NULL AND r.wakes_at <= moment ORDER BY r.wakes_at, r.id $$"""

FORGET = """CREATE FUNCTION bp_forget_traces(campaign text) RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  BEGIN
    IF NOT bp_assess_writes() THEN
      RAISE EXCEPTION '只有考评办公室可以清除评分人信息' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM draft d USING record r, campaign c
      WHERE c.id = $1 AND d.record_id = r.id AND r.stage = 'rating' AND r.subject = c.subject || '.R';
    DELETE FROM idempotent_answer a USING rater_seat s, campaign c
      WHERE c.id = $1 AND s.campaign_id = c.id AND a.person_id = s.person_id
        AND a.at < (c.archived_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai';
  END $$"""


def upgrade() -> None:
    op.add_column("run", sa.Column("wakes_at", sa.DateTime(timezone=True), nullable=True))
    none = sa.text("'[]'::jsonb")
    improved = sa.Column(
        "improved", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=none
    )
    op.add_column("rating_sheet", improved)
    op.alter_column("rating_sheet", "improved", server_default=None)
    op.execute(DUE)
    op.execute(FORGET)
    for function in ("bp_due_runs(timestamptz)", "bp_forget_traces(text)"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO budgetperf_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION bp_forget_traces(text)")
    op.execute("DROP FUNCTION bp_due_runs(timestamptz)")
    op.drop_column("rating_sheet", "improved")
    op.drop_column("run", "wakes_at")
