"""Workers that die by SIGKILL at a given commit, before or after it: a program for the tests.

    python -m tests.workflows.killed_worker OWNER_URL FOLDER before:1 after:3 never

One worker after the other, each a process of its own, forked before anything runs. Nothing of the project
is replaced: a listener of SQLAlchemy pulls the trigger. Prints the place of each, and how it ended.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from budgetperf.store.session import BoundSession, Database
from tests.workflows.city import house_of
from workflows.worker import working

EVENTS = {"before": "before_commit", "after": "after_commit"}


def arm(moment: str, number: int) -> None:
    """Kill this process at its ``number``-th commit."""
    commits = 0

    def count(_session: Session) -> None:
        nonlocal commits
        commits += 1
        if commits == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(BoundSession, EVENTS[moment], count)


def work(url: str, folder: str, death: str) -> None:
    """Work until killed, or until standard input ends."""
    moment, _, number = death.partition(":")
    if moment != "never":
        arm(moment, int(number))
    database = Database(url, url)
    with house_of(database, Path(folder)) as house, working(house, database) as executor:
        print(executor, flush=True)
        sys.stdin.read()


def main(url: str, folder: str, *deaths: str) -> None:
    """Start a worker per death, each after the last has died."""
    for death in deaths:
        child = os.fork()
        if child == 0:
            work(url, folder, death)
            os._exit(0)
        print(death, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
