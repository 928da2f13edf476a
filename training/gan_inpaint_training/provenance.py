"""The provenance of a run: its configuration, the versions of its packages, the checksums of its data."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from gan_inpaint_training.data import DataError
from gan_inpaint_training.task import AnyConfig
from gan_inpaint_training.writing import replace

CONFIG = "config.yaml"
PROVENANCE = "provenance.json"
PACKAGES = ("gan-inpaint", "torch", "lightning", "numpy", "opencv-contrib-python-headless", "msgspec")


def facts(config: AnyConfig) -> dict[str, dict[str, str]]:
    """Return the versions of the packages and the checksums of the data. Raises DataError."""
    return {"versions": _versions(), "data": checksums([*config.data.shards, *config.data.damage])}


def origin(run: Path) -> dict[str, str]:
    """Return the weights file that a run started from with its SHA-256, as its provenance has it; empty without one."""
    try:
        facts = json.loads((run / PROVENANCE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    weights: dict[str, str] = facts.get("weights", {})
    return weights


def write(run: Path, config: AnyConfig, facts: dict[str, dict[str, str]]) -> None:
    """Write the configuration as `config.yaml` and the facts as `provenance.json` into the run's folder.

    Creates the folder if needed. Raises OSError.
    """
    run.mkdir(parents=True, exist_ok=True)
    replace(run / CONFIG, msgspec.yaml.encode(config))
    replace(run / PROVENANCE, (json.dumps(facts, indent=2) + "\n").encode())


def checksums(sources: Iterable[str]) -> dict[str, str]:
    """Return source → SHA-256; a folder's is that of the list of its files with their hashes. Raises DataError."""
    return {source: _of_folder(Path(source)) if Path(source).is_dir() else _of_file(Path(source)) for source in sources}


def _of_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _of_folder(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{_of_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
