"""A file is locked by one process at a time, and where there are no locks, that is what is said."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from gan_inpaint.archive import journal
from gan_inpaint.errors import CannotWrite
from gan_inpaint.files import locks


def test_a_file_is_locked_once_until_it_is_closed(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("ab") as first, (tmp_path / "lock").open("ab") as second:
        assert locks.take(first)
        assert not locks.take(second)
        first.close()
        assert locks.take(second)


@pytest.mark.skipif(sys.platform == "win32", reason="locks otherwise")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EIO])
def test_a_file_system_without_locks_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def flock(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(CannotWrite) as refusal, journal.opened(tmp_path):
        pass
    assert os.strerror(number) in refusal.value.message and str(tmp_path) in refusal.value.message
    assert refusal.value.hint
