"""The report of a batch says what became of each image."""

from __future__ import annotations

from gan_inpaint_client.batch import Batch


def test_a_batch_in_which_all_goes_well_is_one_sentence() -> None:
    batch = Batch()
    batch.fill("a.tif")
    assert batch.report() == "1 image was filled."
    batch.fill("b.tif")
    assert batch.report() == "2 images were filled."


def test_images_without_a_selection_share_a_line_and_each_failure_has_its_own() -> None:
    batch = Batch()
    batch.skip("a.tif")
    batch.tell("b.tif", "The layer's pixels are locked.")
    batch.skip("{c}.tif")
    assert batch.report() == (
        "No image was filled.\n"
        "Left out, because nothing is selected there: “a.tif”, “{c}.tif”\n"
        "“b.tif”: The layer's pixels are locked."
    )


def test_a_note_of_the_daemon_and_the_end_by_cancel_are_told() -> None:
    batch = Batch()
    batch.fill("a.tif", "A classical filler stood in for the generator.")
    batch.stop()
    assert batch.report().splitlines()[1:] == [
        "Cancelled: all other images stay as they were.",
        "“a.tif”: A classical filler stood in for the generator.",
    ]
    assert batch.said == "“a.tif”: A classical filler stood in for the generator."
