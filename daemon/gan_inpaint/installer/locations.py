"""Where each editor looks for plug-ins, on each platform and in each way it is packaged.

`locations` is a pure function of the platform, the home folder and the environment; `places` looks at the disk.

Sources: GIMP's manual, "GIMP configuration folder" and `GIMP3_DIRECTORY`; Krita's manual, "Resource management" and
"Resetting Krita configuration"; the conventions of Flatpak (`~/.var/app/ID`) and Snap (`~/snap/NAME/current`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

Editor = Literal["gimp", "krita"]
Packaging = Literal["", "Flatpak", "Snap"]

TITLES: dict[Editor, str] = {"gimp": "GIMP 3", "krita": "Krita"}
FLATPAKS: dict[Editor, str] = {"gimp": "org.gimp.GIMP", "krita": "org.kde.krita"}

_GIMP_3 = re.compile(r"3\.\d+")


@dataclass(frozen=True)
class Location:
    """Where a packaging of an editor keeps the user's files; the folder need not exist.

    Attributes:
        folder: for GIMP the folder of the profiles, one for each version; for Krita that of the resources.
        kritarc: Krita's settings.
        profile: whether `folder` is itself a profile of GIMP.
    """

    editor: Editor
    packaging: Packaging
    folder: PurePath
    kritarc: PurePath | None = None
    profile: bool = False

    def __str__(self) -> str:
        """Return the folder as a message shows it."""
        return str(self.folder / "3.*" if self.editor == "gimp" and not self.profile else self.folder)


@dataclass(frozen=True)
class Place:
    """A folder on this disk into which a plug-in can be installed.

    Attributes:
        title: the editor, its version and packaging, for the user.
        folder: for GIMP that of the plug-ins, for Krita that of the resources; it need not exist.
        kritarc: Krita's settings, if they are known.
    """

    editor: Editor
    packaging: Packaging
    title: str
    folder: Path
    kritarc: Path | None = None


def locations(editor: Editor, platform: str, home: PurePath, environment: Mapping[str, str]) -> list[Location]:
    """Return where `editor` may keep its files.

    Args:
        platform: a value of `sys.platform`; every one but `win32` and `darwin` counts as Linux.
        home: the user's folder, as a path of that platform.
        environment: the variables that can move folders.
    """
    return _gimp(platform, home, environment) if editor == "gimp" else _krita(platform, home, environment)


def places(editor: Editor) -> list[Place]:
    """Return where `editor` has been run on this machine, each folder once."""
    home = Path.home()
    found: dict[Path, Place] = {}
    for location in locations(editor, sys.platform, home, os.environ):
        for place in _on_disk(location):
            # Flatpak may show an editor the folder of another packaging.
            found.setdefault(place.folder.resolve(), place)
    return list(found.values())


def chosen(editor: Editor, directory: Path) -> Place:
    """Return the place that the user names: GIMP's folder of plug-ins, Krita's of resources or its `pykrita`."""
    folder = directory.expanduser().absolute()
    if editor == "krita" and folder.name == "pykrita":
        folder = folder.parent
    known = (place for place in places(editor) if place.folder.resolve() == folder.resolve())
    return next(known, Place(editor, "", TITLES[editor], folder))


def _gimp(platform: str, home: PurePath, environment: Mapping[str, str]) -> list[Location]:
    if moved := environment.get("GIMP3_DIRECTORY"):
        # A relative path starts at the home folder, as it does for GIMP.
        native = Location("gimp", "", home / moved, profile=True)
    elif platform == "win32":
        native = Location("gimp", "", _variable(environment, "APPDATA", home / "AppData" / "Roaming") / "GIMP")
    elif platform == "darwin":
        native = Location("gimp", "", home / "Library" / "Application Support" / "GIMP")
    else:
        native = Location("gimp", "", _variable(environment, "XDG_CONFIG_HOME", home / ".config") / "GIMP")
    if platform in ("win32", "darwin"):
        return [native]
    return [
        native,
        Location("gimp", "Flatpak", home / ".var" / "app" / FLATPAKS["gimp"] / "config" / "GIMP"),
        Location("gimp", "Snap", home / "snap" / "gimp" / "current" / ".config" / "GIMP"),
    ]


def _krita(platform: str, home: PurePath, environment: Mapping[str, str]) -> list[Location]:
    if platform == "win32":
        roaming = _variable(environment, "APPDATA", home / "AppData" / "Roaming")
        local = _variable(environment, "LOCALAPPDATA", home / "AppData" / "Local")
        return [Location("krita", "", roaming / "krita", local / "kritarc")]
    if platform == "darwin":
        library = home / "Library"
        return [Location("krita", "", library / "Application Support" / "krita", library / "Preferences" / "kritarc")]
    data = _variable(environment, "XDG_DATA_HOME", home / ".local" / "share")
    config = _variable(environment, "XDG_CONFIG_HOME", home / ".config")
    flatpak = home / ".var" / "app" / FLATPAKS["krita"]
    snap = home / "snap" / "krita" / "current"
    return [
        Location("krita", "", data / "krita", config / "kritarc"),
        Location("krita", "Flatpak", flatpak / "data" / "krita", flatpak / "config" / "kritarc"),
        Location("krita", "Snap", snap / ".local" / "share" / "krita", snap / ".config" / "kritarc"),
    ]


def _variable(environment: Mapping[str, str], name: str, default: PurePath) -> PurePath:
    """Return the folder that a variable names; ignore a relative one, as the XDG specification demands."""
    folder = type(default)(environment.get(name, ""))
    return folder if folder.is_absolute() else default


def _on_disk(location: Location) -> list[Place]:
    folder = Path(location.folder)
    if location.editor == "krita":
        kritarc = Path(location.kritarc) if location.kritarc else None
        seen = folder.is_dir() or (kritarc is not None and kritarc.is_file())
        return [Place("krita", location.packaging, _title("Krita", location), folder, kritarc)] if seen else []
    if location.profile:
        profiles = [folder] if folder.is_dir() else []
    else:
        versions = folder.iterdir() if folder.is_dir() else ()
        profiles = sorted(path for path in versions if _GIMP_3.fullmatch(path.name) and path.is_dir())
    return [
        Place("gimp", location.packaging, _title(_release(profile), location), profile / "plug-ins")
        for profile in profiles
    ]


def _release(profile: Path) -> str:
    return f"GIMP {profile.name}" if _GIMP_3.fullmatch(profile.name) else TITLES["gimp"]


def _title(editor: str, location: Location) -> str:
    return f"{editor}, {location.packaging}" if location.packaging else editor
