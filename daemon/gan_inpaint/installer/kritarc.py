"""Krita's settings: change the one key that enables the plug-in, and not a byte more.

Source: KConfig's format: groups in brackets, `key=value` lines, `#` comments; the last value of a key counts.
"""

from __future__ import annotations

import re

KEY = b"enable_gan_inpaint"
GROUP = b"[python]"

_HEADER = re.compile(rb"\s*(\[.*\])\s*")
_ENTRY = re.compile(rb"(\s*" + KEY + rb"\s*(?:\[\$\w+\])?\s*=)([^\r\n]*)(\r?\n?)")
_TRUE = (b"true", b"on", b"yes", b"1")


def is_enabled(settings: bytes) -> bool:
    """Return whether the plug-in is enabled."""
    values = [entry[2].strip().lower() for _, entry in _entries(settings.splitlines(keepends=True))]
    return bool(values) and values[-1] in _TRUE


def enabled(settings: bytes) -> bytes:
    """Return the settings with the plug-in enabled; the same bytes if it already is."""
    if is_enabled(settings):
        return settings
    lines = settings.splitlines(keepends=True)
    if entries := _entries(lines):
        for index, entry in entries:
            lines[index] = entry[1] + b"true" + entry[3]
        return b"".join(lines)
    newline = b"\r\n" if b"\r\n" in settings else b"\n"
    if lines and not lines[-1].endswith(b"\n"):
        lines[-1] += newline
    header = next((index for index, line in enumerate(lines) if _group(line) == GROUP), None)
    if header is None:
        lines += [newline, GROUP + newline] if lines else [GROUP + newline]
        header = len(lines) - 1
    lines.insert(header + 1, KEY + b"=true" + newline)
    return b"".join(lines)


def without(settings: bytes) -> bytes:
    """Return the settings without the key."""
    lines = settings.splitlines(keepends=True)
    ours = {index for index, _ in _entries(lines)}
    return b"".join(line for index, line in enumerate(lines) if index not in ours)


def _entries(lines: list[bytes]) -> list[tuple[int, re.Match[bytes]]]:
    """Return the lines of the key in the group where it counts, with their numbers."""
    found, group = [], b""
    for index, line in enumerate(lines):
        group = _group(line) or group
        if group == GROUP and (entry := _ENTRY.fullmatch(line)):
            found.append((index, entry))
    return found


def _group(line: bytes) -> bytes:
    header = _HEADER.fullmatch(line)
    return header[1] if header else b""
