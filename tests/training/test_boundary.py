"""What a user installs names training and export only in the commands that import them on demand.

Import contracts see import statements; these tests see the names that are imported at run time.
"""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import gan_inpaint

ON_DEMAND = {"cli/training.py", "cli/evaluation.py", "cli/detectors.py"}
NAME = re.compile(r"(gan_inpaint_training|gan_inpaint_export|torch|lightning|skimage)(\.\w*)*")


def modules_that_name_training(package: Path) -> set[str]:
    """The modules of `package` with such a name as a string, by their paths in it."""
    return {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value)
    }


def test_only_the_commands_of_training_and_evaluation_name_its_packages() -> None:
    assert modules_that_name_training(Path(gan_inpaint.__file__).parent) == ON_DEMAND


def test_the_plugins_never_name_them() -> None:
    for name in ("gan_inpaint_client", "gan_inpaint_gimp", "gan_inpaint_krita"):
        found = find_spec(name)
        assert found is not None and found.origin is not None
        assert modules_that_name_training(Path(found.origin).parent) == set()
