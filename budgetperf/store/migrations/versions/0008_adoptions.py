"""which baselines of a panel and year were adopted, in order: told to whoever has a unit in the panel that year

The record of a baseline stays with the city's offices; that it is in force, or which one replaced it, does not.

Revision ID: 0008_adoptions
Revises: 0007_special_factors
"""

from alembic import op

revision = "0008_adoptions"
down_revision = "0007_special_factors"
branch_labels = None
depends_on = None

ADOPTED = """CREATE FUNCTION bp_adopted() RETURNS TABLE (
    record_id text, panel_code text, fiscal_year int, adopted_at timestamptz, superseded_by text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH adopted AS (
    SELECT r.id, r.subject, r.fiscal_year, r.serial, max(s.at) AS at
    FROM record r JOIN step s ON s.record_id = r.id AND s.verb = 'adopt'
    WHERE r.stage = 'baseline' AND r.status = 'adopted' GROUP BY r.id, r.subject, r.fiscal_year, r.serial)
  SELECT a.id, a.subject, a.fiscal_year, a.at,
    coalesce(lead(a.id) OVER (PARTITION BY a.subject, a.fiscal_year ORDER BY a.at, a.serial), '')
  FROM adopted a
  WHERE bp_all() OR EXISTS (
    SELECT 1 FROM cost_panel p JOIN cost_unit u ON u.panel_id = p.id AND u.fiscal_year = a.fiscal_year
      JOIN evaluand e ON e.id = u.evaluand_id
    WHERE p.code = a.subject AND bp_sees(e.path))
  ORDER BY a.at, a.serial $$"""


def upgrade() -> None:
    op.execute(ADOPTED)
    op.execute("REVOKE ALL ON FUNCTION bp_adopted() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION bp_adopted() TO budgetperf_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION bp_adopted()")
