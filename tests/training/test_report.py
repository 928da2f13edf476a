import base64
import re
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from gan_inpaint_training import report
from gan_inpaint_training.curves import curve, smoothed, thinned, ticks
from gan_inpaint_training.loop import train


def test_the_report_holds_curves_and_grids_and_loads_nothing(tiny_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run <1>"
    train(str(tiny_config), run)
    page = (run / report.NAME).read_text("utf-8")
    assert "<title>run &lt;1&gt;</title>" in page
    curves = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(curves) >= 6
    for drawn in curves:
        ElementTree.fromstring(drawn)
    images = re.findall(r'src="data:image/png;base64,([^"]*)"', page)
    assert len(images) == page.count("<h3>") == page.count("<img") and "32 images" in page
    grid = cv2.imdecode(np.frombuffer(base64.b64decode(images[-1]), np.uint8), cv2.IMREAD_COLOR)
    assert re.findall("<h3>(.*?)</h3>", page) == ["16 images", "32 images"]
    assert grid.shape == (3 * 32, 8 * 32, 3)
    assert not re.search(r'(src|href)="(?!data:|#)', page) and "@import" not in page
    assert "checkpoint_every: 16" in page and "&quot;torch&quot;" in page


def test_a_long_run_shows_grids_evenly_over_it() -> None:
    assert report.spread(list(range(101)), 5) == [0, 25, 50, 75, 100]
    assert report.spread([1, 2], 5) == [1, 2]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 1.0], [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ([-0.013, 0.09], [-0.05, 0, 0.05, 0.1]),
        ([8.0, 136_000.0], [0, 50_000, 100_000, 150_000]),
        ([3.0], [3, 4, 5, 6]),
    ],
)
def test_the_axes_are_divided_by_round_numbers_around_the_values(values: list[float], expected: list[float]) -> None:
    assert ticks(values) == pytest.approx(expected)


def test_a_curve_passes_through_its_points_and_leaves_out_what_is_not_finite() -> None:
    drawn = ElementTree.fromstring(curve("a_loss", [(0, 0.0), (50, 1.0), (75, float("nan")), (100, 0.0)]))
    line = drawn.find("{*}polyline")
    assert line is not None
    places = [tuple(map(float, place.split(","))) for place in line.attrib["points"].split()]
    assert [left for left, _ in places] == [52.0, 230.0, 408.0]
    assert places[0][1] == places[2][1] == 216.0 and places[1][1] == 28.0
    assert drawn.findtext("{*}text") == "a loss"


def test_the_running_mean_follows_a_step_slowly() -> None:
    means = smoothed([(number, float(number >= 100)) for number in range(200)])
    assert means[99] == (99, 0.0) and 0.05 < means[100][1] < 0.2 and means[199][1] > 0.99


def test_a_long_curve_is_thinned_to_its_peaks_and_valleys() -> None:
    points = [(number, float(number == 5000) - float(number == 7001)) for number in range(10_000)]
    kept = thinned(points)
    assert len(kept) <= 2 * 420 and kept == sorted(kept)
    assert {(5000, 1.0), (7001, -1.0)} <= set(kept)
