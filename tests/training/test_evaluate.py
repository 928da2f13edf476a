"""Fillers are compared fairly: the same seeded holes, nothing of the truth shown, every outcome written down."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from gan_inpaint_training import checkpoint, evaluation, masks
from gan_inpaint_training.data import DataError
from gan_inpaint_training.evaluation import CLASSICAL, Cases, EvaluationError
from gan_inpaint_training.evaluation.classical import in_windows, mean_fill
from gan_inpaint_training.evaluation.metrics import Hole, Picture
from gan_inpaint_training.generators.dmfb import DMFBGenerator
from gan_inpaint_training.generators.generator import Generator


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Four pictures of 150×120 with smooth colour and a little grain."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(4):
        smooth = cv2.resize(random.integers(0, 256, (5, 5, 3), np.uint8), (150, 120), interpolation=cv2.INTER_CUBIC)
        grain = random.integers(-6, 7, smooth.shape)
        cv2.imwrite(str(folder / f"{number}.png"), np.clip(smooth.astype(int) + grain, 0, 255).astype(np.uint8))
    return folder


def cases(photographs: Path, kinds: tuple[str, ...] = ("boxes",), count: int | None = None, size: int | None = 96):
    return Cases([str(photographs)], kinds, count, size, seed=0)


def stripes(side: int) -> tuple[Picture, Hole]:
    """Diagonal stripes of 6 pixels in two colours, and a hole in their middle, of a quarter of the picture's side."""
    y, x = np.mgrid[:side, :side]
    picture = np.where(((x + y) % 12 < 6)[..., None], (200, 60, 40), (30, 90, 160)).astype(np.uint8)
    hole = np.zeros((side, side), bool)
    hole[3 * side // 8 : 5 * side // 8, 3 * side // 8 : 5 * side // 8] = True
    return picture, hole


@pytest.mark.parametrize("name", CLASSICAL)
def test_a_classical_filler_fills_everything_and_our_own_do_not_look_into_the_hole(
    name: str, photographs: Path
) -> None:
    case = next(iter(cases(photographs)))
    fill = CLASSICAL[name]
    filled = fill(case.masked, case.hole)
    assert filled.shape == case.truth.shape and filled.dtype == np.uint8
    garish = np.where(case.hole[..., None], (255, 0, 255), case.truth).astype(np.uint8)
    if name in ("mean", "biharmonic", "patchmatch"):  # OpenCV's may, and are only ever shown a black hole
        assert (fill(garish, case.hole)[case.hole] == filled[case.hole]).all()
    error = np.abs(filled[case.hole].astype(int) - case.truth[case.hole]).mean()
    black = case.truth[case.hole].mean()
    assert error < 0.7 * black


@pytest.mark.parametrize("name", [name for name in CLASSICAL if name != "mean"])
def test_scratches_are_filled_better_than_by_the_mean(name: str, photographs: Path) -> None:
    found = cases(photographs, ("scratches",), 2)
    measured, _ = evaluation.evaluate({"mean": mean_fill, name: CLASSICAL[name]}, found)
    mean, other = evaluation.aggregate(measured)
    assert other.means["psnr"] > mean.means["psnr"] + 3


def test_shift_map_leaves_nothing_unfilled_in_tiny_pictures() -> None:
    picture = np.full((32, 32, 3), (180, 120, 60), np.uint8)
    picture[::3] += np.arange(32, dtype=np.uint8)[:, None]
    hole = np.zeros((32, 32), bool)
    hole[8:24, 8:24] = True
    filled = CLASSICAL["shift-map"](np.where(hole[..., None], 0, picture).astype(np.uint8), hole)
    assert (filled[hole].astype(int) - (180, 120, 60) > -25).all()


def test_patchmatch_continues_a_pattern() -> None:
    truth, hole = stripes(96)
    filled = CLASSICAL["patchmatch"](np.where(hole[..., None], 0, truth).astype(np.uint8), hole)
    assert np.abs(filled[hole].astype(int) - truth[hole]).mean() < 15
    smeared = CLASSICAL["telea"](np.where(hole[..., None], 0, truth).astype(np.uint8), hole)
    assert np.abs(smeared[hole].astype(int) - truth[hole]).mean() > 40


def test_patchmatch_gives_the_same_twice_and_leaves_the_rest() -> None:
    truth, hole = stripes(64)
    first, second = (CLASSICAL["patchmatch"](truth, hole) for _ in range(2))
    assert (first == second).all()
    assert (first[~hole] == truth[~hole]).all()


def test_patchmatch_without_a_known_patch_still_fills() -> None:
    truth = np.full((40, 40, 3), 120, np.uint8)
    hole = np.ones((40, 40), bool)
    hole[::4] = False
    filled = CLASSICAL["patchmatch"](np.where(hole[..., None], 0, truth).astype(np.uint8), hole)
    assert np.abs(filled.astype(int) - 120).max() <= 4


def test_windows_show_each_part_of_the_hole_its_surroundings_once() -> None:
    hole = np.zeros((200, 300), bool)
    hole[20:30, 20:30] = hole[20:30, 50:60] = hole[150:160, 250:270] = True
    seen: list[tuple[int, ...]] = []

    def fill(picture: Picture, part: Hole) -> Picture:
        seen.append(part.shape)
        return np.full_like(picture, len(seen))

    filled = in_windows(fill, 16)(np.zeros((200, 300, 3), np.uint8), hole)
    assert seen == [(42, 72), (42, 52)]
    assert (filled[20:30, 20:60][hole[20:30, 20:60]] == 1).all() and (filled[150:160, 250:270] == 2).all()
    assert not filled[~hole].any()


def test_the_same_seed_draws_the_same_holes_whatever_else_is_measured(photographs: Path) -> None:
    few = {(case.name, case.kind): case.hole for case in cases(photographs, ("blobs",), 2)}
    many = {(case.name, case.kind): case.hole for case in cases(photographs, ("boxes", "blobs"))}
    assert len(few) == 2 and len(many) == 8
    assert all((many[key] == hole).all() for key, hole in few.items())
    other = Cases([str(photographs)], ["blobs"], None, 96, seed=1)
    assert any((many[case.name, case.kind] != case.hole).any() for case in other)


@pytest.mark.parametrize("kind", masks.KINDS)
def test_whole_pictures_that_are_not_square_get_a_hole_of_every_kind(photographs: Path, kind: str) -> None:
    found = list(cases(photographs, (kind,), size=None))
    assert len(found) == 4
    for case in found:
        assert case.truth.shape == (120, 150, 3) and case.hole.shape == (120, 150)
        assert 0 < case.hole.mean() <= masks.LARGEST_HOLE
        assert not case.masked[case.hole].any() and (case.masked[~case.hole] == case.truth[~case.hole]).all()


def test_what_a_filler_changes_outside_the_hole_is_undone(photographs: Path) -> None:
    measured, examples = evaluation.evaluate(
        {"white": lambda picture, hole: np.full_like(picture, 255)}, cases(photographs)
    )
    for example in examples:
        hole, fill = example.case.hole, example.fills["white"]
        assert (fill[hole] == 255).all() and (fill[~hole] == example.case.truth[~hole]).all()
    assert len(measured) == 4 and all(each.metrics["seconds"] >= 0 for each in measured)


def test_examples_show_every_kind_with_different_pictures(photographs: Path) -> None:
    kinds = ("boxes", "scratches", "blobs", "centre-box")
    _, examples = evaluation.evaluate({"mean": mean_fill}, cases(photographs, kinds))
    assert [example.case.kind for example in examples] == [kind for kind in kinds for _ in range(3)]
    assert len({example.case.name for example in examples[:3]}) == 3


def test_tables_hold_means_and_medians_and_the_ratio_to_telea(photographs: Path) -> None:
    fillers = {"telea": CLASSICAL["telea"], "mean": mean_fill}
    measured, _ = evaluation.evaluate(fillers, cases(photographs, ("boxes", "blobs")))
    rows = evaluation.aggregate(measured)
    assert [(row.kind, row.filler, row.cases) for row in rows] == [
        (kind, filler, 4) for kind in ("boxes", "blobs") for filler in ("telea", "mean")
    ]
    mine = [each.metrics for each in measured if (each.kind, each.filler) == ("blobs", "mean")]
    assert rows[3].means["psnr"] == pytest.approx(np.mean([metrics["psnr"] for metrics in mine]))
    assert rows[3].medians["seam"] == pytest.approx(np.median([metrics["seam"] for metrics in mine]))

    text = evaluation.markdown(rows)
    line = next(line for line in text.split("## blobs")[1].splitlines() if line.startswith("| mean"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1] == f"{rows[3].means['psnr']:.2f}" and cells[6] == f"{rows[3].medians['seam']:.2f}"
    assert cells[8] == f"{rows[3].means['pd']:.3f}" and cells[9] == f"{rows[3].means['fsw']:.3f}"
    assert len({metrics["fsw"] for metrics in mine}) == 1 and rows[3].means["fsw"] > 0
    assert cells[10] == f"{rows[3].means['swd'] / rows[2].means['swd']:.2f}"

    table = list(csv.DictReader(io.StringIO(evaluation.aggregates_csv(rows))))
    assert float(table[3]["mean_psnr"]) == pytest.approx(rows[3].means["psnr"], rel=1e-4)
    each = list(csv.DictReader(io.StringIO(evaluation.cases_csv(measured))))
    assert len(each) == 16 and {line["picture"] for line in each} == {f"{number}.png" for number in range(4)}


def test_without_telea_there_is_no_ratio(photographs: Path) -> None:
    measured, _ = evaluation.evaluate({"mean": mean_fill}, cases(photographs))
    assert "| – |" in evaluation.markdown(evaluation.aggregate(measured))


def test_the_contact_sheet_shows_masked_fillers_and_truth(photographs: Path) -> None:
    _, examples = evaluation.evaluate({"mean": mean_fill, "telea": CLASSICAL["telea"]}, cases(photographs, count=2))
    sheet = np.asarray(evaluation.contact_sheet(examples))
    assert sheet.shape[1] == 4 + 4 * 100
    case = examples[0].case
    for column, picture in enumerate((case.masked, *examples[0].fills.values(), case.truth)):
        assert (sheet[44:140, 4 + 100 * column : 100 + 100 * column] == picture).all()
    assert (sheet[:22, :100] < 128).any(), "the columns have labels"


def test_small_pictures_are_enlarged_on_the_sheet(photographs: Path) -> None:
    _, examples = evaluation.evaluate({"mean": mean_fill}, cases(photographs, count=1, size=32))
    sheet = np.asarray(evaluation.contact_sheet(examples))
    assert (sheet[44:172:4, 4:132:4] == examples[0].case.masked).all()


class Reddening(Generator):
    """A generator that answers with red, and notes what it is shown."""

    def __init__(self, size_multiple: int, fixed_size: int | None) -> None:
        super().__init__()
        self.size_multiple, self.fixed_size = size_multiple, fixed_size
        self.shown: list[tuple[Tensor, Tensor]] = []

    def stages(self, image: Tensor, mask: Tensor) -> list[Tensor]:
        self.shown.append((image, mask))
        return [torch.tensor([1.0, -1.0, -1.0]).view(1, 3, 1, 1).expand_as(image)]


def test_a_generator_sees_the_known_pixels_at_a_size_that_it_takes() -> None:
    generator = Reddening(32, None)
    picture = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    hole = np.zeros((50, 70), bool)
    hole[10:20, 10:20] = True
    filled = evaluation.generator_fill(generator)(picture, hole)
    image, mask = generator.shown[0]
    assert image.shape == (1, 3, 64, 96) and mask.shape == (1, 1, 64, 96)
    assert mask.sum() == 100 and not image[:, :, 10:20, 10:20].any()
    np.testing.assert_allclose(image[0, :, 30, 30].numpy(), picture[30, 30] / 127.5 - 1, atol=1e-6)
    assert (filled[hole] == (255, 0, 0)).all()


def test_a_generator_of_a_fixed_size_gets_a_square_around_the_hole() -> None:
    generator = Reddening(1, 64)
    picture = np.random.default_rng(0).integers(0, 256, (100, 200, 3), np.uint8)
    hole = np.zeros((100, 200), bool)
    hole[40:60, 90:110] = True
    filled = evaluation.generator_fill(generator)(picture, hole)
    image, mask = generator.shown[0]
    assert image.shape == (1, 3, 64, 64)
    assert (mask[0, 0, 22:42, 22:42] == 1).all() and mask.sum() == 400
    np.testing.assert_allclose(image[0, :, 0, 0].numpy(), picture[18, 68] / 127.5 - 1, atol=1e-6)
    assert (filled[hole] == (255, 0, 0)).all() and (filled[:18] == picture[:18]).all()


@pytest.mark.parametrize(("height", "width"), [(150, 200), (40, 50)])
def test_a_generator_of_a_fixed_size_fills_holes_and_pictures_of_other_sizes(height: int, width: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    hole = np.zeros((height, width), bool)
    hole[5:-5, 5 : width // 2] = True
    generator = Reddening(1, 64)
    filled = evaluation.generator_fill(generator)(picture, hole)
    assert generator.shown[0][0].shape == (1, 3, 64, 64)
    assert filled.shape == picture.shape and (filled[hole] == (255, 0, 0)).all()


def test_the_scores_of_a_generator_stand_beside_those_of_the_baselines(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    smooth = cv2.resize(random.integers(0, 256, (5, 5, 3), np.uint8), (300, 280), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(tmp_path / "one.png"), smooth)
    scores = evaluation.scores(Reddening(1, None), [str(tmp_path)])
    assert set(scores) == {
        f"{kind} {metric} {filler}"
        for kind in masks.KINDS
        for metric in ("psnr", "ssim", "sharpness", "seam", "swd")
        for filler in ("generator", "mean", "telea")
    }
    assert all(np.isfinite(value) for value in scores.values())
    for kind in ("thin-strokes", "scratches"):
        reached = [scores[f"{kind} psnr {filler}"] for filler in ("generator", "mean", "telea")]
        assert reached == sorted(reached) and reached[2] > reached[1] + 5


def test_a_checkpoint_fills_as_its_generator_does(tmp_path: Path, photographs: Path) -> None:
    generator = DMFBGenerator(8, 1).eval()
    config = {"generator": {"name": "dmfb", "width": 8, "blocks": 1}}
    checkpoint.save(tmp_path, {"config": config, "ema": generator.state_dict(), "images_seen": 0})
    case = next(iter(cases(photographs)))
    expected = evaluation.generator_fill(generator)(case.masked, case.hole)
    for path in (tmp_path, tmp_path / checkpoint.NAME):
        assert (evaluation.checkpoint_fill(path)(case.masked, case.hole) == expected).all()


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no checkpoint"):
        evaluation.checkpoint_fill(tmp_path)
    (tmp_path / checkpoint.NAME).write_bytes(b"nothing")
    with pytest.raises(EvaluationError, match="cannot be read"):
        evaluation.checkpoint_fill(tmp_path)
    with pytest.raises(EvaluationError, match=r"other\.pt is neither"):
        evaluation.checkpoint_fill(tmp_path / "other.pt")


def test_an_unknown_kind_names_the_known_ones(photographs: Path) -> None:
    with pytest.raises(EvaluationError, match=r"“circles” is no kind of hole.*scratches"):
        cases(photographs, ("circles",))


def test_pictures_that_are_too_small_are_named(photographs: Path) -> None:
    with pytest.raises(DataError, match="150×120"):
        cases(photographs, size=500)
    with pytest.raises(EvaluationError, match="too small"):
        cases(photographs, size=8)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no picture"):
        cases(tmp_path)


def test_the_documentation_names_every_kind_of_hole() -> None:
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    assert all(f"`{kind}`" in text for kind in masks.KINDS)


def test_objects_are_whole_silhouettes_of_5_to_25_percent(tmp_path: Path, photographs: Path) -> None:
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    shape = np.zeros((90, 60), np.uint8)
    cv2.circle(shape, (30, 20), 14, 255, -1)
    cv2.rectangle(shape, (22, 30), (38, 84), 255, -1)
    shape[2:5, 50:55] = 255  # a speck, which is no object
    cv2.imwrite(str(shapes / "person.png"), shape)

    drawn = list(Cases([str(photographs)], ["objects"], seed=1, silhouettes=[str(shapes)]))

    assert len(drawn) == 4
    for case in drawn:
        assert 0.045 < case.hole.mean() < 0.26
        assert cv2.connectedComponents(case.hole.view(np.uint8))[0] == 2
        down, across = (np.ptp(axis) + 1 for axis in np.nonzero(case.hole))
        assert 2.0 < down / across < 3.2
    assert len({case.hole.tobytes() for case in drawn}) == 4
    with pytest.raises(EvaluationError, match="“objects” is no kind of hole"):
        Cases([str(photographs)], ["objects"])
