"""Commented blanks of the editions a city needs first, for a finance officer to fill.

Holds the writing of the blanks in ``skeleton/``; a blank that is filled as its comments say
passes ``checking``. Publishes nothing.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from budgetperf.errors import Conflict, Invalid
from budgetperf.rulebook.checking import BLANKS
from budgetperf.rulebook.reading import is_jurisdiction

SKELETONS: Mapping[str, Path] = {
    kind: BLANKS / f"{kind}.yaml" for kind in ("grades", "self_evaluation", "finance_evaluation")
}
"""The blanks by kind of edition."""


def write_skeletons(folder: Path, jurisdiction: str, *, valid_from: date) -> tuple[Path, ...]:
    """Write ``jurisdiction/kind/valid_from.yaml`` below ``folder`` for every blank.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    jurisdiction : str
        Name of the city; stands in the files and is the name of their folder.
    valid_from : date
        First day the editions are to hold.

    Raises
    ------
    Invalid
        ``rulebook.jurisdiction`` if the name cannot be the name of a folder.
    Conflict
        ``rulebook.exists`` if one of the files is there already; then none is written.
    """
    if not is_jurisdiction(jurisdiction):
        text = f"“{jurisdiction}”不能作辖区名称：只能用文字、字母、数字、下划线和连字符"
        raise Invalid("rulebook.jurisdiction", text)
    paths = {kind: folder / jurisdiction / kind / f"{valid_from}.yaml" for kind in SKELETONS}
    for path in paths.values():
        if path.exists():
            raise Conflict("rulebook.exists", f"{path} 已存在，不会覆盖；请换一个生效日或文件夹")
    for kind, path in paths.items():
        blank = SKELETONS[kind].read_text(encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = blank.replace("【辖区】", jurisdiction).replace("【生效日】", valid_from.isoformat())
        path.write_text(text, encoding="utf-8")
    return tuple(paths.values())
