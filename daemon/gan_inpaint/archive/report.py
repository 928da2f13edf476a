"""Write `report.html`: all pictures of an output folder before and after, in one file, to accept or reject."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from gan_inpaint.archive.journal import Entry, Journal
from gan_inpaint.archive.outcome import Outcome
from gan_inpaint.files import atomic

NAME = "report.html"
_TEMPLATE = Path(__file__).with_name("report.html")


def write(journal: Journal) -> Path:
    """Write the report of all pictures that have ended, also in earlier runs, by name.

    Raises:
        CannotWrite: the disk is full.
    """
    ended = [entry for _, entry in sorted(journal.entries.items()) if entry.outcome is not None]
    before, rest = _TEMPLATE.read_text("utf-8").split("{{report}}")
    between, after = rest.split("{{views}}")
    target = journal.output / NAME
    with atomic.writing(target, force=True) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write(before + _script_safe(_described(journal, ended)) + between)
        for number, entry in enumerate(ended):
            if entry.outcome and entry.outcome.state == "restored":
                views = _script_safe(journal.views(entry.name))
                file.write(f'<script type="application/json" id="views-{number}">{views}</script>\n')
        file.write(after)
    return target


def in_words(states: Iterable[str]) -> str:
    """Return in words how many pictures have which state."""
    counts = Counter(states)
    total = sum(counts.values())
    words = {
        "restored": "restored",
        "clean": "without scratches",
        "original": "with the original put back",
        "failed": "failed",
    }
    listed = ", ".join(f"{counts[state]} {text}" for state, text in words.items() if counts[state])
    return f"{total} {'picture' if total == 1 else 'pictures'}{': ' if listed else ''}{listed}."


def state_of(entry: Entry) -> str:
    """Return "restored", "clean", "failed", or "original" if that has replaced the result."""
    assert entry.outcome is not None
    return "original" if entry.event == "rejected" else entry.outcome.state


def _described(journal: Journal, ended: list[Entry]) -> dict[str, Any]:
    return {
        "id": _hash(str(journal.output.absolute())),
        "summary": in_words(map(state_of, ended)),
        "pictures": [_picture(entry, entry.outcome) for entry in ended if entry.outcome],
    }


def _picture(entry: Entry, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": entry.name,
        "version": _hash(repr(entry.origin)),  # a decision about another result does not count for this one
        "state": state_of(entry),
        "pages": outcome.pages,
        "width": outcome.width,
        "height": outcome.height,
        "found": outcome.found,
        "repaired": outcome.repaired,
        "share": outcome.share,
        "problem": outcome.problem.message if outcome.problem else "",
        "note": outcome.note,
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]


def _script_safe(value: Any) -> str:
    """Return JSON that cannot end the script element around it."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")
