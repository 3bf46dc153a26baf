"""special cases of cost panels; of a baseline, what a spending unit may read: its own unit and its own peers

``bp_own_baseline`` gives the newest package of an adopted baseline as far as it is the reader's own: the units
their projects are, the rows of those and of their peers, the curves, the model card without names of others.

Revision ID: 0006_cost_panels
Revises: 0005_calendar
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0006_cost_panels"
down_revision = "0005_calendar"
branch_labels = None
depends_on = None

OWN = """CREATE FUNCTION bp_own_baseline(baseline text) RETURNS TABLE (
    id text, kind text, record_id text, evaluand_id text, subject text, period text, edition text,
    edition_digest text, method text, facts jsonb, result jsonb, seed bigint, environment text, digest text,
    decided_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH own AS (
    SELECT DISTINCT u.dmu FROM record r
      JOIN cost_panel p ON p.code = r.subject
      JOIN cost_unit u ON u.panel_id = p.id AND u.fiscal_year = r.fiscal_year
      JOIN evaluand e ON e.id = u.evaluand_id
    WHERE r.id = baseline AND r.stage = 'baseline' AND r.status = 'adopted' AND bp_sees(e.path)),
  d AS (
    SELECT * FROM decision WHERE record_id = baseline AND kind = 'baseline' AND EXISTS (SELECT 1 FROM own)
    ORDER BY decided_at DESC, id DESC LIMIT 1),
  answered AS (
    SELECT key, item, n FROM d, jsonb_each(d.result) AS part (key, items),
      jsonb_array_elements(CASE jsonb_typeof(items) WHEN 'array' THEN items ELSE '[]' END) WITH ORDINALITY AS a (item, n)
    WHERE key IN ('baselines', 'standings', 'left_out') AND item ->> 'dmu' IN (SELECT dmu FROM own)),
  peer AS (
    SELECT p ->> 'dmu' AS dmu, p ->> 'year' AS year
    FROM answered, jsonb_array_elements(coalesce(item -> 'peers', item #> '{baseline,peers}', '[]')) AS p),
  seen AS (
    SELECT jsonb_agg(item ORDER BY n) AS rows
    FROM d, jsonb_array_elements(d.facts #> '{panel,rows}') WITH ORDINALITY AS a (item, n)
    WHERE item ->> 'dmu' IN (SELECT dmu FROM own)
      OR (item ->> 'dmu', item ->> 'year') IN (SELECT peer.dmu, peer.year FROM peer)),
  target AS (
    SELECT jsonb_agg(item ORDER BY n) AS rows
    FROM d, jsonb_array_elements(d.facts -> 'targets') WITH ORDINALITY AS a (item, n)
    WHERE item ->> 'dmu' IN (SELECT dmu FROM own)),
  factor AS (
    SELECT jsonb_agg(item ORDER BY n) AS rows
    FROM d, jsonb_array_elements(coalesce(d.facts -> 'factors', '[]')) WITH ORDINALITY AS a (item, n)
    WHERE item ->> 'dmu' IN (SELECT dmu FROM own)),
  told AS (
    SELECT jsonb_agg(item ORDER BY n) AS factors
    FROM d, jsonb_array_elements(coalesce(d.result #> '{card,special_factors}', '[]')) WITH ORDINALITY AS a (item, n)
    WHERE d.facts -> 'factors' -> (n::int - 1) ->> 'dmu' IN (SELECT dmu FROM own)),
  method AS (
    SELECT jsonb_agg(CASE jsonb_typeof(item #> '{result,conditions}') WHEN 'object' THEN jsonb_set(item,
      '{result,conditions}', (item #> '{result,conditions}') || '{"left_out": [], "capped": []}') ELSE item END ORDER BY n) AS cards
    FROM d, jsonb_array_elements(d.result #> '{card,methods}') WITH ORDINALITY AS a (item, n))
  SELECT d.id, d.kind, d.record_id, d.evaluand_id, d.subject, d.period, d.edition, d.edition_digest, d.method,
    jsonb_set(d.facts, '{panel,rows}', coalesce(seen.rows, '[]'))
      || jsonb_build_object('targets', coalesce(target.rows, '[]'))
      || CASE WHEN d.facts ? 'factors' THEN jsonb_build_object('factors', coalesce(factor.rows, '[]')) ELSE '{}' END,
    coalesce((SELECT jsonb_object_agg(key, coalesce(
        (SELECT jsonb_agg(item ORDER BY n) FROM answered WHERE answered.key = part.key), '[]'))
      FROM jsonb_object_keys(d.result) AS part (key) WHERE key IN ('baselines', 'standings', 'left_out')), '{}')
      || CASE WHEN d.result ? 'curves' THEN jsonb_build_object('curves', d.result -> 'curves') ELSE '{}' END
      || jsonb_build_object('card', (d.result -> 'card') || jsonb_build_object('methods', method.cards)
        || CASE WHEN d.result -> 'card' ? 'screened' THEN '{"screened": []}' ELSE '{}' END::jsonb
        || CASE WHEN d.result -> 'card' ? 'special_factors'
          THEN jsonb_build_object('special_factors', coalesce(told.factors, '[]')) ELSE '{}' END),
    d.seed, d.environment, d.digest, d.decided_at
  FROM d, seen, target, factor, told, method $$"""


def upgrade() -> None:
    op.add_column(
        "cost_observation",
        sa.Column("treatment", AutoString(), nullable=False, server_default=""),
    )
    op.alter_column("cost_observation", "treatment", server_default=None)
    op.execute(OWN)
    op.execute("REVOKE ALL ON FUNCTION bp_own_baseline(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION bp_own_baseline(text) TO budgetperf_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION bp_own_baseline(text)")
    op.drop_column("cost_observation", "treatment")
