"""Install, uninstall and inspect, in every place where an editor is found or in the one that the user names."""

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
    """The state of the plug-in in one place.

    Attributes:
        title: the editor, its version and packaging, for the user.
        path: the folder of the plug-in, which need not exist.
        version: that of the installed plug-in; None if none is installed.
        up_to_date: whether its files and settings are those that `install` would write now.
        enabled: whether the editor will load it; None if the editor's settings are not known.
        advice: what else the user has to do; empty if nothing.
    """

    editor: Editor
    title: str
    path: Path
    version: str | None
    up_to_date: bool
    enabled: bool | None
    advice: str = ""


def install(editor: Editor, directory: Path | None = None) -> list[Installation]:
    """Install the plug-in, or update it; return the new state of each place.

    Args:
        directory: for GIMP a folder of plug-ins, for Krita one of resources; None: wherever the editor is found.

    Raises:
        EditorNotFound: no folder of the editor exists in the usual places.
        CannotWrite: a folder cannot be written, or has another plug-in of that name.
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
    """Remove what `install` wrote, and nothing else; return the new state of the places where something was removed.

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
    """Return the state of each place of an editor, or of both editors; empty if none is found."""
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
    """Return what the user has to do where the installer cannot, or should not, make the plug-in work."""
    title, runtime = TITLES[place.editor], paths.runtime_dir()
    if place.packaging == "Flatpak":
        permission = f"flatpak override --user --filesystem={_flatpak_name(runtime)}:create {FLATPAKS[place.editor]}"
        return (
            f"Flatpak keeps {title} away from the daemon. Give it access to the daemon's folder, once: “{permission}”. "
            "Start the daemon yourself with “gan-inpaint serve --detach”."
        )
    if place.packaging == "Snap":
        reachable = Path.home() / "snap" / place.editor / "common" / "gan-inpaint"
        return (
            f"Snap keeps {title} away from the daemon. Set GAN_INPAINT_RUNTIME_DIR to {reachable}. With that variable, "
            "install the plug-in again and start the daemon yourself with “gan-inpaint serve --detach”."
        )
    if enabled is None:
        return "Turn it on in Krita: Settings → Configure Krita… → Python Plugin Manager → GAN Inpaint."
    return ""


def _flatpak_name(folder: Path) -> str:
    """Return a folder's name in Flatpak's permissions, which differs inside the session's runtime folder."""
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    return f"xdg-run/{folder.relative_to(session)}" if session and folder.is_relative_to(session) else str(folder)


def _not_found(editor: Editor) -> EditorNotFound:
    looked_for = ", ".join(map(str, locations(editor, sys.platform, Path.home(), os.environ)))
    return EditorNotFound(
        f"No folder of {TITLES[editor]} was found. Looked for: {looked_for}.",
        f"Start {TITLES[editor]} once, so that it creates its folder, or name the folder with --dir.",
    )
