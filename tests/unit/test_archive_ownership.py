"""`restore` replaces what it has written, known by its content, and nothing else."""

from __future__ import annotations

import errno
import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.archive.scans import scratched, write_scans

from gan_inpaint.archive import files, journal, names, run
from gan_inpaint.archive.outcome import Options, Outcome
from gan_inpaint.archive.ownership import Claim, Kept
from gan_inpaint.archive.picture import restore_file
from gan_inpaint.errors import CannotWrite


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two scans that have been restored into `out`; with masks that mark nothing, so that no model is needed."""
    masks = write_scans(tmp_path / "scans", 2)
    for mask in masks.iterdir():
        Image.fromarray(np.zeros((150, 200), np.uint8)).save(mask)
    assert len(restored(tmp_path)) == 2
    return tmp_path


def restored(folder: Path, output: str = "out") -> list[str]:
    """Restore what is left to do; the names of what was done."""
    found = files.find([folder / "scans"], folder / output, False, folder / "masks")
    done: list[str] = []
    with journal.opened(folder / output) as kept:
        planned = run.plan(kept, found.pictures, 0.5)
        for picture, origin in planned.to_do:
            kept.start(picture.name, origin)
            options = Options(mask=picture.mask, claim=kept.claim(picture.name))
            outcome = restore_file(picture.source, kept.output / picture.name, options)
            kept.end(picture.name, origin, outcome)
            done.append(picture.name if outcome.problem is None else outcome.problem.message)
        done.extend(f"changed {path.name}" for path in planned.changed)
    return done


def later(path: Path) -> None:
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 3600 * 10**9))


def test_other_times_alone_change_nothing(archive: Path) -> None:
    """As after a change to daylight-saving time on a FAT disk, or after a copy."""
    for folder in ("scans", "masks", "out"):
        for path in (archive / folder).glob("*.png"):
            later(path)
    assert restored(archive) == []


def test_other_content_counts_though_size_and_name_are_the_same(archive: Path) -> None:
    result = archive / "out" / "scan-00.png"
    content = bytearray(result.read_bytes())
    content[-20] ^= 1
    result.write_bytes(content)
    later(result)
    later(archive / "masks" / "scan-00.png")
    Image.fromarray(scratched(1)[1] // 255 * 0).save(archive / "masks" / "scan-00.png", compress_level=1)
    assert restored(archive) == ["changed scan-00.png"]


def test_a_file_made_by_others_while_a_picture_is_worked_on_stays(archive: Path) -> None:
    target = archive / "out" / "new.png"
    options = Options(mask=archive / "masks" / "scan-00.png")
    masks = archive / "masks" / "scan-00.png"

    class Meanwhile(Claim):
        def announce(self, result: Path, owned: Kept | None) -> str:
            target.write_bytes(b"precious")
            return super().announce(result, owned)

    outcome = restore_file(archive / "scans" / "scan-00.png", target, Options(mask=masks, claim=Meanwhile()))
    assert outcome.problem and outcome.problem.code == "cannot_write" and "by others" in outcome.problem.message
    outcome = restore_file(archive / "scans" / "scan-00.png", target, options)  # it is there before the work, too
    assert outcome.problem and "by others" in outcome.problem.message
    assert target.read_bytes() == b"precious"
    assert not list(target.parent.glob(".*.part"))


def test_a_result_whose_end_was_never_noted_is_known_and_another_file_there_is_not(archive: Path) -> None:
    """As after a power cut between the rename and the journal."""
    path = archive / "out" / ".gan-inpaint" / "journal.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not ('"ended"' in line and "scan-01" in line)]
    path.write_text("".join(kept))
    assert restored(archive) == ["scan-01.png"]
    path.write_text("".join(kept))
    (archive / "out" / "scan-01.png").write_bytes(b"precious")
    (told,) = restored(archive)
    assert "scan-01.png was made or changed by others" in told
    assert (archive / "out" / "scan-01.png").read_bytes() == b"precious"


@pytest.mark.parametrize("bad", [b"nonsense\n", b'{"event": "ended"}\n', b"\xff\xfe\0\n", b"\n"])
@pytest.mark.parametrize("where", [0, 2])
def test_a_damaged_line_of_the_journal_spoils_nothing_else(archive: Path, bad: bytes, where: int) -> None:
    path = archive / "out" / ".gan-inpaint" / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((*lines[:where], bad, *lines[where:])))
    assert restored(archive) == []
    with journal.opened(archive / "out") as kept:
        assert kept.lost == 1


def test_a_picture_whose_lines_are_all_lost_is_done_again(archive: Path) -> None:
    path = archive / "out" / ".gan-inpaint" / "journal.jsonl"
    path.write_bytes(b"".join(line for line in path.read_bytes().splitlines(keepends=True) if b"scan-01" not in line))
    assert restored(archive) == ["scan-01.png"]


def test_a_disk_that_cannot_be_flushed_keeps_a_journal(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", refuse)
    assert len(restored(archive, "share")) == 2
    assert restored(archive, "share") == []


def test_unfinished_files_of_killed_runs_go(archive: Path) -> None:
    path = archive / "out" / ".gan-inpaint" / "journal.jsonl"
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if '"started"' in line))
    (archive / "out" / ".scan-00.png.abcdefgh.part").touch()
    (archive / "out" / ".gan-inpaint" / "results" / ".x.part").touch()
    assert sorted(restored(archive)) == ["scan-00.png", "scan-01.png"]
    assert not list((archive / "out").rglob("*.part"))


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


class IgnorantPath(type(Path())):  # type: ignore[misc]
    """A path on a disk that knows neither case nor Unicode's forms, which few machines for tests have."""

    def exists(self) -> bool:
        return folded(self.name) in {folded(name) for name in os.listdir(self.parent)}  # noqa: PTH208


class TestNamesThatADiskDoesNotTellApart:
    TWINS = (("IMG_1.png", "img_1.png"), tuple(unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD")))

    @pytest.mark.parametrize("twins", TWINS)
    def test_where_it_does_both_are_restored(self, tmp_path: Path, twins: tuple[str, str]) -> None:
        (tmp_path / journal.FOLDER).mkdir()
        names.check_apart(twins, tmp_path)
        assert [path.name for path in (tmp_path / journal.FOLDER).iterdir()] == []

    def test_where_it_does_not_it_is_refused(self, tmp_path: Path) -> None:
        ignorant_disk = IgnorantPath(tmp_path)
        (ignorant_disk / journal.FOLDER).mkdir()
        for twins in self.TWINS:
            with pytest.raises(CannotWrite, match="would be one file") as problem:
                names.check_apart(("other.png", *twins), ignorant_disk)
            assert all(name in problem.value.message for name in twins)
        names.check_apart(("one.png", "two.png"), ignorant_disk)


def test_a_failure_keeps_no_hashes(tmp_path: Path) -> None:
    with journal.opened(tmp_path) as kept:
        origin = journal.Origin("a.png", (1, 2), "sensitivity 0.5")
        kept.start("a.png", origin)
        kept.end("a.png", origin, Outcome(state="clean"))
        assert kept.entries["a.png"].origin.begun == origin
