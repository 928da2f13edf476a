"""The wheel and the sdist of this working tree, built once and without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Distributions:
    """Where the two archives are, and the source that both were built from."""

    source: Path
    wheel: Path
    sdist: Path


@pytest.fixture(scope="session")
def packages() -> set[str]:
    """The top-level packages of the source, in the folders that `pyproject.toml` names."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folders = settings["tool"]["setuptools"]["packages"]["find"]["where"]
    return {init.parent.name for folder in folders for init in (ROOT / folder).glob("*/__init__.py")}


@pytest.fixture(scope="session")
def source_files() -> list[Path]:
    """The files of the repository, relative to it: tracked ones, and new ones that git does not ignore."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, so nothing says which files belong to the source")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    return sorted({Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()})


@pytest.fixture(scope="session")
def distributions(source_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """Build the wheel and the sdist, each from a copy of the source."""
    folder = tmp_path_factory.mktemp("distributions")
    source, out = folder / "source", folder / "dist"
    for path in source_files:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, source / path)
    build(source, out, "--wheel", "--sdist")
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return Distributions(source, wheel, sdist)


@pytest.fixture(scope="session")
def wheel_of_the_sdist(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from the sdist, as `pip install` of an sdist does."""
    folder = tmp_path_factory.mktemp("from-sdist")
    with tarfile.open(distributions.sdist) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    build(source, folder, "--wheel")
    (wheel,) = folder.glob("*.whl")
    return wheel


def build(source: Path, out: Path, *kinds: str) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", str(out), str(source)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
