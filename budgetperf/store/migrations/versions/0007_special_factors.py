"""when a band was adopted: the newest counts, and claims of special factors are open until some days after it

Revision ID: 0007_special_factors
Revises: 0006_cost_panels
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_special_factors"
down_revision = "0006_cost_panels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cost_band", sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("ALTER TABLE cost_band DISABLE TRIGGER append_only")
    op.execute("""UPDATE cost_band SET adopted_at = (
        SELECT max(s.at) FROM step s WHERE s.record_id = cost_band.record_id AND s.verb = 'adopt')""")
    op.execute("ALTER TABLE cost_band ENABLE TRIGGER append_only")
    op.alter_column("cost_band", "adopted_at", nullable=False)


def downgrade() -> None:
    op.drop_column("cost_band", "adopted_at")
