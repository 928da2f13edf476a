"""The client and the plug-ins run in an editor's Python: an old one, without any package."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import gan_inpaint_client

CLIENT = Path(gan_inpaint_client.__file__).parent
MODULES = sorted(CLIENT.glob("*.py"))
PLUGINS = [
    module
    for package in ("gan_inpaint_gimp", "gan_inpaint_krita")
    for folder in (importlib.util.find_spec(package) or pytest.fail(package)).submodule_search_locations or []
    for module in sorted(Path(folder).glob("*.py"))
]
EDITORS = {"gan_inpaint_client", "gi", "krita", "PyQt5", "PyQt6"}

IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
before = {"gan_inpaint_client", *sys.modules}
import gan_inpaint_client
print(gan_inpaint_client.__name__, *sorted({name.partition(".")[0] for name in sys.modules} - before))
"""


def test_importing_the_client_needs_the_standard_library_only() -> None:
    """Import the folder as a plug-in does, in a Python without site-packages."""
    program = [sys.executable, "-I", "-S", "-c", IMPORT, str(CLIENT.parent)]
    name, *imported = subprocess.run(program, check=True, capture_output=True, text=True).stdout.split()
    assert name == "gan_inpaint_client"
    assert set(imported) <= sys.stdlib_module_names


@pytest.mark.parametrize("module", [*MODULES, *PLUGINS], ids=lambda path: path.stem)
def test_the_syntax_is_that_of_python_3_9(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"), feature_version=(3, 9))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_imports_inside_the_client_are_relative(module: Path) -> None:
    """An editor's Python may have another copy of the package elsewhere."""
    assert imported(module) <= sys.stdlib_module_names


@pytest.mark.parametrize("module", PLUGINS, ids=lambda path: path.stem)
def test_a_plug_in_needs_its_editor_and_the_client_only(module: Path) -> None:
    allowed = EDITORS | {"gan_inpaint_gimp"} if module.name == "gan-inpaint.py" else EDITORS
    assert imported(module) <= sys.stdlib_module_names | allowed


def imported(module: Path) -> set[str]:
    """Return the names of the packages that a module imports by absolute names."""
    tree = ast.parse(module.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names}


def test_every_exported_name_exists_and_is_sorted() -> None:
    exported = gan_inpaint_client.__all__
    assert all(hasattr(gan_inpaint_client, name) for name in exported)
    assert len(set(exported)) == len(exported)
