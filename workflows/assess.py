"""``./bp assess``: a facts file in, a results file out, and on demand the trace of every unit.

Reads and writes files; the assessment itself is ``scoring.assess``. Nothing is written when the
facts are refused.
"""

import csv
import gc
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import IO

from budgetperf.errors import Invalid
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.facts_file import read_text
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_results import UnitResult
from budgetperf.scoring.assessment_table import read_table, result_rows
from budgetperf.scoring.assessment_trace import traced_rules, traced_units
from workflows.schemes import Say, assessment_edition, packaged, tell

Write = Callable[[IO[str]], None]


def assess_file(
    name: str, facts: Path, say: Say, *, out: Path, trace: Path | None = None, as_of: date | None, today: date
) -> int:
    """Assess every unit of a facts file; 1 when the file is refused, with every defect by its row.

    Raises
    ------
    NotFound
        There is no such edition on the day asked for, or no such file.
    Invalid
        ``files.path`` if two of the files are one, or one cannot be written.
    """
    edition = assessment_edition(packaged().rulebook, name, as_of=as_of, today=today, option="--edition")
    _demand_paths(facts, [out, *([trace] if trace else [])])
    with _no_search_for_cycles():
        return _assessed(edition, facts, say, out=out, trace=trace)


def _assessed(edition: Edition, facts: Path, say: Say, *, out: Path, trace: Path | None) -> int:
    rules = edition.rules_as(AssessmentRules)
    try:
        results = assess(rules, read_table(read_text(facts)))
    except Invalid as error:
        tell(say, error)
        say(f"{facts} 有误，未作任何计算，未写出结果 / refused, nothing is computed or written")
        return 1
    files: dict[Path, Write] = {
        out: lambda file: _write_rows(file, result_rows(rules, results)),
    }
    if trace:
        files[trace] = lambda file: _write_trace(file, edition, results)
    write_all(files)
    say(f"{edition.id} {edition.title}：{len(results)} 个考评对象，结果写入 {out} / {len(results)} assessed")
    return 0


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Let only reference counts free memory meanwhile: a million rows hold no cycles and take a third less time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _demand_paths(facts: Path, written: Sequence[Path]) -> None:
    if len({_target(path) for path in (facts, *written)}) <= len(written):
        raise Invalid("files.path", "事实、结果和计算过程须是不同的文件，请改写文件名")
    for path in written:
        with _told(path):
            target = _target(path)
            taken = not target.is_file() and os.path.lexists(target)
            if taken or not target.parent.is_dir():
                raise _unwritable(path, "不是普通文件" if taken else "文件夹不存在")


def _target(path: Path) -> Path:
    """Return the file a path means, behind every link."""
    return Path(os.path.realpath(path))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in Chinese which file the system did not let be written."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error


def _unwritable(path: Path, why: str) -> Invalid:
    return Invalid("files.path", f"{path} 无法写出（{why}），请写明已有文件夹中可以写的一个文件名")


def _write_rows(file: IO[str], rows: Iterable[Sequence[object]]) -> None:
    """Write the results with a byte order mark: Excel shows Chinese without one as garbage."""
    file.write("\ufeff")
    csv.writer(file, lineterminator="\n").writerows(rows)


def _write_trace(file: IO[str], edition: Edition, results: Sequence[UnitResult]) -> None:
    """Write the trace, a unit a line."""
    head = {
        "edition": edition.id,
        "title": edition.title,
        "digest": edition.digest,
        "rules": traced_rules(edition.rules_as(AssessmentRules)),
    }
    file.write(json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "units": [')
    for number, unit in enumerate(traced_units(results)):
        file.write(("," if number else "") + "\n" + json.dumps(unit, ensure_ascii=False))
    file.write("\n]}\n")


def write_all(files: dict[Path, Write]) -> None:
    """Write every file beside its place, then put all in place: none is ever half there."""
    parts = {
        path: _target(path).with_name(f".{os.getpid()}-{number}.part") for number, path in enumerate(files)
    }
    try:
        for path, part in parts.items():
            with _told(path), part.open("w", encoding="utf-8", newline="") as file:
                files[path](file)
        for path, part in parts.items():
            with _told(path):
                part.replace(_target(path))
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink()
