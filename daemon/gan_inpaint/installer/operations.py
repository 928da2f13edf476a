"""Install, uninstall and look, in every place where an editor is found or in the one that the user names."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from gan_inpaint import paths
from gan_inpaint.errors import EditorNotFound
from gan_inpaint.installer import folders, kritarc
from gan_inpaint.installer.locations import FLATPAKS, TITLES, Editor, Place, chosen, locations, places
from gan_inpaint.installer.payload import LAYOUTS, payload


@dataclass(frozen=True)
class Installation:
    """How one place stands.

    Attributes:
        title: the editor, its version and packaging, for the user.
        path: the folder of the plug-in, there or not.
        version: of the plug-in that is installed; None where none is.
        up_to_date: whether its files and settings are those that `install` would put there now.
        enabled: whether the editor will load it; None where that cannot be known from here.
        advice: what the user has to do besides, if anything.
    """

    editor: Editor
    title: str
    path: Path
    version: str | None
    up_to_date: bool
    enabled: bool | None
    advice: str = ""


def install(editor: Editor, directory: Path | None = None) -> list[Installation]:
    """Install the plug-in, or bring it up to date; returns how each place stands then.

    Args:
        directory: of GIMP, a folder of plug-ins, of Krita, one of resources; None: wherever the editor is found.

    Raises:
        EditorNotFound: the editor has left no folder where it would have.
        CannotWrite: a folder cannot be written, or holds another plug-in of that name.
    """
    chosen_places = [chosen(editor, directory)] if directory is not None else places(editor)
    if not chosen_places:
        raise _not_found(editor)
    files = payload(editor)
    for place in chosen_places:
        folders.replace(place.folder, LAYOUTS[editor], files)
        _enable(place)
    return [_look(place) for place in chosen_places]


def uninstall(editor: Editor, directory: Path | None = None) -> list[Installation]:
    """Remove what `install` has put there, and nothing else; returns how the places stand where there was something.

    Raises:
        CannotWrite: something cannot be removed.
    """
    removed = []
    for place in [chosen(editor, directory)] if directory is not None else places(editor):
        found = folders.installed(place.folder, LAYOUTS[editor])
        if found is not None:
            folders.remove(place.folder, LAYOUTS[editor], found.files)
            _disable(place)
            removed.append(_look(place))
    return removed


def status(editor: Editor | None = None, directory: Path | None = None) -> list[Installation]:
    """How each place of an editor stands, or of both editors; empty where none is found."""
    if editor is None:
        return [*status("gimp"), *status("krita")]
    return [_look(place) for place in ([chosen(editor, directory)] if directory is not None else places(editor))]


def _look(place: Place) -> Installation:
    layout = LAYOUTS[place.editor]
    found = folders.installed(place.folder, layout)
    path = place.folder / layout.own
    if found is None:
        return Installation(place.editor, place.title, path, None, up_to_date=False, enabled=False)
    same = all(_content(place.folder / name) == content for name, content in payload(place.editor).items())
    enabled = _is_enabled(place)
    return Installation(place.editor, place.title, path, found.version, same, enabled, _advice(place, enabled))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _is_enabled(place: Place) -> bool | None:
    program = LAYOUTS[place.editor].program
    if program is not None:
        return folders.is_executable(place.folder / program)
    return None if place.kritarc is None else kritarc.is_enabled(_content(place.kritarc) or b"")


def _enable(place: Place) -> None:
    if place.kritarc is not None:
        before = folders.read(place.kritarc)
        if (after := kritarc.enabled(before)) != before:
            folders.write_in_one_step(place.kritarc, after)


def _disable(place: Place) -> None:
    if place.kritarc is not None:
        before = folders.read(place.kritarc)
        if (after := kritarc.without(before)) != before:
            folders.write_in_one_step(place.kritarc, after)


def _advice(place: Place, enabled: bool | None) -> str:
    """What keeps an installed plug-in from working that the installer should not, or cannot, change."""
    title, runtime = TITLES[place.editor], paths.runtime_dir()
    if place.packaging == "Flatpak":
        permission = f"flatpak override --user --filesystem={_flatpak_name(runtime)}:create {FLATPAKS[place.editor]}"
        return (
            f"Flatpak shuts {title} off from the daemon. Open the daemon's folder to it, once: “{permission}”. "
            "Start the daemon yourself with “gan-inpaint serve --detach”."
        )
    if place.packaging == "Snap":
        reachable = Path.home() / "snap" / place.editor / "common" / "gan-inpaint"
        return (
            f"Snap shuts {title} off from the daemon. Set GAN_INPAINT_RUNTIME_DIR to {reachable}, install the plug-in "
            "again, and start the daemon yourself with “gan-inpaint serve --detach”, both with that variable."
        )
    if enabled is None:
        return "Turn it on in Krita: Settings → Configure Krita… → Python Plugin Manager → GAN Inpaint."
    return ""


def _flatpak_name(folder: Path) -> str:
    """How Flatpak's permissions name a folder; those of the session's runtime folder have a name of their own."""
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    return f"xdg-run/{folder.relative_to(session)}" if session and folder.is_relative_to(session) else str(folder)


def _not_found(editor: Editor) -> EditorNotFound:
    looked_for = ", ".join(map(str, locations(editor, sys.platform, Path.home(), os.environ)))
    return EditorNotFound(
        f"{TITLES[editor]} has left no folder here. Looked for: {looked_for}.",
        f"Start {TITLES[editor]} once, so that it makes its folder, or name the folder with --dir.",
    )
