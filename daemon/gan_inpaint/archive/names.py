"""Names of results that a disk does not tell apart: by case, or by Unicode's composed and decomposed forms."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from gan_inpaint.archive.journal import FOLDER
from gan_inpaint.errors import CannotWrite

_COMPOSED, _DECOMPOSED = "\u00e9.probe", "e\u0301.probe"


def check_apart(names: Iterable[str], output: Path) -> None:
    """Raise CannotWrite if two of the names would be one file in `output`, which has the journal's folder."""
    names = list(names)
    if not _twins(names, lambda name: unicodedata.normalize("NFC", name).casefold()):
        return
    ignores_case, ignores_form = (output / FOLDER.upper()).exists(), _ignores_form(output / FOLDER)

    def as_stored(name: str) -> str:
        name = unicodedata.normalize("NFC", name) if ignores_form else name
        return name.casefold() if ignores_case else name

    twins = _twins(names, as_stored)
    if twins:
        raise CannotWrite(
            f"{twins[0]} and {twins[1]} would be one file in {output}, whose disk does not tell their names apart.",
            "Restore them one after the other, into separate folders, or give one of them another name.",
        )


def _twins(names: Iterable[str], as_stored: Callable[[str], str]) -> tuple[str, str] | None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(as_stored(name), name)
        if other != name:
            return other, name
    return None


def _ignores_form(folder: Path) -> bool:
    probe = folder / _COMPOSED
    try:
        probe.touch()
        return (folder / _DECOMPOSED).exists()
    finally:
        probe.unlink(missing_ok=True)
