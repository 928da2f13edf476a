"""What every generator of the lineage promises, whatever it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import Tensor, nn

from gan_inpaint.models.manifest import Manifest
from gan_inpaint_export.graph import to_onnx
from gan_inpaint_training.generators.aot import AOTGenerator
from gan_inpaint_training.generators.contextual_attention import ContextualAttentionGenerator
from gan_inpaint_training.generators.deepfill_v2 import GatedGenerator
from gan_inpaint_training.generators.dmfn import DMFNGenerator
from gan_inpaint_training.generators.generator import Generator

SMALL: dict[str, Callable[[], Generator]] = {
    "dmfn": lambda: DMFNGenerator(width=8, blocks=1),
    "dmfn-released": lambda: DMFNGenerator("released", width=8, blocks=1),
    "contextual-attention": lambda: ContextualAttentionGenerator(width=4),
    "deepfill-v2": lambda: GatedGenerator(width=8),
    "aot": lambda: AOTGenerator(width=8, blocks=1),
}
# Biases that an instance normalisation takes out again.
NORMALISED = {
    "dmfn": r"encoder\.[258]|body\.0\.(reduce\.0|branches\.\d\.0|combine\.2|fusion\.0)|decoder\.(0|3|6|9|12)",
    "dmfn-released": r"encoder\.[258]|body\.0\.(reduce\.0|branches\.\d|fusion\.0)|decoder\.(0|3|6|9|12)",
    "aot": r"body\.0\.gate",
}
STAGES = {"contextual-attention": 2, "deepfill-v2": 2}


@pytest.fixture(params=SMALL)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def generator(name: str) -> Generator:
    torch.manual_seed(0)
    return SMALL[name]()


def picture_and_hole(count: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    mask = torch.zeros(count, 1, height, width)
    mask[:, :, height // 4 : height // 2, width // 4 : width // 2] = 1
    return (torch.rand(count, 3, height, width) * 2 - 1) * (1 - mask), mask


def sizes(generator: Generator) -> list[tuple[int, int, int]]:
    """Three batches, one not square, one the smallest two-fold size that the network takes."""
    multiple = generator.size_multiple
    odd = (3 * multiple, 5 * multiple) if multiple == 64 else (9 * multiple, 15 * multiple)
    return [(1, 2 * multiple, 2 * multiple), (3, *odd), (2, odd[1], 2 * multiple)]


def test_every_stage_has_the_size_of_the_picture(name: str, generator: Generator) -> None:
    for count, height, width in sizes(generator):
        stages = generator.stages(*picture_and_hole(count, height, width))
        assert [tuple(stage.shape) for stage in stages] == [(count, 3, height, width)] * STAGES.get(name, 1)


def test_the_fill_is_the_last_stage_within_the_range_of_a_picture(generator: Generator) -> None:
    image, mask = picture_and_hole(2, 64, 128)
    strengthen(generator)
    fill, last = generator.eval()(image, mask), generator.stages(image, mask)[-1]
    assert torch.equal(fill, last.clamp(-1, 1))
    assert fill.std() > 0.1


def test_the_same_seed_gives_the_same_network_and_another_seed_another(name: str) -> None:
    image, mask = picture_and_hole(1, 64, 64)
    fills = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        fills.append(SMALL[name]()(image, mask))
    assert torch.equal(fills[0], fills[1])
    assert not torch.equal(fills[0], fills[2])


def test_a_sample_is_filled_alike_alone_and_in_a_batch(generator: Generator) -> None:
    image, mask = picture_and_hole(3, 64, 64)
    mask[1, :, 40:56, 8:56] = 1
    image = image * (1 - mask)
    together = generator(image, mask)
    alone = torch.cat([generator(image[n : n + 1], mask[n : n + 1]) for n in range(3)])
    assert torch.allclose(together, alone, atol=1e-5)


def test_gradients_reach_every_parameter(name: str, generator: Generator) -> None:
    image, mask = picture_and_hole(2, 64, 64)
    sum((stage - 0.3).square().sum() for stage in generator.stages(image, mask)).backward()
    for path, parameter in generator.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), path
        excused = re.fullmatch(rf"({NORMALISED.get(name, '')})\.bias", path)
        gradient = parameter.grad.abs().max()
        assert gradient < 1e-2 if excused else gradient > 1e-2, path


def test_what_is_exported_computes_the_same_at_any_size(generator: Generator) -> None:
    strengthen(generator)
    generator.eval()
    multiple = generator.size_multiple
    manifest = Manifest(
        name="lineage",
        title="Lineage",
        version="1",
        size_multiple=multiple,
        window=4 * multiple,
        training_data="none",
        licence="none",
        images_seen=0,
    )
    graph = to_onnx(generator, manifest).SerializeToString()
    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    for count, height, width in sizes(generator):
        image, mask = picture_and_hole(count, height, width)
        with torch.inference_mode():
            expected = generator(image, mask).numpy()
        (actual,) = session.run(["fill"], {"image": image.numpy(), "mask": mask.numpy()})
        assert expected.std() > 0.1
        assert np.abs(actual - expected).max() <= 1e-4


def strengthen(generator: Generator) -> None:
    """A last layer that gives a picture's contrast, as a trained one does, so that a difference before it shows."""
    *_, last = (module for module in generator.modules() if isinstance(module, nn.Conv2d))
    with torch.no_grad():
        last.weight /= 3 * generator.stages(*picture_and_hole(2, 64, 128))[-1].std()
