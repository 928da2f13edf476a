"""MkDocs' hook: the README is the first page, and what pages link to outside of docs/ belongs to the site, too.

A page keeps the links that are right in the repository; here they are rewritten for the site.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
FIRST = "README.md"
_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def on_files(files: Files, config: Any) -> Files:
    """Add the README and all files of the repository that are linked, directly or by another one."""
    waiting = [FIRST, *(_place(file.src_uri) for file in files)]
    seen = set(waiting)
    while waiting:
        place = waiting.pop()
        if not place.startswith("docs/"):
            path = str(ROOT / place)
            files.append(File.generated(config, _on_site(place), abs_src_path=path))
        if place.endswith(".md"):
            found = {_target(place, link) for link in _LINK.findall((ROOT / place).read_text("utf-8"))}
            new = {target for target in found - seen if (ROOT / target).is_file() and not target.startswith("docs/")}
            seen |= new
            waiting += sorted(new)
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Rewrite the links of a page."""
    place = _place(page.file.src_uri)
    folder = posixpath.dirname(page.file.src_uri)

    def rewritten(link: re.Match[str]) -> str:
        return "](" + posixpath.relpath(_on_site(_target(place, link[1])), folder or ".")

    return _LINK.sub(rewritten, markdown)


def _target(place: str, link: str) -> str:
    """Return the place in the repository to which a link of the file at `place` leads."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(place), link))


def _on_site(place: str) -> str:
    if place == FIRST:
        return "index.md"
    return place.removeprefix("docs/") if place.startswith("docs/") else f"repository/{place}"


def _place(src_uri: str) -> str:
    if src_uri == "index.md":
        return FIRST
    return src_uri.removeprefix("repository/") if src_uri.startswith("repository/") else f"docs/{src_uri}"
