"""Pictures that are no damaged print: never is more than a fifth of one repaired without a question."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from gan_inpaint import service
from gan_inpaint.errors import NothingFound, TooMuchSelected
from gan_inpaint.options import RepairOptions
from gan_inpaint.service import MOST_DAMAGED, Service

HEIGHT, WIDTH = 480, 640


def _paper(level: float, grain: float = 3) -> np.ndarray:
    return level + np.random.default_rng(1).normal(0, grain, (HEIGHT, WIDTH))


def _photograph(height: int, width: int, seed: int) -> np.ndarray:
    random, (y, x) = np.random.default_rng(seed), np.mgrid[:height, :width]
    picture = 110 + 50 * np.sin(3 * x / width + seed) + 30 * np.cos(4 * y / height)
    for _ in range(6):
        centre, radius = random.integers(0, [width, height]), random.integers(8, min(height, width) // 5)
        cv2.circle(picture, centre.tolist(), int(radius), float(random.integers(50, 200)), -1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2) + random.normal(0, 4, picture.shape))


def _album_page() -> np.ndarray:
    """Four prints with white borders and dark corners on a dark page."""
    page = _paper(45)
    for seed, (top, left) in enumerate(((25, 30), (25, 340), (255, 30), (255, 340))):
        page[top : top + 200, left : left + 265] = 235
        page[top + 10 : top + 190, left + 10 : left + 255] = _photograph(180, 245, seed)
        for row, column, down, across in ((0, 0, 1, 1), (0, 265, 1, -1), (200, 0, -1, 1), (200, 265, -1, -1)):
            y, x = top + row, left + column
            cv2.fillPoly(page, [np.array([(x, y), (x + 30 * across, y), (x, y + 30 * down)])], 15.0)
    return page


def _black_border() -> np.ndarray:
    page = np.full((HEIGHT, WIDTH), 4.0)
    page[40:440, 50:590] = _photograph(400, 540, 5)
    return page


def _passe_partout() -> np.ndarray:
    page = _paper(228)
    page[100:380, 160:480] = _photograph(280, 320, 6)
    cv2.rectangle(page, (156, 96), (484, 384), 150.0, 3)
    return page


def _all_damage() -> np.ndarray:
    page, random = _photograph(HEIGHT, WIDTH, 7), np.random.default_rng(8)
    for _ in range(400):
        start = random.integers(0, [WIDTH, HEIGHT])
        end, colour = start + random.integers(-100, 100, 2), float(random.choice([240, 15]))
        cv2.line(page, start.tolist(), end.tolist(), colour, int(random.integers(1, 8)))
    return page


def _line_drawing() -> np.ndarray:
    page, random = np.full((HEIGHT, WIDTH), 245.0), np.random.default_rng(9)
    for _ in range(100):
        line = np.cumsum(random.normal(0, 12, (30, 2)), axis=0) + random.integers(0, [WIDTH, HEIGHT])
        cv2.polylines(page, [line.astype(np.int32)], False, 20.0, 2)
    return page


def _newspaper() -> np.ndarray:
    page, random = _paper(215, 5).clip(0, 255).astype(np.uint8), np.random.default_rng(10)
    for y in range(20, HEIGHT, 16):
        for x in (20, 230, 440):
            text = "".join(random.choice(list("abcdefghij klmno"), 18))
            cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.42, 30, 1, cv2.LINE_AA)
    return page


def _star_field() -> np.ndarray:
    page, random = _paper(12), np.random.default_rng(11)
    for _ in range(1200):
        brightness = float(random.integers(90, 255))
        cv2.circle(page, random.integers(0, [WIDTH, HEIGHT]).tolist(), int(random.integers(0, 3)), brightness, -1)
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 0.6))


def _snow() -> np.ndarray:
    page, random = _photograph(HEIGHT, WIDTH, 12), np.random.default_rng(13)
    for _ in range(800):
        cv2.circle(page, random.integers(0, [WIDTH, HEIGHT]).tolist(), int(random.integers(1, 6)), 245.0, -1)
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 1))


@pytest.fixture(scope="module")
def product() -> Service:
    return service.in_process()


FRAMED = [_album_page, _black_border, _passe_partout]
OTHERS = [_all_damage, _line_drawing, _newspaper, _star_field, _snow]


@pytest.mark.parametrize("draw", FRAMED + OTHERS)
def test_little_is_repaired_or_a_sentence_says_what_to_do(product: Service, draw: Callable[[], np.ndarray]) -> None:
    page = np.repeat(draw().clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    try:
        repaired = product.detect_and_repair(page, np.full((HEIGHT, WIDTH), 255, np.uint8), RepairOptions())
    except (NothingFound, TooMuchSelected) as refusal:
        assert refusal.message.endswith(".") and refusal.hint.endswith(".")
    else:
        assert np.count_nonzero(repaired.mask) <= MOST_DAMAGED * page.shape[0] * page.shape[1]
        assert np.array_equal(repaired.image[repaired.mask == 0], page[repaired.mask == 0])


@pytest.mark.parametrize("draw", FRAMED)
def test_what_frames_a_print_is_no_damage(product: Service, draw: Callable[[], np.ndarray]) -> None:
    page = np.repeat(draw().clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    selection = product.select(product.detect(page))
    assert selection.selected < 0.02 * page.shape[0] * page.shape[1]


def test_a_page_of_which_more_than_a_fifth_is_selected_is_refused(product: Service) -> None:
    page = _line_drawing().astype(np.uint8)
    with pytest.raises(TooMuchSelected) as refusal:
        product.detect_and_repair(page, np.full(page.shape, 255, np.uint8), RepairOptions(sensitivity=0.7))
    assert "Lower the sensitivity" in refusal.value.hint
