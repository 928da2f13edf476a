"""The installed models: those that ship with the product, those that the user added, and the classical filler.

A model is a pair of files, `NAME.onnx` and `NAME.json` (`gan_inpaint.models.manifest.Sidecar`); it is installed once
both exist. Listing reads only the small JSON files; a model that is added is tried in a process of its own.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from gan_inpaint.errors import BadModel, BadRequest, CannotWrite, NoDetector, UnknownModel
from gan_inpaint.files import atomic
from gan_inpaint.models.catalogue import Published, with_sha256
from gan_inpaint.models.download import OnBytes, another_file, download, ignore
from gan_inpaint.models.entry import AUTO, CLASSICAL, CLASSICAL_ENTRY, DEFAULT, FORMER_NAMES, SCRATCHES, ModelEntry
from gan_inpaint.models.examination import examine
from gan_inpaint.models.manifest import MODEL_BYTES, AnyManifest, Sidecar, read_sidecar, sha256_of

log = logging.getLogger(__name__)

WEIGHTS = Path(__file__).parents[1] / "weights"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RESERVED = {DEFAULT, CLASSICAL, AUTO, *FORMER_NAMES}


class ModelStore:
    """The models of `user_dir` and of the product's own folder, whose names win."""

    def __init__(self, user_dir: Path, built_in_dir: Path = WEIGHTS) -> None:
        self._user_dir = user_dir
        self._built_in_dir = built_in_dir

    def list(self) -> tuple[ModelEntry, ...]:
        """Return all usable models: the default first, then generators, detectors, and the classical filler.

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
        """Return the model of that name, which may be a former one of a shipped model.

        Raises:
            UnknownModel: there is none; NoDetector if that is the detector that ships with the product.
            BadModel: one of its two files is missing or damaged.
        """
        wanted = FORMER_NAMES.get(name, name)
        if wanted == CLASSICAL:
            return CLASSICAL_ENTRY
        if _NAME.fullmatch(wanted):
            for folder in (self._built_in_dir,) if wanted == DEFAULT else (self._built_in_dir, self._user_dir):
                if any(path.exists() for path in _pair(folder, wanted)):
                    return self._read(folder, wanted)
        if wanted == DEFAULT:
            raise UnknownModel("The generator that ships with GAN Inpaint is missing.", "Install GAN Inpaint again.")
        if wanted == SCRATCHES:
            raise NoDetector("The detector that ships with GAN Inpaint is missing.", "Install GAN Inpaint again.")
        names = ", ".join(entry.name for entry in self.list())
        raise UnknownModel(f"There is no model called “{name}”.", f"Installed: {names}.")

    def add(self, source: str | Path, name: str | None = None, sha256: str | None = None) -> ModelEntry:
        """Install an ONNX file, or one at an http(s) address, whose SHA-256 must then be given.

        `name`: by default the file's own. The model is loaded and run once; nothing is left behind if that fails.

        Raises:
            BadModel: the file is missing, foreign or damaged, does not work, or does not have that SHA-256.
            BadRequest: the name cannot be used, or the SHA-256 is missing.
            CannotWrite: a model of that name exists, or the folder cannot be written.
        """
        is_address = str(source).lower().startswith(("http://", "https://"))
        name = _checked_name(_name_of(str(source)) if name is None else name)
        if is_address:
            proof = _checked_sha256(sha256)
            return self._install(name, lambda target: download(str(source), target, proof))
        return self._install(name, lambda target: _copy(Path(source), sha256, target))

    def get_published(
        self, model: Published, name: str | None = None, sha256: str | None = None, on_bytes: OnBytes = ignore
    ) -> ModelEntry:
        """Download a model of the catalogue and install it, under its own name if no `name` is given.

        `sha256` must be given where the catalogue knows none. `on_bytes` is called with how many bytes have come; what
        it raises ends the download, and nothing is left behind.

        Raises:
            BadModel: the site does not give the file, gives another one, or the file does not work.
            BadRequest: the name cannot be used, or the SHA-256 is missing or not that of the catalogue.
            CannotWrite: a model of that name exists, there is too little space, or the folder cannot be written.
        """
        proof = _checked_sha256(sha256 or model.sha256)
        if model.sha256 and proof != model.sha256:
            raise BadRequest(
                f"The file of “{model.name}” has another SHA-256 in the catalogue: {model.sha256}.",
                "Leave “--sha256” out, or add another file by its address with “gan-inpaint models add”.",
            )
        return self._install(
            _checked_name(model.name if name is None else name),
            lambda target: download(model.address, target, proof, model.size, on_bytes, model.page),
            model,
        )

    def _install(self, name: str, write: Callable[[Path], None], known: Published | None = None) -> ModelEntry:
        """Install the ONNX file that `write` writes into an empty one; `known`: what is known of it."""
        if any(path.exists() for folder in (self._built_in_dir, self._user_dir) for path in _pair(folder, name)):
            raise CannotWrite(f"There is a model called “{name}” already.", "Remove it first, or choose another name.")
        with being_written(_pair(self._user_dir, name)[0]) as temporary:
            write(temporary.model)
            known = known or with_sha256(sha256_of(temporary.model))
            manifest = examine(temporary.model)
            temporary.describe(known.described(manifest) if known else manifest)
        return self._read(self._user_dir, name)

    def remove(self, name: str) -> None:
        """Delete a model that the user added, damaged or not.

        Raises:
            UnknownModel: there is none of that name.
            CannotWrite: it ships with the product, or its folder cannot be written.
        """
        if name in _RESERVED or (_NAME.fullmatch(name) and _pair(self._built_in_dir, name)[0].exists()):
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
        return ModelEntry(name, model, sidecar.sha256, sidecar.manifest, built_in=folder == self._built_in_dir)


class Unpublished:
    """The two files of a model before they have their names; see `being_written`."""

    def __init__(self, model: Path, sidecar: Path) -> None:
        self.model = model
        self._sidecar = sidecar

    def describe(self, manifest: AnyManifest) -> None:
        """Write the sidecar of the ONNX file, which must be complete. Raises OSError."""
        content = msgspec.json.format(msgspec.json.encode(Sidecar(sha256_of(self.model), manifest)), indent=2)
        self._sidecar.write_bytes(content + b"\n")


@contextmanager
def being_written(target: Path, force: bool = False) -> Iterator[Unpublished]:
    """Yield two empty temporary files that become the ONNX file `target` and its sidecar, in this order.

    Nothing is left of them if the block raises. The folder is made. `force`: existing files are replaced.

    Raises:
        CannotWrite: as `atomic.writing`, also for every OSError inside the block.
    """
    _make_folder(target.parent)
    with atomic.writing(target.with_suffix(".json"), force) as sidecar, atomic.writing(target, force) as model:
        yield Unpublished(model, sidecar)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotWrite(f"The folder {folder} cannot be made: {problem.strerror}.") from problem


def _pair(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.onnx", folder / f"{name}.json"


def _name_of(source: str) -> str:
    """Return a name made from that of the file, a path or an address."""
    stem = Path(urlsplit(source).path).stem
    return re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise BadRequest(
            f"“{name}” cannot be a model's name.",
            "Use up to 64 lower-case letters, digits, dots, hyphens and underscores, beginning with a letter or digit.",
        )
    return name


def _checked_sha256(sha256: str | None) -> str:
    if not sha256:
        raise BadRequest(
            "A model from the internet is only added with its SHA-256, which proves that it is the right one.",
            "Add “--sha256” with the value from the model's page.",
        )
    return sha256.lower()


def _copy(source: Path, sha256: str | None, target: Path) -> None:
    try:
        stream = os.fdopen(os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")
    except OSError as problem:
        raise BadModel(f"The file {source} cannot be read: {problem.strerror}.") from problem
    with stream, target.open("wb") as copy:
        if not source.is_file():
            raise BadModel(f"{source} is not a plain file.", "Give the name of an ONNX file.")
        if source.stat().st_size > MODEL_BYTES:
            raise BadModel(f"The file {source} is too large for a model.")
        shutil.copyfileobj(stream, copy)
    if sha256 is not None and sha256_of(target) != sha256.lower():
        raise another_file()
