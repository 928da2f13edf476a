"""The page of drawn damage in the documentation."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_inpaint_training.damage import examples, film
from gan_inpaint_training.damage import print as prints

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "pictures" / "damage.jpg"


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    return examples.page(examples.photographs())


def test_the_page_has_a_row_for_each_kind_of_damage(drawn: np.ndarray) -> None:
    assert len(examples.rows()) == len(film.KINDS) + len(prints.KINDS)
    assert drawn.shape[0] == examples.GAP + len(examples.rows()) * (examples.SIZE + examples.GAP)


def test_the_page_in_the_documentation_shows_what_is_drawn_now(drawn: np.ndarray) -> None:
    stored = np.asarray(Image.open(PAGE)).astype(int)
    hint = "Draw it again: python -m gan_inpaint_training.damage.examples docs/pictures/damage.jpg"
    assert stored.shape == drawn.shape, hint
    step = examples.SIZE + examples.GAP
    for row, kind in enumerate(examples.rows()):
        rows = slice(examples.GAP + row * step, (row + 1) * step)
        assert np.abs(stored[rows] - drawn[rows]).mean() < 6, f"{kind}: {hint}"


def test_a_label_is_shown_in_red_blue_and_gray() -> None:
    label = np.zeros((3, 1, 4), np.uint8)
    label[[0, 1, 2], 0, [0, 1, 2]] = 255
    (light, dark, uncertain, sound) = examples.coloured(label)[0].tolist()
    assert (light, dark, uncertain) == (list(examples.LIGHT), list(examples.DARK), list(examples.UNCERTAIN))
    assert sound == [0, 0, 0]
