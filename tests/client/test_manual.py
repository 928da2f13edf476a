"""The manual: a page for each command, complete, offline, and the same in both editors."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from gan_inpaint.installer.payload import payload
from gan_inpaint_client import dialogs, manual, settings_page

FILL = ("QUALITY", "SOURCE", "OUTPUT", "FRAMES", "DILATE", "FEATHER", "AVOID", "SAMPLE")
DAMAGE = ("SENSITIVITY", "TONE", "EVERYTHING", "DAMAGE_DILATE")


def plain(label: str) -> str:
    """A label without its key, its unit and its dots."""
    return label.replace("_", "").replace(" (px)", "")


def text(name: str) -> str:
    return manual.page(name).read_text("utf-8")


def test_there_is_a_page_for_each_command_and_no_other() -> None:
    assert sorted(path.name for path in manual.FOLDER.iterdir()) == sorted(f"{name}.html" for name in manual.PAGES)


@pytest.mark.parametrize("name", manual.PAGES)
def test_a_page_needs_no_network(name: str) -> None:
    assert "://" not in text(name) and "<title>GAN Inpaint: " in text(name)


@pytest.mark.parametrize(
    ("page", "labels"),
    [
        ("fill", [dialogs.MODEL_LABEL, *(getattr(dialogs, name).label for name in FILL)]),
        ("fill-all", [dialogs.CANCEL_BUTTON]),
        ("variants", [dialogs.VARIANTS_BUTTON, dialogs.MORE_BUTTON, dialogs.KEEP_VARIANTS.label]),
        ("select-scratches", [getattr(dialogs, name).label for name in DAMAGE]),
        ("select-scratches", [kind.label for kind in dialogs.KINDS]),
        ("settings", [settings_page.STOP_BUTTON, settings_page.START_BUTTON, settings_page.LOG_BUTTON]),
        ("settings", [settings_page.ADD_BUTTON]),
    ],
)
def test_a_page_explains_whatever_its_dialog_shows(page: str, labels: list[str]) -> None:
    assert [label for label in labels if plain(label) not in " ".join(text(page).split())] == []


def test_kritas_list_of_plug_ins_shows_all_pages() -> None:
    shown = payload("krita")[PurePosixPath("pykrita/gan_inpaint/manual.html")].decode()
    assert shown.count("<h2>") == len(manual.PAGES) and shown.count("<body>") == 1


@pytest.mark.parametrize(
    ("editor", "folder"),
    [("gimp", "gan-inpaint/gan_inpaint_client"), ("krita", "pykrita/gan_inpaint/packages/gan_inpaint_client")],
)
def test_every_page_and_every_language_is_installed_with_the_plug_in(editor: str, folder: str) -> None:
    files = payload(editor)  # type: ignore[arg-type]
    for name in (*(f"manual/{page}.html" for page in manual.PAGES), "languages/de.mo", "languages/ja.mo"):
        assert files[PurePosixPath(folder) / name]
