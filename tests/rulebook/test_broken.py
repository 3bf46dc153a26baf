"""One defect per file in ``broken/``, refused with file, line and what to do.

The last line of a broken edition says what is expected: ``# line N: words``.
"""

import re
from pathlib import Path

import pytest

from budgetperf.errors import Invalid
from budgetperf.rulebook.checking import checked_edition

FOLDER = Path(__file__).parent
EDITIONS = sorted((FOLDER / "broken").glob("*/*.yaml"))
SOUND = sorted(FOLDER.glob("sound*.yaml"))


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_each_sound_edition_passes(path: Path) -> None:
    assert checked_edition(path.read_bytes(), name=path.name).examples


@pytest.mark.parametrize("path", EDITIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_defect_is_refused_with_file_line_and_remedy(path: Path) -> None:
    raw = path.read_bytes()
    expected = re.fullmatch(r"# line (\d+): (.+)", raw.splitlines()[-1].decode())
    assert expected
    with pytest.raises(Invalid) as refusal:
        checked_edition(raw, name="草稿.yaml")
    (finding,) = refusal.value.findings
    assert finding.where.pointer == f"草稿.yaml:{expected[1]}"
    assert expected[2] in finding.message
    assert f"{finding.where} {finding.message}" == refusal.value.text
