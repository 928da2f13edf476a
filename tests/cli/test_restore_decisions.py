"""What others have changed in a folder of results stays, and `--reject` puts originals back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.archive.scans import began, scratched, write_scans

Command = Callable[..., Any]


def decide(output: Path, *rejected: str) -> Path:
    """The list that the report saves, beside the folder of the results."""
    path = output.with_name("accepted.json")
    path.write_text(json.dumps({"accepted": ["scan-01.png"], "rejected": rejected}))
    return path


class TestWhatOthersHaveChanged:
    """What somebody has put where a result stands, or made of it, is never replaced."""

    @pytest.fixture
    def restored(self, run: Command, tmp_path: Path) -> Path:
        masks = write_scans(tmp_path / "scans", 2)
        assert run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks).code == 0
        return tmp_path / "out"

    def again(self, run: Command, output: Path, marked: int) -> Any:
        """With another mask, of which all is as white as `marked`."""
        mask = output.with_name(f"all-{marked}.png")
        Image.fromarray(np.full_like(scratched()[1], marked)).save(mask)
        return run("restore", output.with_name("scans"), "-o", output, "--mask", mask)

    def test_a_retouched_result_stays_when_the_settings_change(self, run: Command, restored: Path) -> None:
        (restored / "scan-00.png").write_bytes(b"retouched")
        ended = self.again(run, restored, 0)
        assert ended.code == 0 and ended.out.startswith("2 pictures: 1 restored, 1 without scratches.")
        assert str(restored / "scan-00.png") in ended.err and "changed" in ended.err
        assert (restored / "scan-00.png").read_bytes() == b"retouched"
        assert began(restored)[2:] == ["scan-01.png"]
        (restored / "scan-00.png").unlink()
        assert "changed" not in self.again(run, restored, 0).err
        assert "scan-00.png" in began(restored)[3:]

    def test_ones_own_repair_of_what_failed_stays(self, run: Command, tmp_path: Path) -> None:
        scans, out = tmp_path / "scans", tmp_path / "out"
        masks = write_scans(scans, 2)
        (scans / "scan-00.png").write_bytes(b"damaged")
        again = ("restore", scans, "-o", out, "--mask", masks)
        assert run(*again).code == 8
        (out / "scan-00.png").write_bytes(b"own repair")
        assert run(*again).code == 8
        assert (out / "scan-00.png").read_bytes() == b"own repair"

    def test_a_retouched_result_is_not_rejected(self, run: Command, restored: Path) -> None:
        (restored / "scan-00.png").write_bytes(b"retouched")
        ended = run("restore", "--reject", decide(restored, "scan-00.png"), "-o", restored, "--json")
        assert (ended.code, ended.json["error"]["code"]) == (4, "cannot_write")
        assert (restored / "scan-00.png").read_bytes() == b"retouched"

    def test_a_result_stays_where_doing_it_again_fails_and_can_still_be_rejected(
        self, run: Command, restored: Path
    ) -> None:
        before = (restored / "scan-00.png").read_bytes()
        assert self.again(run, restored, 255).code == 8
        assert (restored / "scan-00.png").read_bytes() == before
        assert run("restore", "--reject", decide(restored, "scan-00.png"), "-o", restored).code == 0
        original = restored.with_name("scans") / "scan-00.png"
        assert (restored / "scan-00.png").read_bytes() == original.read_bytes()


class TestPuttingBack:
    """`restore --reject` puts the originals back of what somebody has rejected in the report."""

    @pytest.fixture
    def restored(self, run: Command, tmp_path: Path) -> Path:
        scans = tmp_path / "scans"
        masks = write_scans(scans, 2)
        Image.fromarray(scratched()[0]).save(scans / "photo.jpg")
        Image.fromarray(scratched()[1]).save(masks / "photo.png")
        assert run("restore", scans, "-o", tmp_path / "out", "--mask", masks, "--format", "png").code == 0
        return tmp_path / "out"

    def test_the_originals_are_back_and_stay(self, run: Command, restored: Path) -> None:
        scans, before = restored.with_name("scans"), (restored / "scan-01.png").read_bytes()
        decided = decide(restored, "scan-00.png", "photo.png")
        ended = run("restore", "--reject", decided, "-o", restored)
        assert ended.code == 0 and ended.out == f"2 originals put back into {restored}.\n"
        assert (restored / "scan-00.png").read_bytes() == (scans / "scan-00.png").read_bytes()
        assert (restored / "photo.jpg").read_bytes() == (scans / "photo.jpg").read_bytes()
        assert not (restored / "photo.png").exists()
        assert (restored / "scan-01.png").read_bytes() == before
        again = ("restore", scans, "-o", restored, "--mask", restored.with_name("masks"), "--format", "png", "--json")
        assert run(*again).json["original"] == 2
        assert run("restore", "--reject", decided, "-o", restored, "--json").json["put_back"] == []
        assert "the original is back" in (restored / "report.html").read_text()

    def test_an_original_that_was_deleted_from_the_results_is_restored_again(
        self, run: Command, restored: Path
    ) -> None:
        assert run("restore", "--reject", decide(restored, "scan-00.png"), "-o", restored).code == 0
        (restored / "scan-00.png").unlink()
        again = ("restore", restored.with_name("scans"), "-o", restored, "--mask", restored.with_name("masks"))
        assert run(*again, "--format", "png", "--json").json["restored"] == 3

    def test_they_stay_whatever_else_is_asked_for(self, run: Command, restored: Path) -> None:
        scans, mask = restored.with_name("scans"), restored.with_name("masks") / "scan-01.png"
        assert run("restore", "--reject", decide(restored, "scan-00.png", "photo.png"), "-o", restored).code == 0
        (restored / "photo.jpg").write_bytes(b"retouched")
        for form in ("png", "same"):
            ended = run("restore", scans, "-o", restored, "--mask", mask, "--format", form, "--json")
            assert (ended.json["restored"], ended.json["original"]) == (1, 2)
        assert (restored / "scan-00.png").read_bytes() == (scans / "scan-00.png").read_bytes()
        assert (restored / "photo.jpg").read_bytes() == b"retouched"

    @pytest.mark.parametrize("name", ["none.png", "../scans/scan-00.png"])
    def test_a_name_that_is_no_result_changes_nothing(self, run: Command, restored: Path, name: str) -> None:
        before = {path: path.read_bytes() for path in restored.rglob("*") if path.is_file()}
        ended = run("restore", "--reject", decide(restored, "scan-00.png", name), "-o", restored, "--json")
        assert (ended.code, ended.json["error"]["code"]) == (3, "bad_journal")
        assert name in ended.json["error"]["message"]
        assert {path: path.read_bytes() for path in restored.rglob("*") if path.is_file()} == before

    def test_a_list_of_another_kind(self, run: Command, restored: Path) -> None:
        restored.with_name("accepted.json").write_text("[1, 2]")
        ended = run("restore", "--reject", restored.with_name("accepted.json"), "-o", restored, "--json")
        assert (ended.code, ended.json["error"]["code"]) == (3, "bad_journal")

    def test_a_missing_original(self, run: Command, restored: Path) -> None:
        (restored.with_name("scans") / "scan-00.png").unlink()
        ended = run("restore", "--reject", decide(restored, "scan-00.png"), "-o", restored, "--json")
        assert (ended.code, ended.json["error"]["code"]) == (3, "unreadable_image")
        assert (restored / "scan-00.png").exists()

    def test_it_is_one_or_the_other(self, run: Command, restored: Path) -> None:
        decided = decide(restored)
        assert run("restore", restored.with_name("scans"), "-o", restored, "--reject", decided).code == 2
        assert run("restore", "-o", restored).code == 2
