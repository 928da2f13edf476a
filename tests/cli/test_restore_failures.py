"""Whatever goes wrong while an archive is restored: a sentence, a code, nothing lost, and the next run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import tifffile
from PIL import Image
from tests.archive.scans import scratched, write_scans
from tests.disk import mounted
from tests.signals import heed_ctrl_c

from gan_inpaint.archive import journal
from gan_inpaint.errors import CannotWrite

Command = Callable[..., Any]
COMMAND = [sys.executable, "-m", "gan_inpaint", "restore"]
_SECONDS = 60.0


def entries(output: Path) -> list[dict[str, Any]]:
    """The journal's complete lines."""
    path = output / ".gan-inpaint" / "journal.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def times(output: Path, event: str) -> Counter[str]:
    return Counter(entry["name"] for entry in entries(output) if entry["event"] == event)


def check_whole(output: Path, count: int) -> None:
    """Every scan is repaired where it is scratched, and nothing unfinished is left."""
    for number in range(count):
        before, mask = scratched(number)
        after = np.asarray(Image.open(output / f"scan-{number:02}.png"))
        np.testing.assert_array_equal(after[mask == 0], before[mask == 0])
        assert not np.array_equal(after, before)
    assert not list(output.rglob("*.part"))


def wait_for(condition: Callable[[], Any], process: subprocess.Popen[str]) -> Any:
    """What the condition gives once it is true, while the process runs."""
    deadline = time.monotonic() + _SECONDS
    while not (answer := condition()):
        assert time.monotonic() < deadline
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"ended with {process.returncode}: {process.communicate()}")
    return answer


