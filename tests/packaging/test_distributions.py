"""The wheel and the sdist hold what they must, and nothing else."""

from __future__ import annotations

import email
import tarfile
import zipfile
from email.message import Message
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pytest

SOURCES = ("daemon/", "export/", "plugins/", "training/gan_inpaint_training/")
LICENCES = {"Apache-2.0.txt", "LicenseRef-GAN-Inpaint-weights.txt"}


@pytest.fixture(scope="module")
def wheel(distributions) -> dict[PurePosixPath, bytes]:
    """The files of the wheel."""
    return unpacked(distributions.wheel)


@pytest.fixture(scope="module")
def sdist(distributions) -> dict[PurePosixPath, bytes]:
    """The files of the sdist, relative to its one folder."""
    with tarfile.open(distributions.sdist) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        content = {PurePosixPath(file.name): archive.extractfile(file).read() for file in files}
    (top,) = {path.parts[0] for path in content}
    return {path.relative_to(top): data for path, data in content.items()}


def unpacked(wheel: Path) -> dict[PurePosixPath, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {PurePosixPath(name): archive.read(name) for name in archive.namelist()}


def metadata(wheel: dict[PurePosixPath, bytes]) -> Message:
    (data,) = (data for path, data in wheel.items() if path.name == "METADATA")
    return email.message_from_bytes(data)


def installed(wheel: dict[PurePosixPath, bytes]) -> dict[PurePosixPath, bytes]:
    """What of the wheel is no metadata."""
    return {path: data for path, data in wheel.items() if not path.parts[0].endswith(".dist-info")}


def digests(source: Path, files: list[Path]) -> dict[str, Path]:
    """The files of the packages by the SHA-256 of what they hold, wherever a package maps them to."""
    shipped = [path for path in files if path.as_posix().startswith(SOURCES)]
    return {sha256((source / path).read_bytes()).hexdigest(): path for path in shipped}


def test_the_wheel_claims_the_packages_of_the_product_and_nothing_else(wheel, packages: set[str]) -> None:
    assert {path.parts[0] for path in installed(wheel)} == packages
    (top_level,) = (data for path, data in wheel.items() if path.name == "top_level.txt")
    assert set(top_level.decode().split()) == packages
    assert {"gan_inpaint", "gan_inpaint_export", "gan_inpaint_training"} < packages
    assert all(name == "gan_inpaint" or name.startswith("gan_inpaint_") for name in packages)


def test_the_wheel_holds_each_file_of_the_packages(wheel, distributions, source_files) -> None:
    held = {sha256(data).hexdigest() for data in wheel.values()}
    missing = [path for digest, path in digests(distributions.source, source_files).items() if digest not in held]
    assert not missing


def test_the_wheel_holds_no_file_that_is_not_in_the_source(wheel, distributions, source_files) -> None:
    known = digests(distributions.source, source_files)
    assert not [path for path, data in installed(wheel).items() if sha256(data).hexdigest() not in known]


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        ("gan_inpaint/*/*.onnx", 3),
        ("gan_inpaint/*/*.json", 3),
        ("gan_inpaint/*/report.html", 1),
        ("gan_inpaint_training/configs/*.yaml", 12),
        ("gan-inpaint.py", 1),
        ("gan_inpaint.desktop", 1),
        ("gan_inpaint.action", 1),
        ("gan_inpaint_client/manual/*.html", 8),
        ("gan_inpaint_client/languages/*.mo", 5),
    ],
)
def test_the_wheel_holds_the_data_that_the_product_needs(wheel, pattern: str, least: int) -> None:
    assert len([path for path in wheel if path.match(pattern)]) >= least


def test_each_package_says_that_it_is_typed(wheel, packages: set[str]) -> None:
    assert {path.parts[0] for path in wheel if path.name == "py.typed"} == packages


def test_the_wheel_states_both_licences_and_holds_their_texts(wheel, distributions) -> None:
    about = metadata(wheel)
    assert about["License-Expression"] == "Apache-2.0 AND LicenseRef-GAN-Inpaint-weights"
    assert {PurePosixPath(name).name for name in about.get_all("License-File")} == LICENCES
    texts = {path.name: data for path, data in wheel.items() if "licenses" in path.parts}
    assert texts == {name: (distributions.source / "LICENSES" / name).read_bytes() for name in LICENCES}


def test_the_sdist_holds_the_source_and_no_checkpoint(sdist, source_files) -> None:
    left_out = {path.as_posix() for path in source_files} - {path.as_posix() for path in sdist}
    assert {name for name in left_out if not name.startswith((".", "training/checkpoints/"))} == set()
    assert not [path for path in sdist if path.suffix == ".pt"]


def test_the_sdist_holds_no_file_that_is_not_in_the_source(sdist, source_files) -> None:
    added = {path.as_posix() for path in sdist} - {path.as_posix() for path in source_files}
    generated = {name for name in added if name in {"PKG-INFO", "setup.cfg"} or ".egg-info/" in name}
    assert added == generated


def test_the_sdist_makes_the_same_wheel(wheel, wheel_of_the_sdist: Path) -> None:
    assert installed(unpacked(wheel_of_the_sdist)) == installed(wheel)
