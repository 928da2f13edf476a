"""Download a model's file from the address that the user asked for, and from nowhere else."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from gan_inpaint.errors import AnotherFile, NoDownload, NoSpace
from gan_inpaint.models.manifest import MODEL_BYTES

OnBytes = Callable[[int], None]
"""Called with how many bytes have come; what it raises ends the download."""

_SILENCE_SECONDS = 30.0  # without a byte, after which the site is given up
_CHUNK_BYTES = 2**18
_GONE = {403, 404, 410}
_ERROR = 400  # the least status of HTTP that is one


def ignore(count: int) -> None:
    """Report no progress."""


def download(
    address: str, target: Path, sha256: str, size: int | None = None, on_bytes: OnBytes = ignore, page: str = ""
) -> None:
    """Write the file at an http(s) address to `target`, an empty file; redirects are followed.

    sha256: lower-case. size: in bytes, if it is known. page: where the user can look for the file, if that is known.

    Raises:
        NoDownload: the site does not give the file.
        AnotherFile: it gives another one than that of this SHA-256 and size.
        NoSpace: the disk has not enough space for `size`.
        OSError: the disk refuses.
    """
    import pooch

    _require_space(target.parent, size)
    fetch = pooch.HTTPDownloader(chunk_size=_CHUNK_BYTES, timeout=_SILENCE_SECONDS)
    with target.open("wb") as file:
        received = _Received(file, size or MODEL_BYTES, on_bytes)
        try:
            fetch(address, received, None)
        except OSError as problem:
            if problem.errno is not None:  # the disk; trouble with the network carries no number
                raise
            raise _refused(address, problem, page) from problem
        except ValueError as problem:  # an address that a site redirects to, and that is none
            raise NoDownload(f"{address} leads to an address that cannot be used: {problem}.") from problem
    if size is not None and received.count != size:
        raise _of_another_size(received.count, size)
    if received.digest.hexdigest() != sha256:
        raise another_file()


def another_file() -> AnotherFile:
    """Return the error for a file whose SHA-256 is not the expected one."""
    return AnotherFile(
        "The file does not have the SHA-256 that it should have: it is another file, or damaged.",
        "Compare the SHA-256 with the one on the model's page, and download the file again.",
    )


class _Received:
    """A file that counts what is written into it, and takes no more than it should."""

    def __init__(self, file: BinaryIO, most: int, on_bytes: OnBytes) -> None:
        self.count = 0
        self.digest = hashlib.sha256()
        self._file, self._most, self._on_bytes = file, most, on_bytes

    def write(self, chunk: bytes) -> None:
        self.count += len(chunk)
        if self.count > self._most:
            raise _of_another_size(self.count, self._most)
        self.digest.update(chunk)
        self._file.write(chunk)
        self._on_bytes(self.count)

    def flush(self) -> None:
        self._file.flush()


def _require_space(folder: Path, size: int | None) -> None:
    free = shutil.disk_usage(folder).free
    if size is not None and free < size:
        raise NoSpace(
            f"The model needs {size / 1e6:.0f} MB, but only {free / 1e6:.0f} MB are free where {folder} is.",
            "Free some space, or name another folder in the variable GAN_INPAINT_MODELS_DIR.",
        )


def _of_another_size(count: int, size: int) -> AnotherFile:
    return AnotherFile(
        f"The site gives another file: it has {'more than' if count > size else f'{count:,} bytes instead of'} "
        f"{size:,} bytes.",
        "The file may have been replaced by its authors. Nothing of it was kept.",
    )


def _refused(address: str, problem: OSError, page: str) -> NoDownload:
    """Return the error for a site that does not give the file."""
    site = urlsplit(address).hostname
    look = f"Look at {page}, download the file yourself, and add it with “gan-inpaint models add FILE”." if page else ""
    status = getattr(getattr(problem, "response", None), "status_code", None)
    if status in _GONE:
        return NoDownload(
            f"The model could not be downloaded: {site} does not offer the file at this address ({status}).", look
        )
    if status is not None:
        answer = f"answers with an error ({status})" if status >= _ERROR else "redirects without end"
        return NoDownload(f"The model could not be downloaded: {site} {answer}.", "Try again later.")
    return NoDownload(
        f"The model could not be downloaded: {site} cannot be reached, or the connection broke.",
        f"Check the network, and try again. {look}".strip(),
    )
