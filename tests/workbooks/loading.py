"""Loads the scripts that make fixtures, so that tests hold the folders against them."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def load_script(path: Path) -> ModuleType:
    """Return a script as a module, under a name of its own."""
    spec = importlib.util.spec_from_file_location("made_" + "_".join(path.parts[-3:-1]), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
