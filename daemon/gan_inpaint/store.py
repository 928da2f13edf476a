"""The installed models: those that ship with the product, those that the user added, and the classical filler.

A model is a pair of files, `NAME.onnx` and `NAME.json` (`gan_inpaint.manifest.Sidecar`); it is installed once both
are there. Listing reads the small JSON files only; onnxruntime is imported when a model is added.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from gan_inpaint import __version__
from gan_inpaint.errors import BadModel, BadRequest, CannotWrite, NoDetector, UnknownModel
from gan_inpaint.manifest import AnyManifest, DetectorManifest, Manifest, Sidecar, read_sidecar, sha256_of

log = logging.getLogger(__name__)

BUILT_IN = Path(__file__).parent / "models"
SHIPPED_DEFAULT = "dmfb"
SHIPPED_DETECTOR = "scratches"
DEFAULT = "default"
CLASSICAL = "classical"
AUTO = "auto"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class ModelEntry:
    """An installed model. `path` is its ONNX file, None for the classical filler; `sha256` what that file must have."""

    name: str
    path: Path | None
    sha256: str
    manifest: AnyManifest
    default: bool = False
    built_in: bool = False

    @property
    def kind(self) -> Literal["generator", "detector", "classical"]:
        if isinstance(self.manifest, DetectorManifest):
            return "detector"
        return "classical" if self.path is None else "generator"


CLASSICAL_ENTRY = ModelEntry(
    name=CLASSICAL,
    path=None,
    sha256="",
    manifest=Manifest(
        name=CLASSICAL,
        title="Classical filling, without a network",
        version=__version__,
        size_multiple=1,
        window=256,
        training_data="none",
        licence="Apache-2.0",
        images_seen=0,
    ),
    built_in=True,
)


class ModelStore:
    """The models of `user_dir` and of the product's own folder, whose names win."""

    def __init__(self, user_dir: Path, built_in_dir: Path = BUILT_IN) -> None:
        self._user_dir = user_dir
        self._built_in_dir = built_in_dir

    def list(self) -> tuple[ModelEntry, ...]:
        """All usable models: the default first, then generators, detectors, and the classical filler.

        Damaged ones are logged and left out.
        """
        entries: dict[str, ModelEntry] = {}
        for folder in (self._built_in_dir, self._user_dir):
            for name in sorted(path.stem for path in folder.glob("*.json") if _NAME.fullmatch(path.stem)):
                try:
                    entries.setdefault(name, self._read(folder, name))
                except BadModel as problem:
                    log.warning("%s %s", problem.message, problem.hint)
        ordered = sorted(entries.values(), key=lambda entry: (not entry.default, entry.kind == "detector"))
        return (*ordered, CLASSICAL_ENTRY)

    def get(self, name: str) -> ModelEntry:
        """The model of that name; `default` names the generator that ships with the product.

        Raises:
            UnknownModel: there is none; NoDetector where that is the detector that ships with the product.
            BadModel: one of its two files is missing or damaged.
        """
        if name == CLASSICAL:
            return CLASSICAL_ENTRY
        wanted = SHIPPED_DEFAULT if name == DEFAULT else name
        if _NAME.fullmatch(wanted):
            for folder in (self._built_in_dir, self._user_dir):
                if any(path.exists() for path in _pair(folder, wanted)):
                    return self._read(folder, wanted)
        if name == DEFAULT:
            raise UnknownModel("The generator that ships with GAN Inpaint is missing.", "Install GAN Inpaint again.")
        if name == SHIPPED_DETECTOR:
            raise NoDetector("The detector that ships with GAN Inpaint is missing.", "Install GAN Inpaint again.")
        names = ", ".join(entry.name for entry in self.list())
        raise UnknownModel(f"There is no model called “{name}”.", f"Installed: {names}.")

    def add(self, source: str | Path, name: str | None = None, sha256: str | None = None) -> ModelEntry:
        """Install an ONNX file, or one at an http(s) address whose SHA-256 must then be given.

        `name` is the file's own if not given. The model is loaded and run once; nothing is left behind when it fails.

        Raises:
            BadModel: it is missing, foreign, damaged or does not work, or has not that SHA-256.
            BadRequest: the name cannot be used, or the SHA-256 is missing.
            CannotWrite: a model of that name exists, or the folder cannot be written.
        """
        from gan_inpaint import runtime  # loads onnxruntime, which listing must not

        is_address = str(source).lower().startswith(("http://", "https://"))
        if is_address and sha256 is None:
            raise BadRequest(
                "A model from the internet is only added with its SHA-256, which proves that it is the right one.",
                "Add “--sha256” with the value that the model's page gives.",
            )
        name = _checked_name(_name_of(str(source)) if name is None else name)
        target = _pair(self._user_dir, name)[0]
        if any(path.exists() for folder in (self._built_in_dir, self._user_dir) for path in _pair(folder, name)):
            raise CannotWrite(f"There is a model called “{name}” already.", "Remove it first, or choose another name.")
        with being_written(target) as temporary:
            if is_address:
                _download(str(source), str(sha256), temporary)
            else:
                _copy(Path(source), sha256, temporary)
            publish(temporary, target, runtime.examine(temporary))
        return self._read(self._user_dir, name)

    def remove(self, name: str) -> None:
        """Delete a model that the user added, damaged or not.

        Raises:
            UnknownModel: there is none of that name.
            CannotWrite: it ships with the product, or its folder cannot be written.
        """
        if name in (DEFAULT, CLASSICAL, AUTO) or (
            _NAME.fullmatch(name) and _pair(self._built_in_dir, name)[0].exists()
        ):
            raise CannotWrite(f"“{name}” is a part of GAN Inpaint and cannot be removed.")
        model, sidecar = _pair(self._user_dir, name)
        if not _NAME.fullmatch(name) or not (model.exists() or sidecar.exists()):
            raise UnknownModel(f"There is no model called “{name}”.")
        try:
            sidecar.unlink(missing_ok=True)
            model.unlink(missing_ok=True)
        except OSError as problem:
            raise CannotWrite(f"The model could not be removed from {self._user_dir}: {problem.strerror}.") from problem

    def _read(self, folder: Path, name: str) -> ModelEntry:
        model, path = _pair(folder, name)
        if not path.exists():
            hint = "Move it to another folder and add it with “gan-inpaint models add”."
            raise BadModel(f"The model {model} was not installed by GAN Inpaint.", hint)
        sidecar = read_sidecar(path)
        if not model.is_file():
            raise BadModel(f"The model's file {model} is missing.", "Remove the model and add it again.")
        built_in = folder == self._built_in_dir
        default = built_in and name == SHIPPED_DEFAULT
        return ModelEntry(name, model, sidecar.sha256, sidecar.manifest, default, built_in)


