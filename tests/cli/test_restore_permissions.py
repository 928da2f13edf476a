"""What may not be read while an archive is restored is reported, and is tried again by the next run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.archive.scans import write_scans
from tests.privileges import open_to_all, unprivileged

from gan_inpaint.archive import files
from gan_inpaint.archive.outcome import Options
from gan_inpaint.archive.picture import restore_file
from gan_inpaint.errors import UnreadableImage

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="other permissions there")


def test_a_folder_that_may_not_be_read_is_told_and_the_others_are_searched(tmp_path: Path) -> None:
    write_scans(tmp_path / "scans", 1)
    locked = tmp_path / "scans" / "private"
    locked.mkdir(0)
    open_to_all(tmp_path)
    with unprivileged():
        found = files.find([tmp_path / "scans"], tmp_path / "out", False, None)
        assert [picture.name for picture in found.pictures] == ["scan-00.png"]
        assert found.left_out[str(locked)].code == "unreadable_image"
        with pytest.raises(UnreadableImage, match="private"):
            files.find([locked], tmp_path / "out", False, None)


def test_what_is_wrong_with_the_machine_does_not_last(tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(b"damaged")
    (tmp_path / "out").mkdir()
    open_to_all(tmp_path)
    (tmp_path / "out").chmod(0o777)
    lasting = []
    for mode in (0o644, 0):
        scan.chmod(mode)
        with unprivileged():
            problem = restore_file(scan, tmp_path / "out" / "scan.png", Options()).problem
        assert problem and problem.code == "unreadable_image"
        lasting.append(problem.lasting)
    assert lasting == [True, False]
