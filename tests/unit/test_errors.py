"""An error keeps its kind, its code and its exit code on the way from one process to another."""

from __future__ import annotations

import pytest

from gan_inpaint.errors import KINDS, Exit, GanInpaintError, error_of


@pytest.mark.parametrize("code", sorted(KINDS))
def test_an_error_of_another_process_is_the_error_of_its_code(code: str) -> None:
    error = error_of(code, "A sentence.", "A hint.")
    assert type(error) is KINDS[code]
    assert (error.code, error.message, error.hint, str(error)) == (code, "A sentence.", "A hint.", "A sentence.")


def test_a_code_that_is_not_known_here_stays_as_it_is_and_counts_as_a_defect() -> None:
    error = error_of("from_the_future", "A sentence.")
    assert type(error) is GanInpaintError
    assert (error.code, error.exit, error.hint) == ("from_the_future", Exit.DEFECT, "")
    assert GanInpaintError.code == "internal"