@contextmanager
def being_written(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to, made `target` by `publish`; whatever is still there at the end is deleted.

    Raises:
        CannotWrite: for every OSError inside the block.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as problem:
        raise CannotWrite(f"The model could not be written to {target.parent}: {problem.strerror}.") from problem


def publish(temporary: Path, target: Path, manifest: AnyManifest) -> None:
    """Make the complete ONNX file `temporary`, in the same folder, `target`, with its sidecar. Raises OSError."""
    sidecar = msgspec.json.format(msgspec.json.encode(Sidecar(sha256_of(temporary), manifest)), indent=2)
    description = temporary.with_suffix(".json.part")
    try:
        description.write_bytes(sidecar + b"\n")
        for path in (temporary, description):
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
        temporary.replace(target)
        description.replace(target.with_suffix(".json"))
    finally:
        description.unlink(missing_ok=True)


def _pair(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.onnx", folder / f"{name}.json"


def _name_of(source: str) -> str:
    """A name made of the file's own, of a path or an address."""
    stem = Path(urlsplit(source).path).stem
    return re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name in (DEFAULT, CLASSICAL, AUTO):
        raise BadRequest(
            f"“{name}” cannot be a model's name.",
            "Use up to 64 lower-case letters, digits, dots, hyphens and underscores, beginning with a letter or digit.",
        )
    return name


def _copy(source: Path, sha256: str | None, target: Path) -> None:
    try:
        stream = source.open("rb")
    except OSError as problem:
        raise BadModel(f"The file {source} cannot be read: {problem.strerror}.") from problem
    with stream, target.open("xb") as copy:
        shutil.copyfileobj(stream, copy)
    if sha256 is not None and sha256_of(target) != sha256.lower():
        raise _another_file()


def _download(address: str, sha256: str, target: Path) -> None:
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    try:
        pooch.retrieve(address, known_hash=f"sha256:{sha256.lower()}", fname=target.name, path=target.parent)
    except OSError as problem:
        if problem.errno is not None:  # the disk; trouble with the network carries no number
            raise
        raise BadModel(
            f"The model could not be downloaded: {problem}.", "Check the address and the network."
        ) from problem
    except ValueError as problem:
        raise _another_file() from problem


def _another_file() -> BadModel:
    return BadModel(
        "The file does not have the SHA-256 that was given: it is another file, or damaged.",
        "Compare the SHA-256 with the one on the model's page, and download the file again.",
    )