@pytest.fixture
def started(daemon_environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `restore` as a separate process."""
    processes = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        words = [*COMMAND, *map(str, arguments)]
        pipe = subprocess.PIPE
        processes.append(
            subprocess.Popen(words, env=daemon_environment, stdout=pipe, stderr=pipe, text=True, preexec_fn=heed_ctrl_c)
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_after_kill_9_it_goes_on_where_it_was(
    run: Command, started: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    again = ("restore", scans, "-o", out, "--mask", write_scans(scans, 12), "--jobs", 2)
    process = started(*again[1:])
    wait_for(lambda: len(times(out, "ended")) >= 3, process)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert psutil.wait_procs(workers, timeout=20)[1] == []  # none goes on behind the back of the next run
    done = times(out, "ended")
    assert 3 <= len(done) < 12
    (out / ".gan-inpaint" / "journal.jsonl").open("ab").write(b'{"event":"sta')  # as power loss leaves it
    (unfinished,) = list(times(out, "started") - done)[:1]
    (out / f".{unfinished}.abc.part").write_bytes(b"half a picture")
    ended = run(*again, "--json")
    assert (ended.code, ended.json["restored"]) == (0, 12)
    assert times(out, "ended") == Counter({f"scan-{number:02}.png": 1 for number in range(12)})
    assert all(times(out, "started")[name] == 1 for name in done)
    check_whole(out, 12)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_when_told_to_end_it_clears_away_what_it_began(
    run: Command, started: Callable[..., subprocess.Popen[str]], tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    again = ("restore", scans, "-o", out, "--mask", write_scans(scans, 8))
    process = started(*again[1:])
    wait_for(lambda: times(out, "ended"), process)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(sent)
    assert process.wait(30) == code
    assert psutil.wait_procs(workers, timeout=20)[1] == []
    assert not list(out.rglob("*.part"))
    assert run(*again, "--json").json["restored"] == 8
    check_whole(out, 8)


def test_two_runs_into_one_folder(run: Command, tmp_path: Path) -> None:
    masks = write_scans(tmp_path / "scans", 1)
    with journal.opened(tmp_path / "out"):
        ended = run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "folder_in_use")
    assert not (tmp_path / "out" / "scan-00.png").exists()
    assert run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks).code == 0


def test_damaged_and_raw_files_among_others_are_told_and_the_others_are_done(run: Command, tmp_path: Path) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    masks = write_scans(scans, 2)
    whole = scans / "torn.tif"
    tifffile.imwrite(whole, scratched()[0], photometric="rgb", compression="lzw", metadata=None)
    whole.write_bytes(whole.read_bytes()[:-500])
    (scans / "shot.dng").write_bytes(b"II*\0" + bytes(100))
    Image.fromarray(scratched()[0]).convert("CMYK").save(scans / "print.jpg")
    (scans / "wrong.png").write_bytes((scans / "scan-00.png").read_bytes())
    Image.new("L", (10, 10), 255).save(masks / "wrong.png")
    ended = run("restore", scans, "-o", out, "--mask", masks, "--json")
    assert ended.code == 8
    assert ended.json["restored"] == 2 and ended.json["failed"] == 4
    reported = {Path(problem["source"]).name: problem for problem in ended.json["problems"]}
    assert {name: problem["code"] for name, problem in reported.items()} == {
        **{"torn.tif": "unreadable_image", "shot.dng": "unsupported_image", "print.jpg": "unsupported_image"},
        "wrong.png": "mask_size",
    }
    assert all(problem["message"].endswith(".") and problem["hint"] for problem in reported.values())
    assert "raw file" in reported["shot.dng"]["message"]
    assert all(problem["message"] in ended.err for problem in reported.values())
    assert {path.name for path in out.iterdir()} == {"scan-00.png", "scan-01.png", "report.html", ".gan-inpaint"}
    assert "torn.tif is damaged or incomplete" in (out / "report.html").read_text()


def test_what_fails_by_its_own_fault_is_tried_once_more_and_then_no_more_until_it_changes(
    run: Command, tmp_path: Path
) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    masks = write_scans(scans, 1)
    whole = (scans / "scan-00.png").read_bytes()
    (scans / "scan-00.png").write_bytes(whole[:-500])
    for tries in (1, 2, 2, 2):
        ended = run("restore", scans, "-o", out, "--mask", masks)
        assert ended.code == 8 and "damaged or incomplete" in ended.err
        assert ended.out.startswith("1 picture: 1 failed.")
        assert times(out, "started")["scan-00.png"] == tries
    (scans / "scan-00.png").write_bytes(whole)
    assert run("restore", scans, "-o", out, "--mask", masks).code == 0
    check_whole(out, 1)


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_mask_that_covers_half_the_picture(run: Command, tmp_path: Path, share: float) -> None:
    masks = write_scans(tmp_path / "scans", 2)
    half = np.zeros((150, 200), np.uint8)
    half[:, : round(200 * share)] = 255
    Image.fromarray(half).save(masks / "scan-01.png")
    ended = run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks, "--json")
    (problem,) = ended.json["problems"]
    assert (ended.code, problem["code"]) == (8, "too_much_selected")
    assert f"{share:.0%} of the picture" in problem["message"] and problem["hint"]
    assert not (tmp_path / "out" / "scan-01.png").exists()
    check_whole(tmp_path / "out", 1)


def test_no_mask_for_one_of_the_pictures(run: Command, tmp_path: Path) -> None:
    masks = write_scans(tmp_path / "scans", 2)
    (masks / "scan-01.png").unlink()
    ended = run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks, "--json")
    assert ended.code == 8
    assert [problem["code"] for problem in ended.json["problems"]] == ["unreadable_image"]
    assert "masks/scan-01" in ended.json["problems"][0]["message"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 KiB, which not all results fit into."""
    with mounted(tmp_path / "disk", "200k") as folder:
        yield folder


def test_no_space_left_in_the_middle(run: Command, tmp_path: Path, disk: Path) -> None:
    scans, out = tmp_path / "scans", disk / "out"
    again = ("restore", scans, "-o", out, "--mask", write_scans(scans, 12))
    ended = run(*again, "--json")
    assert ended.code == 4, ended
    error = ended.json["error"]
    assert error["code"] == "cannot_write" and "space" in error["message"] and "same command again" in error["hint"]
    done = times(out, "ended")
    assert 0 < len(done) < 12
    assert not list(out.rglob("*.part"))
    for number in range(len(done)):
        assert Image.open(out / f"scan-{number:02}.png").load() is not None
    subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
    assert run(*again, "--json").json["restored"] == 12
    assert times(out, "ended") == Counter({f"scan-{number:02}.png": 1 for number in range(12)})
    check_whole(out, 12)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers by their command line")
@pytest.mark.parametrize("deaths", [1, 2])
def test_a_picture_whose_process_dies_is_tried_once_more(
    started: Callable[..., subprocess.Popen[str]], tmp_path: Path, deaths: int
) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    process = started(scans, "-o", out, "--mask", write_scans(scans, 3), "--json")
    killed: set[int] = set()
    for _ in range(deaths):
        worker = wait_for(lambda: workers_of(process, killed), process).pop()
        os.kill(worker, signal.SIGKILL)
        killed.add(worker)
    reported = json.loads(process.communicate(timeout=60)[0])
    if deaths == 1:
        assert (process.returncode, reported["restored"]) == (0, 3)
        check_whole(out, 3)
    else:
        assert (process.returncode, reported["restored"], reported["failed"]) == (8, 2, 1)
        (problem,) = reported["problems"]
        assert problem["code"] == "worker_died" and problem["source"].endswith("scan-00.png") and problem["hint"]


def workers_of(process: subprocess.Popen[str], killed: set[int]) -> set[int]:
    alive = [child for child in psutil.Process(process.pid).children() if child.pid not in killed]
    return {child.pid for child in alive if "spawn_main" in " ".join(child.cmdline())}


@pytest.fixture
def refused(run: Command, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Run a command line that must fail with an exit code and an error code, and change no picture."""

    def refused(exit_code: int, error_code: str, *arguments: object) -> dict[str, str]:
        before = {path: path.read_bytes() for path in tmp_path.rglob("*.png")}
        ended = run("restore", *arguments, "--json")
        assert ended.code == exit_code, ended
        error: dict[str, str] = ended.json["error"]
        assert error["code"] == error_code
        assert error["message"].endswith(".") and error["hint"]
        assert {path: path.read_bytes() for path in tmp_path.rglob("*.png")} == before
        return error

    return refused


def test_an_empty_folder(refused: Command, tmp_path: Path) -> None:
    (tmp_path / "scans" / "deeper").mkdir(parents=True)
    (tmp_path / "scans" / "notes.txt").write_text("no picture")
    error = refused(3, "no_pictures", tmp_path / "scans", "-o", tmp_path / "out", "--mask", tmp_path)
    assert str(tmp_path / "scans") in error["message"]
    assert not (tmp_path / "out").exists()


def test_a_folder_that_does_not_exist(refused: Command, tmp_path: Path) -> None:
    refused(3, "unreadable_image", tmp_path / "none", "-o", tmp_path / "out")


def test_originals_are_never_overwritten(refused: Command, tmp_path: Path) -> None:
    masks = write_scans(tmp_path / "scans", 2)
    refused(4, "cannot_write", tmp_path / "scans", "-o", tmp_path / "scans", "--mask", masks)
    refused(4, "cannot_write", tmp_path / "scans" / "scan-00.png", "-o", tmp_path / "scans", "--mask", masks)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "scan-01.png").write_bytes(b"precious")
    error = refused(4, "cannot_write", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks)
    assert "scan-01.png exists already" in error["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need permissions there")
def test_a_link_to_an_original_is_no_result(refused: Command, tmp_path: Path) -> None:
    masks = write_scans(tmp_path / "scans", 1)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "scan-00.png").symlink_to(tmp_path / "scans" / "scan-00.png")
    refused(4, "cannot_write", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks)


def test_two_originals_of_one_name(refused: Command, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        Image.fromarray(scratched()[0]).save(tmp_path / name / "scan.png")
    error = refused(4, "cannot_write", tmp_path / "one", tmp_path / "other", "-o", tmp_path / "out", "--mask", tmp_path)
    assert "would both become scan.png" in error["message"]


def test_results_of_other_originals_are_not_replaced(run: Command, refused: Command, tmp_path: Path) -> None:
    masks = write_scans(tmp_path / "scans", 1)
    assert run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks).code == 0
    (tmp_path / "others").mkdir()
    Image.fromarray(scratched(5)[0]).save(tmp_path / "others" / "scan-00.png")
    error = refused(4, "cannot_write", tmp_path / "others", "-o", tmp_path / "out", "--mask", masks)
    assert "was restored from" in error["message"]


def test_another_original_is_not_taken_for_one_of_the_same_name_size_and_time(
    run: Command, refused: Command, tmp_path: Path
) -> None:
    """As scans from one scanner are, unpacked from an archive that keeps no times."""
    masks = write_scans(tmp_path / "box-1", 1)
    (tmp_path / "box-2").mkdir()
    for number in (1, 2):
        scan = tmp_path / f"box-{number}" / "scan-00.png"
        tifffile.imwrite(scan.with_suffix(".tif"), scratched(number)[0], photometric="rgb", metadata=None)
        scan.unlink(missing_ok=True)
        os.utime(scan.with_suffix(".tif"), (0, 0))
    assert run("restore", tmp_path / "box-1", "-o", tmp_path / "out", "--mask", masks).code == 0
    error = refused(4, "cannot_write", tmp_path / "box-2", "-o", tmp_path / "out", "--mask", masks)
    assert "box-1" in error["message"] and "box-2" in error["message"]


def test_originals_that_have_moved_are_known_again(run: Command, tmp_path: Path) -> None:
    masks = write_scans(tmp_path / "scans", 1)
    assert run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks).code == 0
    (tmp_path / "scans").rename(tmp_path / "moved")
    assert run("restore", tmp_path / "moved", "-o", tmp_path / "out", "--mask", masks, "--json").json["restored"] == 1
    assert times(tmp_path / "out", "started")["scan-00.png"] == 1


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"[")])
def test_pictures_of_the_report_that_are_lost_are_left_out(
    run: Command, tmp_path: Path, damage: Callable[[Path], Any]
) -> None:
    masks = write_scans(tmp_path / "scans", 2)
    again = ("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks)
    assert run(*again).code == 0
    damage(next((tmp_path / "out" / ".gan-inpaint" / "views").iterdir()))
    ended = run(*again)
    assert ended.code == 0 and ended.out.startswith("2 pictures: 2 restored.")
    assert all(name in (tmp_path / "out" / "report.html").read_text() for name in ("scan-00.png", "scan-01.png"))


def test_a_disk_that_is_full_of_the_journal(tmp_path: Path) -> None:
    origin = journal.Origin("scan.png", (1, 2), "x" * 1000)
    with mounted(tmp_path / "disk", "64k") as folder:
        with pytest.raises(CannotWrite, match="cannot be written"), journal.opened(folder) as kept:
            for number in range(1000):
                kept.start(f"scan-{number}.png", origin)
        written = set(kept.entries)
        with journal.opened(folder) as kept:
            assert kept.entries.keys() == written


def test_a_damaged_journal(refused: Command, tmp_path: Path) -> None:
    masks = write_scans(tmp_path / "scans", 1)
    (tmp_path / "out" / ".gan-inpaint").mkdir(parents=True)
    (tmp_path / "out" / ".gan-inpaint" / "journal.jsonl").write_text("nonsense\n")
    refused(3, "bad_journal", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks)


def test_one_mask_for_two_pictures_restores_neither(run: Command, tmp_path: Path) -> None:
    masks, scans = write_scans(tmp_path / "scans", 1), tmp_path / "scans"
    with Image.open(scans / "scan-00.png") as scan:
        scan.save(scans / "scan-00.tif")
    with Image.open(masks / "scan-00.png") as mask:
        mask.save(masks / "scan-00.webp", lossless=True)
    (masks / "scan-00.png").unlink()
    ended = run("restore", scans, "--mask", masks, "-o", tmp_path / "out")
    assert ended.code == 8 and "scan-00.png or of scan-00.tif" in ended.err
    assert ended.out.startswith("0 pictures. 2 left out.")


def test_no_mask_at_all_where_one_is_named(refused: Command, tmp_path: Path) -> None:
    write_scans(tmp_path / "scans", 1)
    refused(3, "unreadable_image", tmp_path / "scans", "-o", tmp_path / "out", "--mask", tmp_path / "none.png")


def test_an_output_folder_that_cannot_be_made(refused: Command, tmp_path: Path) -> None:
    masks = write_scans(tmp_path / "scans", 1)
    (tmp_path / "file").write_text("no folder")
    refused(4, "cannot_write", tmp_path / "scans", "-o", tmp_path / "file" / "out", "--mask", masks)


def test_no_scheduler_at_the_address(refused: Command, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    masks = write_scans(tmp_path / "scans", 1)
    options = ("-o", tmp_path / "out", "--mask", masks, "--cluster", "tcp://127.0.0.1:9")
    error = refused(6, "no_cluster", tmp_path / "scans", *options)
    assert "tcp://127.0.0.1:9" in error["message"]
