from pathlib import Path

import pytest

from budgetperf.errors import Conflict, Invalid
from budgetperf.rulebook import lock
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.lock import lock_editions, read_lock

SOUND = (Path(__file__).parent / "sound.yaml").read_text(encoding="utf-8")
ID = "national/grades/2020-02-25"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, SOUND)
    return tmp_path


def write(root: Path, text: str, edition_id: str = ID) -> None:
    path = root / f"{edition_id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_locking_writes_the_digest_once(root: Path) -> None:
    assert lock_editions(root) == (ID,)
    assert lock_editions(root) == ()
    assert Rulebook.load(root).by_id(ID).digest == read_lock(root)[ID]


def test_an_unlocked_edition_is_not_loaded(root: Path) -> None:
    with pytest.raises(Conflict, match="尚未锁定"):
        Rulebook.load(root)


def test_a_changed_byte_is_refused_on_loading_and_on_locking(root: Path) -> None:
    lock_editions(root)
    write(root, SOUND + "\n")
    with pytest.raises(Conflict, match="与锁定的摘要不符"):
        Rulebook.load(root)
    with pytest.raises(Conflict, match="已锁定，内容不能再改"):
        lock_editions(root)
    assert lock_editions(root, replace=[ID]) == (ID,)


def test_a_removed_edition_is_refused_on_loading_and_on_locking(root: Path) -> None:
    lock_editions(root)
    (root / f"{ID}.yaml").unlink()
    with pytest.raises(Conflict, match="缺少文件"):
        Rulebook.load(root)
    with pytest.raises(Conflict, match="不能删除"):
        lock_editions(root)


@pytest.mark.parametrize(
    ("example", "told"),
    [
        ("given: {total: 90}, expect: {grade: good}", "算例“错”：grade应为good，实际为excellent"),
        ("given: {total: 90}, expect: {mark: good}", "算例“错”：mark应为good，实际为无此项"),
        ("given: {total: 90}, refused: scoring.total_range", "应以“scoring.total_range”拒绝，实际被接受"),
        ("given: {total: 101}, expect: {grade: good}", "应接受，实际以“scoring.total_range”拒绝"),
        (
            "given: {total: 101}, refused: scoring.tier",
            "应以“scoring.tier”拒绝，实际以“scoring.total_range”拒绝",
        ),
    ],
)
def test_an_edition_whose_examples_fail_is_not_locked(root: Path, example: str, told: str) -> None:
    write(root, f"{SOUND}  - {{name: 错, {example}}}\n")
    with pytest.raises(Invalid) as refusal:
        lock_editions(root)
    assert refusal.value.code == "rulebook.examples"
    assert f"{ID}.yaml:17 examples.第3项：" in refusal.value.text
    assert told in refusal.value.text
    assert not (root / "editions.lock").exists()


def test_an_edition_without_examples_is_not_locked(root: Path) -> None:
    write(root, SOUND[: SOUND.index("examples:")] + "examples: []\n")
    with pytest.raises(Invalid, match="没有算例"):
        lock_editions(root)


@pytest.mark.parametrize("line", ["abc  national/x", "a" * 64, f"{'a' * 64}  x\n{'a' * 64}  x"])
def test_a_damaged_lock_is_refused_with_its_line(root: Path, line: str) -> None:
    (root / "editions.lock").write_text(f"# head\n{line}\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"editions\.lock:[23] 应为"):
        read_lock(root)


def test_the_command_locks_and_says_what_it_refuses(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "ROOT", root)
    assert lock.main([]) == 0
    assert lock.main([]) == 0
    assert capsys.readouterr().out == f"已锁定 {ID}\n没有变化\n"
    write(root, SOUND + "\n")
    assert lock.main([]) == 1
    assert "已锁定，内容不能再改" in capsys.readouterr().err
    assert lock.main(["--replace", ID]) == 0
