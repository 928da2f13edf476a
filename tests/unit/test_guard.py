"""What a request ends in reaches its client as the right error."""

from __future__ import annotations

import pytest

from gan_inpaint.server.guard import guarded


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (MemoryError(), "out_of_memory"),
        (ImportError("cv2.so: failed to map segment from shared object"), "out_of_memory"),
        (ImportError("libz.so.1: cannot open shared object file: Cannot allocate memory"), "out_of_memory"),
        (RuntimeError("std::bad_alloc"), "out_of_memory"),
        (ImportError("No module named 'cv2'"), "internal"),
        (ValueError("a defect"), "internal"),
    ],
    ids=str,
)
def test_too_little_memory_is_told_as_such_also_where_a_library_cannot_be_loaded(problem: Exception, code: str) -> None:
    def task() -> None:
        raise problem

    assert getattr(guarded(task), "code", None) == code
