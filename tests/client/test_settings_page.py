"""What the dialogs about the daemon and its models say."""

from __future__ import annotations

from typing import Any

import pytest

from gan_inpaint_client import Progress, settings_page

STATUS: dict[str, Any] = {"version": "0.1.0", "running": 0, "memory_mib": 512.0, "sessions": []}
MODEL = {
    **{"name": "mine", "title": "My own", "version": "1", "kind": "generator", "default": False, "built_in": False},
    **{"licence": "MIT", "training_data": "mine", "page": ""},
}
PUBLISHED = {
    **{"name": "lama", "title": "LaMa", "good_for": "large holes", "size": 208_044_816, "licence": "Apache-2.0"},
    **{"training_data": "Places2", "address": "https://site.example/a/lama.onnx", "page": "https://site.example/about"},
    "installed": False,
}


def test_the_daemon_is_described_by_its_status() -> None:
    session = {"model": "default", "provider": "CPUExecutionProvider", "sha256": "", "idle_seconds": 1.0}
    assert settings_page.state_text(STATUS) == "The daemon is running, version 0.1.0."
    assert settings_page.state_text({**STATUS, "running": 1}).endswith("and at work.")
    assert settings_page.memory_text(STATUS) == "Memory in use: 537 MB"
    assert settings_page.processor_text(STATUS) == "Processor: known as soon as a model is loaded"
    assert settings_page.processor_text({**STATUS, "sessions": [session, session]}) == "Processor: CPU"


@pytest.mark.parametrize(
    ("changes", "title", "details"),
    [
        ({}, "My own", "Licence: MIT\nAdded from a file"),
        ({"page": "https://site.example"}, "My own", "Licence: MIT\nFrom https://site.example"),
        (
            {"name": "faces", "built_in": True},
            "Portraits",
            "Good for: faces that look towards the camera\nLicence: MIT\nShips with GAN Inpaint",
        ),
        (
            {"name": "scratches", "built_in": True, "kind": "detector"},
            "Scratches, hairs and dust",
            "Good for: finding scratches, hairs and dust of scans\nLicence: MIT\nShips with GAN Inpaint",
        ),
    ],
)
def test_a_model_has_a_plain_name_a_purpose_a_licence_and_a_source(
    changes: dict[str, Any], title: str, details: str
) -> None:
    (entry,) = settings_page.entries([{**MODEL, **changes}])
    assert (entry.title, entry.details) == (title, details)


def test_what_ships_comes_first_and_the_default_before_it() -> None:
    shipped, default = {**MODEL, "name": "faces", "built_in": True}, {"name": "default", "built_in": True}
    entries = settings_page.entries([MODEL, shipped, {**MODEL, **default, "default": True}])
    assert [entry.name for entry in entries] == ["default", "faces", "mine"]


def test_only_what_is_not_installed_is_offered_with_its_size_licence_and_purpose() -> None:
    (offer,) = settings_page.offers([{**PUBLISHED, "name": "there", "installed": True}, PUBLISHED])
    assert offer.question == "Download LaMa (208 MB) from site.example?\nLicence: Apache-2.0"
    assert offer.details.splitlines() == [
        "Good for: large holes",
        "Licence: Apache-2.0",
        "Size: 208 MB",
        "From https://site.example/about",
    ]
    assert settings_page.installed_text(offer) == "“LaMa” is installed. The dialogs offer it from now on."


def test_a_download_says_how_far_it_is() -> None:
    at = Progress(done=20_000_000, total=208_000_000, stage="downloading")
    assert settings_page.download_text(at) == "Downloading: 20 MB of 208 MB"
    assert settings_page.download_text({**at, "stage": "checking"}) == "Checking the model…"
