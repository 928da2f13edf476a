"""A file is written on any file system that can hold it, with the attributes of the one that it replaces."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.privileges import open_to_all, unprivileged

from gan_inpaint.errors import CannotWrite
from gan_inpaint.files import atomic

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such files")


def write(target: Path, text: str = "new", **options: Any) -> None:
    with atomic.writing(target, **options) as temporary:
        temporary.write_text(text)


def refuse(number: int, when: Callable[..., bool] = lambda *_: True) -> Callable[..., None]:
    def refused(*arguments: Any, **_: Any) -> None:
        if when(*arguments):
            raise OSError(number, os.strerror(number))

    return refused


def is_folder(descriptor: int) -> bool:
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("chmod", refuse(errno.EOPNOTSUPP)),
        ("chmod", refuse(errno.EPERM)),
        ("fsync", refuse(errno.EINVAL)),
        ("fsync", refuse(errno.EINVAL, is_folder)),
        ("fsync", refuse(errno.EIO, is_folder)),
        ("link", refuse(errno.EPERM)),
        ("setxattr", refuse(errno.ENOTSUP)),
        ("listxattr", refuse(errno.ENOTSUP)),
    ],
)
@on_linux
def test_what_a_share_refuses_does_not_lose_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, refusal: Callable[..., None], force: bool
) -> None:
    if force:
        (tmp_path / "out.png").write_text("old")
    monkeypatch.setattr(os, name, refusal)
    write(tmp_path / "out.png", force=force)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.png": "new"}


@on_linux
@pytest.mark.parametrize("chmod", ["works", "is refused"])
@pytest.mark.parametrize(("before", "after"), [(None, 0o640), (0o600, 0o600), (0o640, 0o640)])
def test_a_file_has_the_mode_of_a_new_one_or_of_the_one_it_replaces_also_where_modes_cannot_be_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chmod: str, before: int | None, after: int
) -> None:
    target = tmp_path / "out.png"
    if before is not None:
        target.touch()
        target.chmod(before)
    if chmod == "is refused":
        monkeypatch.setattr(os, "chmod", refuse(errno.EPERM))
    umask = os.umask(0o027)
    try:
        write(target, force=True)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(target.stat().st_mode) == after


def test_a_disk_that_fails_is_still_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    with pytest.raises(CannotWrite):
        write(tmp_path / "out.png")
    assert list(tmp_path.iterdir()) == []


@on_linux
def test_a_folder_that_may_be_written_and_not_listed(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    drop.chmod(0o733)
    open_to_all(tmp_path)
    with unprivileged():
        write(drop / "out.png")
    assert (drop / "out.png").read_text() == "new"


@on_linux
def test_a_folder_that_may_not_be_entered_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "closed" / "inside").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    open_to_all(tmp_path)
    with unprivileged(), pytest.raises(CannotWrite, match="You may not write into the folder"):
        atomic.check(tmp_path / "closed" / "inside" / "out.png", force=False)


@on_linux
@pytest.mark.parametrize("name", ["a" * 251 + ".png", "ж" * 125 + ".png", "b" * 241, "c" * 200, "[d]*?" * 20])
@pytest.mark.parametrize("force", [False, True])
def test_names_of_up_to_255_bytes(tmp_path: Path, name: str, force: bool) -> None:
    assert len(name.encode()) <= 255
    write(tmp_path / name, force=force)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@on_linux
def test_extended_attributes_stay_where_a_file_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    target.write_text("old")
    try:
        os.setxattr(target, "user.xdg.tags", b"family,1952")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    write(target, force=True)
    assert target.read_text() == "new"
    assert os.getxattr(target, "user.xdg.tags") == b"family,1952"


_KILLED = """
import os, signal, sys
from pathlib import Path
from gan_inpaint.files import atomic
with atomic.writing(Path(sys.argv[1])) as temporary:
    os.kill(os.getpid(), signal.SIGKILL)
"""


@on_linux
@pytest.mark.parametrize("name", ["out.png", "a" * 250])
def test_what_a_killed_process_left_goes_with_the_next_one_and_what_is_in_use_stays(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    subprocess.run([sys.executable, "-c", _KILLED, target])
    (left,) = tmp_path.iterdir()
    assert left.suffix == ".part"
    (tmp_path / f".other{name[:100]}.x.part").touch()
    with atomic.writing(target) as in_use:
        assert not left.exists()
        write(target)
        assert in_use.exists()
        target.unlink()
    assert {path.name for path in tmp_path.iterdir()} == {name, f".other{name[:100]}.x.part"}


def test_the_last_look_is_right_before_the_rename_and_can_stop_it(tmp_path: Path) -> None:
    seen = []

    def look(temporary: Path) -> None:
        seen.append(temporary.read_text())
        raise CannotWrite("Changed.")

    (tmp_path / "out.png").write_text("precious")
    with pytest.raises(CannotWrite, match="Changed"):
        write(tmp_path / "out.png", force=True, last_look=look)
    assert seen == ["new"]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.png": "precious"}
