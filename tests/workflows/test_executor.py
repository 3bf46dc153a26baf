"""Pieces done by the workers of a Dask scheduler give the figures of one process; what is amiss there is told."""

import logging
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from distributed import LocalCluster

from budgetperf.costing.errors import NotConverged, TooFewRows
from budgetperf.costing.fitted import fit
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.packages import baseline_result
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.spread import Figures, Spread, in_turn, pieces
from budgetperf.costing.standings import answer
from budgetperf.errors import Unavailable
from budgetperf.provenance import canonical_json
from tests.costing.factories import make_panel
from workflows import executor as executors
from workflows.executor import Scheduler, executor
from workflows.progress import Watched

SPEC = BaselineSpec(methods=("driver_regression", "quantile", "dea", "stoned"), n_draws=50, seed=3)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler and two worker processes on this machine."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield str(cluster.scheduler_address)


def small_panel() -> CostPanel:
    """Sixteen dmus by their area, every third of them wasteful."""
    made = make_panel(n_dmus=16, years=(2024,), waste={f"D{at:02}": 1.7 for at in range(0, 16, 3)})
    rows = tuple(replace(row, drivers={"area": row.drivers["area"]}) for row in made.rows)
    return CostPanel(replace(made.spec, drivers=made.spec.drivers[:1]), rows)


def package(spread: Spread) -> bytes:
    """The whole result of a package, to the last sign."""
    fitted = fit(small_panel(), SPEC, spread=spread)
    return canonical_json(baseline_result(answer(fitted, ()), card=fitted.card))


def test_a_spread_fit_is_the_local_fit_to_the_last_sign(address: str) -> None:
    handed: list[int] = []

    def counted(function, items, /):  # type: ignore[no-untyped-def]  # a Spread
        handed.append(len(items))
        return Watched(workers, sys.stderr)(function, items)

    with executor(address) as workers:
        spread = package(counted)
    assert handed == [5, 5]  # both bootstraps, ten draws a piece
    assert spread == package(in_turn)


def fail(n: int) -> Figures:
    raise TooFewRows("有效行不足", n=n, needed=3) if n else NotConverged("凸回归", "迭代已尽")


def test_a_failure_in_a_worker_is_the_same_failure_here(address: str) -> None:
    with executor(address) as workers:
        with pytest.raises(TooFewRows, match="现有2，至少需要3") as found:
            Watched(workers, sys.stderr)(fail, [2])
        assert (found.value.n, found.value.needed) == (2, 3)
        with pytest.raises(NotConverged, match="凸回归未收敛"):
            Watched(workers, sys.stderr)(fail, [0])


def double(part: Figures) -> Figures:
    return 2 * part


def test_workers_of_another_program_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with executor(address) as workers:
        assert [
            list(one) for one in Watched(workers, sys.stderr)(double, [np.array([1.0]), np.array([2.0])])
        ] == [
            [2],
            [4],
        ]
        here = executors.kit()
        monkeypatch.setattr(executors, "kit", lambda: f"{here} of yesterday")
        with pytest.raises(Unavailable, match="程序或数值库与后台进程不同"):
            Watched(workers, sys.stderr)(double, [np.array([1.0])])


def test_a_scheduler_that_does_not_answer_or_loses_its_workers_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(executors, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(executors, "PATIENCE_SECONDS", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(Unavailable, match="无法连接"), executor(free):
        pass
    with LocalCluster(
        n_workers=0, processes=False, host="127.0.0.1", protocol="tcp", dashboard_address=":0"
    ) as empty:
        with pytest.raises(Unavailable, match="没有计算节点"), executor(empty.scheduler_address):
            pass
        with empty.get_client() as client, pytest.raises(Unavailable, match="已没有计算节点"):
            Watched(Scheduler(client, "here"), sys.stderr)(double, [np.array([1.0])])


def test_pieces_hold_every_draw_once() -> None:
    assert [range(25)[one] for one in pieces(25)] == [range(10), range(10, 20), range(20, 25)]
