"""The evidence bundle of one evaluand, written as a zip and kept by digest."""

import tempfile

from budgetperf.actions.bundles import export
from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_own_file
from budgetperf.forms import Form, Line, ask
from budgetperf.provenance import Json
from budgetperf.store.records import get_evaluand
from workflows.about import About

STEP = "bundle"
ZIP = "application/zip"


class BundleOrder(Form):
    """Whose evidence is bundled."""

    subject: Line = ask("评价对象编码")


def about(ctx: Context, order: BundleOrder) -> About:
    """Name the evaluand."""
    evaluand = get_evaluand(ctx.session, ctx.actor, order.subject)
    return About(f"导出“{evaluand.name}”证据包", evaluand.path)


def act(ctx: Context, order: BundleOrder, _step: str) -> Json:
    """Write the bundle; the answer names its file and the digest to compare it with."""
    with tempfile.TemporaryFile() as target:
        summary = export(ctx, order.subject, target)
        target.seek(0)
        digest = keep_own_file(ctx, target.read(), ZIP)
    return {"digest": digest, "filename": f"{order.subject}-证据包.zip", "bundle_digest": summary.digest}
