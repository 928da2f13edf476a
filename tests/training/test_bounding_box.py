"""The hole's bounding box: found, cut out, pasted back."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint_training import bounding_box


@st.composite
def holes(draw: st.DrawFn) -> tuple[torch.Tensor, list[tuple[slice, slice]]]:
    """A batch of masks with holes of any shape, and their bounding boxes as rows and columns."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    masks = torch.zeros(draw(st.integers(1, 3)), 1, height, width)
    spans = []
    for mask in masks:
        (top, bottom), (left, right) = (sorted(numbers.integers(0, size, 2)) for size in (height, width))
        mask[0, top : bottom + 1, left : right + 1] = torch.from_numpy(
            (numbers.random((bottom + 1 - top, right + 1 - left)) < 0.5).astype(np.float32)
        )
        mask[0, [top, bottom], [left, right]] = 1  # two opposite corners: the rest may be of any shape
        spans.append((slice(top, bottom + 1), slice(left, right + 1)))
    return masks, spans


@settings(deadline=None)
@given(holes())
def test_the_box_is_the_smallest_around_the_hole(drawn: tuple[torch.Tensor, list[tuple[slice, slice]]]) -> None:
    mask, spans = drawn
    rows, columns = bounding_box.bounding_box(mask)
    found = torch.stack([*rows, *columns], 1).tolist()
    assert found == [[down.start, down.stop, across.start, across.stop] for down, across in spans]


@settings(deadline=None)
@given(holes())
def test_a_box_cut_out_at_its_own_size_and_pasted_back_is_the_picture(
    drawn: tuple[torch.Tensor, list[tuple[slice, slice]]],
) -> None:
    mask, spans = drawn
    image = torch.rand(1, 3, *mask.shape[2:]) * 2 - 1
    for hole, (down, across) in zip(mask.split(1), spans, strict=True):
        side = down.stop - down.start
        across = slice(min(across.start, mask.shape[3] - side), min(across.start, mask.shape[3] - side) + side)
        if across.start < 0:
            continue  # the picture has no square of that side
        square = torch.zeros_like(hole)
        square[..., down, across] = 1
        patch = bounding_box.crop_box(image, square, side)
        assert torch.equal(patch, image[..., down, across])
        assert torch.equal(bounding_box.paste_box(patch, square), image * square)


@settings(deadline=None)
@given(holes(), st.integers(1, 20))
def test_a_flat_colour_stays_itself_at_any_size_and_outside_the_box_is_nothing(
    drawn: tuple[torch.Tensor, list[tuple[slice, slice]]], side: int
) -> None:
    mask, spans = drawn
    image = torch.full((len(mask), 2, *mask.shape[2:]), 0.7)
    torch.testing.assert_close(bounding_box.crop_box(image, mask, side), torch.full((len(mask), 2, side, side), 0.7))
    box = torch.zeros_like(mask)
    for sample, (down, across) in zip(box, spans, strict=True):
        sample[0, down, across] = 1
    pasted = bounding_box.paste_box(torch.full((len(mask), 2, side, side), 0.7), mask)
    torch.testing.assert_close(pasted, 0.7 * box.expand(-1, 2, -1, -1))


def test_enlarging_is_bilinear_and_reducing_averages() -> None:
    mask = torch.zeros(1, 1, 24, 24)
    mask[..., 4:20, 2:18] = 1
    image = torch.rand(1, 3, 24, 24)
    box = image[..., 4:20, 2:18]
    for side in (32, 50, 8, 5):
        expected = torch.nn.functional.interpolate(box, size=(side, side), mode="bilinear", antialias=True)
        torch.testing.assert_close(bounding_box.crop_box(image, mask, side), expected)
    patch = torch.rand(1, 3, 9, 9)
    expected = torch.nn.functional.interpolate(patch, size=(16, 16), mode="bilinear", antialias=True)
    torch.testing.assert_close(bounding_box.paste_box(patch, mask)[..., 4:20, 2:18], expected)


@settings(deadline=None)
@given(holes(), st.integers(1, 40))
def test_a_window_around_the_hole_is_a_piece_of_the_picture_that_shows_all_it_can(
    drawn: tuple[torch.Tensor, list[tuple[slice, slice]]], side: int
) -> None:
    mask, _ = drawn
    height, width = mask.shape[2:]
    image = torch.arange(float(height * width)).view(1, 1, height, width).expand(len(mask), -1, -1, -1)
    if side > min(height, width):
        with pytest.raises(ValueError, match=f"{side}×{side}"):
            bounding_box.crop_around(image, mask, side)
        return
    window, hole = bounding_box.crop_around(image, mask, side), bounding_box.crop_around(mask, mask, side)
    rows, columns = bounding_box.bounding_box(mask)
    for number in range(len(mask)):
        first = int(window[number, 0, 0, 0])
        top, left = divmod(first, width)
        assert torch.equal(window[number], image[number, :, top : top + side, left : left + side])
        if max(rows.stop[number] - rows.start[number], columns.stop[number] - columns.start[number]) <= side:
            assert hole[number].sum() == mask[number].sum()


def test_the_box_of_no_hole_is_the_whole_picture() -> None:
    image, mask = torch.rand(1, 3, 8, 8), torch.zeros(1, 1, 8, 8)
    assert torch.equal(bounding_box.crop_box(image, mask, 8), image)
    assert torch.equal(bounding_box.paste_box(image, mask), image)


def test_gradients_reach_what_is_cut_out_and_what_is_pasted_and_nothing_else() -> None:
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., 3:9, 5:12] = 1
    image = torch.rand(1, 3, 16, 16, requires_grad=True)
    patch = torch.rand(1, 3, 4, 4, requires_grad=True)
    (bounding_box.crop_box(image, mask, 4).sum() + bounding_box.paste_box(patch, mask).sum()).backward()
    assert image.grad is not None and patch.grad is not None
    assert torch.equal(image.grad > 0, (mask > 0).expand(1, 3, 16, 16))
    assert (patch.grad > 0).all()


class _CutAndPasted(torch.nn.Module):
    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return bounding_box.paste_box(bounding_box.crop_box(image, mask, 6), mask)


def test_it_exports_with_batch_height_and_width_open(tmp_path) -> None:
    image, mask = torch.rand(2, 3, 16, 20), torch.ones(2, 1, 16, 20)
    sizes = dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC)
    program = torch.onnx.export(
        _CutAndPasted(), (image, mask), dynamo=True, opset_version=18, dynamic_shapes=(sizes, sizes), verbose=False
    )
    assert program is not None
    program.save(tmp_path / "bounding_box.onnx")
    session = ort.InferenceSession(tmp_path / "bounding_box.onnx")
    image, mask = torch.rand(3, 3, 33, 41), (torch.rand(3, 1, 33, 41) < 0.003).float()
    names = [value.name for value in session.get_inputs()]
    (actual,) = session.run(None, dict(zip(names, (image.numpy(), mask.numpy()), strict=True)))
    np.testing.assert_allclose(actual, _CutAndPasted()(image, mask).numpy(), atol=1e-5)
