"""the wall around cost panels: a spending unit sees the rows of its own units, and writes none

What others spend is for those who see the whole city; a unit reads of its peers what its baseline shows
(``bp_own_baseline``), nothing else.

Revision ID: 0009_cost_wall
Revises: 0008_adoptions
"""

from alembic import op

revision = "0009_cost_wall"
down_revision = "0008_adoptions"
branch_labels = None
depends_on = None

POLICIES: dict[str, str] = {
    "cost_panel": "bp_all() OR EXISTS (SELECT 1 FROM cost_unit u WHERE u.panel_id = cost_panel.id)",
    "cost_observation": """bp_all() OR EXISTS (SELECT 1 FROM cost_unit u
        WHERE u.panel_id = cost_observation.panel_id AND u.dmu = cost_observation.dmu)""",
    "cost_unit": "EXISTS (SELECT 1 FROM evaluand e WHERE e.id = cost_unit.evaluand_id AND bp_sees(e.path))",
}
"""Who sees a row: through ``cost_unit``, of which everybody sees the units the projects of their branch are.

A seat on the panel of experts opens a project, not what its unit costs.
"""

BAND = "EXISTS (SELECT 1 FROM evaluand e WHERE e.id = cost_band.evaluand_id{branch})"


def upgrade() -> None:
    for table, seen in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY visible ON {table} FOR SELECT TO budgetperf_app USING ({seen})")
        op.execute(
            f"CREATE POLICY changed ON {table} FOR ALL TO budgetperf_app USING (bp_writes_all()) WITH CHECK (bp_writes_all())"
        )
    op.execute(f"ALTER POLICY visible ON cost_band USING ({BAND.format(branch=' AND bp_sees(e.path)')})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY visible ON cost_band USING ({BAND.format(branch='')})")
    for table in POLICIES:
        op.execute(f"DROP POLICY visible ON {table}")
        op.execute(f"DROP POLICY changed ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
