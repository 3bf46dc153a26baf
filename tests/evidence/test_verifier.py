import ast
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgetperf.evidence import verifier
from budgetperf.evidence.bundle import BundleContents, write_bundle
from budgetperf.evidence.verifier import canonical_json, main, verify

Reseal = Callable[[Path], None]
IN_PLACE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
MANIFEST, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def named(path: Path) -> set[str]:
    return {problem.file for problem in verify(path)}


def flip(path: Path, place: int, mask: int = 1) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= mask
    path.write_bytes(content)


def run(bundle: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "verify.py", *arguments]
    return subprocess.run(command, cwd=cwd or bundle, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="session")
def pristine(contents: BundleContents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle for tests that restore what they change."""
    root = tmp_path_factory.mktemp("pristine") / "bundle"
    write_bundle(root, contents)
    return root


# ------------------------------------------------------------- what is true


def test_a_true_bundle_is_accepted_as_folder_and_as_zip(bundle: Path, zipped: Path) -> None:
    assert verify(bundle) == []
    assert verify(zipped) == []


def test_resealing_alone_keeps_a_bundle_valid(bundle: Path, reseal: Reseal) -> None:
    reseal(bundle)
    assert verify(bundle) == []


def test_a_bundle_packed_again_is_accepted(bundle: Path, tmp_path: Path) -> None:
    for flat, root in ((True, bundle), (False, bundle.parent)):
        packed = tmp_path / f"again-{flat}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in bundle.rglob("*"):
                archive.write(path, path.relative_to(root))
        assert verify(packed) == []


def test_the_program_in_the_bundle_says_so_and_exits_zero(bundle: Path, zipped: Path, tmp_path: Path) -> None:
    digest = hashlib.sha256((bundle / TAGS).read_bytes()).hexdigest()
    for result in (
        run(bundle),
        run(bundle, "--digest", digest),
        run(bundle, str(zipped)),
        subprocess.run(
            [sys.executable, "-I", bundle / "verify.py"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        ),
    ):
        assert result.returncode == 0, result.stdout + result.stderr
        assert "结论 / result: 证据包完整无改动 / VALID" in result.stdout
        assert f"证据包摘要 / bundle digest: {digest}" in result.stdout
        assert "FAIL" not in result.stdout
    assert named(bundle) == set()


def test_the_program_speaks_on_a_terminal_without_chinese(bundle: Path) -> None:
    command = [sys.executable, "verify.py"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    result = subprocess.run(command, cwd=bundle, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "VALID" in result.stdout


def test_the_program_imports_only_the_standard_library_and_parses_as_python_3_8() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text(), feature_version=(3, 8))
    imported = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)


# ------------------------------------------------------- one flipped byte


def test_one_flipped_byte_in_any_file_is_refused_naming_the_file(pristine: Path) -> None:
    for name in names(pristine):
        content = (pristine / name).read_bytes()
        for place in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            for mask in (1, 0x20, 0x80):
                flip(pristine / name, place, mask)
                assert name in named(pristine), (name, place, mask)
                (pristine / name).write_bytes(content)
    assert verify(pristine) == []


@IN_PLACE
@given(data=st.data())
def test_any_bit_anywhere_matters(pristine: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(names(pristine)))
    content = (pristine / name).read_bytes()
    flip(pristine / name, data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255)))
    try:
        assert name in named(pristine)
    finally:
        (pristine / name).write_bytes(content)


def test_any_byte_of_the_tag_manifest_matters(pristine: Path) -> None:
    content = (pristine / TAGS).read_bytes()
    for place in range(len(content)):
        flip(pristine / TAGS, place, 0x20)
        assert TAGS in named(pristine), place
        (pristine / TAGS).write_bytes(content)


def test_the_program_names_the_flipped_file_and_exits_one(pristine: Path) -> None:
    for name in names(pristine):
        content = (pristine / name).read_bytes()
        flip(pristine / name, len(content) // 2 if name != "verify.py" else 20)  # 20: in its docstring
        result = run(pristine)
        (pristine / name).write_bytes(content)
        assert result.returncode == 1
        assert f"    {name}: " in result.stdout
        assert "结论 / result: 证据包被改动或不完整 / REFUSED" in result.stdout


@IN_PLACE
@given(place=st.integers(0), mask=st.integers(1, 255))
def test_a_byte_flipped_in_a_zip_is_refused_or_touches_no_file(zipped: Path, place: int, mask: int) -> None:
    content = zipped.read_bytes()
    with zipfile.ZipFile(zipped) as archive:
        true = {name: archive.read(name) for name in archive.namelist()}
    flip(zipped, place % len(content), mask)
    try:
        if not verify(zipped):
            with zipfile.ZipFile(zipped) as archive:
                assert {name: archive.read(name) for name in archive.namelist()} == true
    finally:
        zipped.write_bytes(content)


# ----------------------------------- cut, added, removed, renamed, replaced


def test_a_truncated_file_is_named(pristine: Path) -> None:
    for name in names(pristine):
        content = (pristine / name).read_bytes()
        for length in (0, len(content) // 2, len(content) - 1):
            (pristine / name).write_bytes(content[:length])
            assert name in named(pristine), (name, length)
        (pristine / name).write_bytes(content)


def test_a_removed_file_is_named(pristine: Path) -> None:
    for name in names(pristine):
        content = (pristine / name).read_bytes()
        (pristine / name).unlink()
        assert name in named(pristine), name
        (pristine / name).write_bytes(content)


@pytest.mark.parametrize(
    "name",
    [
        "extra.txt",
        "data/extra.txt",
        "data/records/extra.json",
        "data/packages/x.json",
        ".DS_Store",
        "data/新.txt",
    ],
)
def test_an_added_file_is_named(bundle: Path, name: str) -> None:
    (bundle / name).write_bytes(b"{}")
    assert named(bundle) - {TAGS, "bag-info.txt"} == {name}


def test_a_renamed_file_is_named_by_both_names(pristine: Path) -> None:
    for name in names(pristine):
        renamed = (pristine / name).with_suffix(".old")
        (pristine / name).rename(renamed)
        both = {name, renamed.relative_to(pristine).as_posix()}
        assert (both if name != TAGS else {TAGS}) <= named(pristine)  # without TAGS no tag file is known
        renamed.rename(pristine / name)


def test_two_swapped_files_are_named(bundle: Path) -> None:
    one, other = (bundle / f"data/records/{name}.json" for name in ("goals", "limits"))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert named(bundle) == {"data/records/goals.json", "data/records/limits.json"}


@pytest.mark.parametrize("kind", ["link", "pipe", "folder link"])
def test_what_is_no_plain_file_is_refused_unread(bundle: Path, kind: str) -> None:
    path = bundle / "data/records/goals.json"
    if kind == "folder link":
        (bundle / "data/outside").symlink_to("/")
        path = bundle / "data/outside"
    else:
        path.unlink()
        path.symlink_to("/dev/zero") if kind == "link" else os.mkfifo(path)
    assert named(bundle) == {path.relative_to(bundle).as_posix()}


@pytest.mark.parametrize("content", [None, b"", b"PK\5\6", b"hello"])
def test_what_is_no_bundle_is_refused(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.zip"
    if content is not None:
        path.write_bytes(content)
    assert named(path) == {"x.zip"}
    assert main([str(path)]) == 1
    assert "[不通过 FAIL] 打开 / opening\n    x.zip: " in capsys.readouterr().out


def test_an_empty_folder_lacks_every_part(tmp_path: Path) -> None:
    assert named(tmp_path) >= {"bagit.txt", "bag-info.txt", MANIFEST, TAGS, "verify.py", "data/README.txt"}


def test_a_bundle_rewritten_as_a_whole_is_refused_by_its_digest(
    contents: BundleContents, tmp_path: Path
) -> None:
    true = write_bundle(tmp_path / "true", contents)
    write_bundle(tmp_path / "forged", replace(contents, title="另一个项目"))
    assert verify(tmp_path / "forged") == []
    assert [problem.file for problem in verify(tmp_path / "forged", digest=true.digest)] == [TAGS]
    assert verify(tmp_path / "true", digest=f" {true.digest.upper()}\n") == []
    assert run(tmp_path / "forged", "--digest", true.digest).returncode == 1


# ----------------------------------------------------------- hostile zips


@pytest.mark.parametrize("name", ["../x", "/x", "b/../../x", "b\\x", "C:/x", "b//x", "b/./x"])
def test_a_zip_with_an_unsafe_path_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(name, b"x")
    (problem,) = verify(tmp_path / "x.zip")
    assert problem == (name, "路径不安全 / unsafe path")


def test_a_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b/data/records/x.json", bytes(65 * 2**20))
    (problem,) = verify(tmp_path / "x.zip")
    assert problem == ("x.zip", "压缩包展开后过大 / unpacks to too much")


def test_a_zip_with_links_or_names_twice_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("b/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert named(tmp_path / "x.zip") == {"b/link"}
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.writestr("b/x", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("b/x", b"2")
    assert named(tmp_path / "y.zip") == {"b/x"}


def test_a_changed_file_in_a_zip_is_named(bundle: Path, tmp_path: Path) -> None:
    flip(bundle / "data/records/goals.json", 3)
    packed = shutil.make_archive(str(tmp_path / "again"), "zip", bundle.parent, bundle.name)
    assert "data/records/goals.json" in named(Path(packed))


# ---------------------------------------------------------- canonical JSON

KEYS = st.text(
    st.characters(codec="utf-8") | st.sampled_from('\u007f\u2028\ud7ff\ue000\uffff𐀀𠮷绩\b\t"\\/'), max_size=4
)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
)


@given(DOCUMENTS)
def test_canonical_json_is_that_of_rfc_8785(document: object) -> None:
    assert canonical_json(document) == rfc8785.dumps(document)


def test_keys_are_sorted_by_utf_16_code_units() -> None:
    document = {"\ue000": 1, "𠮷": 2, "绩": 3, "a": 4}
    assert canonical_json(document) == rfc8785.dumps(document) == '{"a":4,"绩":3,"𠮷":2,"\ue000":1}'.encode()


@pytest.mark.parametrize("value", [0.5, 1.0, float("nan"), 2**53, -(2**53), "\ud800", {"\ud800": 1}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"number|surrogates"):
        canonical_json([value])
