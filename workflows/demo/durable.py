"""Durable runs of the demo: started in a scene, waited for while the clock stands."""

import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from budgetperf.errors import Conflict, Unavailable
from budgetperf.store.runs import RunState
from workflows.demo.stage import Stage
from workflows.jobs import Jobs

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run, under which key, and who starts it."""

    kind: str
    arguments: dict[str, str]
    key: str
    login: str


def finish(stage: Stage, order: Order, when: datetime, *, until: RunState = RunState.DONE) -> None:
    """Start a run and wait until it stands as told.

    Raises
    ------
    Conflict
        It halted.
    Unavailable
        It took too long.
    """
    with closing(Jobs(stage.house)) as jobs:
        with stage.scene(f"{order.kind}/{order.key}", when, order.login) as scene:
            ctx = scene.by(order.login)
            run_id = jobs.enqueue_in_transaction(ctx, order.kind, order.arguments, key=order.key)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            run = jobs.status(run_id, actor_id=ctx.actor.id).run
            if run.state is until:
                return
            if run.state is RunState.HALTED:
                raise Conflict("demo.run", f"{run.title}中止：{run.note}")
            time.sleep(0.05)
    raise Unavailable("demo.run", f"{run.title}未在{SECONDS}秒内完成")
