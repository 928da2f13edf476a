"""Where the editors keep their plug-ins, on each system."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest

from gan_inpaint.installer.locations import locations

LINUX, WINDOWS = PurePosixPath("/home/ann"), PureWindowsPath("C:/Users/ann")


@pytest.mark.parametrize(
    ("platform", "home", "environment", "expected"),
    [
        (
            "linux",
            LINUX,
            {},
            [
                "/home/ann/.config/GIMP/3.*",
                "/home/ann/.var/app/org.gimp.GIMP/config/GIMP/3.*",
                "/home/ann/snap/gimp/current/.config/GIMP/3.*",
            ],
        ),
        (
            "linux",
            LINUX,
            {"XDG_CONFIG_HOME": "/elsewhere"},
            [
                "/elsewhere/GIMP/3.*",
                "/home/ann/.var/app/org.gimp.GIMP/config/GIMP/3.*",
                "/home/ann/snap/gimp/current/.config/GIMP/3.*",
            ],
        ),
        (
            "linux",
            LINUX,
            {"XDG_CONFIG_HOME": "relative", "GIMP3_DIRECTORY": "my-gimp"},
            [
                "/home/ann/my-gimp",
                "/home/ann/.var/app/org.gimp.GIMP/config/GIMP/3.*",
                "/home/ann/snap/gimp/current/.config/GIMP/3.*",
            ],
        ),
        ("darwin", LINUX, {}, ["/home/ann/Library/Application Support/GIMP/3.*"]),
        ("darwin", LINUX, {"GIMP3_DIRECTORY": "/volumes/gimp"}, ["/volumes/gimp"]),
        ("win32", WINDOWS, {}, ["C:/Users/ann/AppData/Roaming/GIMP/3.*"]),
        ("win32", WINDOWS, {"APPDATA": "D:\\Profile"}, ["D:/Profile/GIMP/3.*"]),
    ],
)
def test_where_gimp_keeps_its_plug_ins(
    platform: str, home: PurePath, environment: dict[str, str], expected: list[str]
) -> None:
    found = locations("gimp", platform, home, environment)
    assert [PurePath(str(one)).as_posix().replace("\\", "/") for one in found] == expected


@pytest.mark.parametrize(
    ("platform", "home", "environment", "expected"),
    [
        (
            "linux",
            LINUX,
            {},
            [
                ("/home/ann/.local/share/krita", "/home/ann/.config/kritarc"),
                ("/home/ann/.var/app/org.kde.krita/data/krita", "/home/ann/.var/app/org.kde.krita/config/kritarc"),
                ("/home/ann/snap/krita/current/.local/share/krita", "/home/ann/snap/krita/current/.config/kritarc"),
            ],
        ),
        (
            "darwin",
            LINUX,
            {},
            [("/home/ann/Library/Application Support/krita", "/home/ann/Library/Preferences/kritarc")],
        ),
        ("win32", WINDOWS, {}, [("C:/Users/ann/AppData/Roaming/krita", "C:/Users/ann/AppData/Local/kritarc")]),
        (
            "win32",
            WINDOWS,
            {"APPDATA": "D:\\Roaming", "LOCALAPPDATA": "D:\\Local"},
            [("D:/Roaming/krita", "D:/Local/kritarc")],
        ),
    ],
)
def test_where_krita_keeps_its_plug_ins_and_its_settings(
    platform: str, home: PurePath, environment: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    found = locations("krita", platform, home, environment)
    assert [(one.folder.as_posix(), one.kritarc.as_posix() if one.kritarc else "") for one in found] == expected
