from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import onnx
import onnxruntime
import psutil
import pytest

from gan_inpaint.errors import BadModel, OutOfMemory
from gan_inpaint.models import interruption, loading
from gan_inpaint.models.entry import CLASSICAL_ENTRY, ModelEntry
from gan_inpaint.models.manifest import Manifest, sha256_of

CONTRACT = "float[N, 3, H, W] image, float[N, 1, H, W] mask) => (float[N, 3, H, W] fill"
MIGAN = (
    "uint8[batch_size, 3, height, width] image, uint8[batch_size, 1, height, width] mask) => (uint8[a, b, c, d] result"
)
MIGAN_BODY = """
    zero = Constant<value = uint8[1] {0}>()  paint = Constant<value = uint8[1] {255}>()
    hole = Equal(mask, zero)  result = Where(hole, paint, image)
"""
LAMA = "float[batch, 3, 32, 32] image, float[batch, 1, 32, 32] mask) => (float[batch, 3, 32, 32] output"
LAMA_OF_ANY_SIZE = "float[1, 3, H, W] image, float[1, 1, H, W] mask) => (float[1, 3, H, W] output"
LAMA_BODY = """
    quarter = Constant<value_float: float = 0.25>()  white = Constant<value_float: float = {white}>()
    paint = Mul(mask, quarter)  unit = Add(image, paint)  output = Mul(unit, white)
"""


def entry_of(path: Path) -> ModelEntry:
    return ModelEntry(path.stem, path, sha256_of(path), loading.examine(path))


def window(count: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a box for a hole."""
    holes = np.zeros((count, 1, height, width), np.float32)
    holes[:, :, height // 4 : height // 2, width // 4 : width // 2] = 1
    images = np.random.default_rng(0).uniform(-1, 1, (count, 3, height, width)).astype(np.float32)
    return images * (1 - holes), holes


@pytest.mark.parametrize("size", [(1, 8, 8), (1, 64, 64), (3, 16, 40)])
def test_a_generator_fills_batches_of_any_size(gray: Path, size: tuple[int, int, int]) -> None:
    filler = loading.load(entry_of(gray), 1)
    images, holes = window(*size)
    fill = filler(images, holes)
    assert (fill.shape, fill.dtype) == (images.shape, np.float32)
    np.testing.assert_array_equal(fill, images + 0.5 * holes)


def test_a_filler_tells_what_it_is(gray: Path) -> None:
    entry = entry_of(gray)
    filler = loading.load(entry, 1)
    assert (filler.name, filler.window, filler.size_multiple) == ("gray", 64, 8)
    assert (filler.model, filler.sha256) == (entry, sha256_of(gray))
    assert filler.provider in onnxruntime.get_available_providers()
    assert filler.fallback == ""


def test_what_a_generator_gives_is_kept_in_range(write_graph, manifest: Manifest) -> None:
    path = write_graph("loud", "ten = Constant<value_float: float = 10.0>() fill = Mul(image, ten)", manifest=manifest)
    fill = loading.load(entry_of(path), 1)(*window(1, 16, 16))
    assert (fill.min(), fill.max()) == (-1, 1)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_does_not_work_is_replaced_and_said(gray: Path, monkeypatch, caplog) -> None:
    offered = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: offered)
    filler = loading.load(entry_of(gray), 1)
    assert filler.provider == "CPUExecutionProvider"
    assert filler.fallback.startswith("CUDA is installed but could not be used")
    assert filler.fallback in caplog.messages


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: b""])
def test_a_file_that_changed_since_it_was_installed_is_not_loaded(gray: Path, damage) -> None:
    entry = entry_of(gray)
    gray.write_bytes(damage(gray.read_bytes()))
    with pytest.raises(BadModel, match="changed or damaged") as refusal:
        loading.load(entry, 1)
    assert "add it again" in refusal.value.hint
    with pytest.raises(BadModel) as refusal:
        loading.load(replace(entry, built_in=True), 1)
    assert refusal.value.hint == "Install GAN Inpaint again."


def test_a_missing_file_is_a_bad_model(gray: Path) -> None:
    entry = entry_of(gray)
    gray.unlink()
    with pytest.raises(BadModel, match="cannot be read"):
        loading.load(entry, 1)


def test_the_classical_filler_is_nothing_to_load() -> None:
    with pytest.raises(ValueError, match="classical"):
        loading.load(CLASSICAL_ENTRY, 1)


@pytest.mark.parametrize(
    "damage",
    [lambda whole: b"", lambda whole: b"\x89PNG\r\n\x1a\n", lambda whole: bytes(1000), lambda whole: whole[:200]],
)
def test_what_is_no_onnx_file_is_refused(gray: Path, damage) -> None:
    gray.write_bytes(damage(gray.read_bytes()))
    with pytest.raises(BadModel, match="does not open"):
        loading.examine(gray)


@pytest.mark.parametrize("place", ["private.bin", "../{folder}/private.bin", "{whole}"])
def test_a_model_cannot_read_other_files(gray: Path, tmp_path: Path, monkeypatch, place: str) -> None:
    (tmp_path / "private.bin").write_bytes(np.float32(0.5).tobytes())
    monkeypatch.chdir(tmp_path)
    model = onnx.load(gray)
    (constant,) = (node for node in model.graph.node if node.op_type == "Constant")
    weight = onnx.TensorProto(
        name=constant.output[0], data_type=onnx.TensorProto.FLOAT, data_location=onnx.TensorProto.EXTERNAL
    )
    location = place.format(folder=tmp_path.name, whole=tmp_path / "private.bin")
    weight.external_data.add(key="location", value=location)
    model.graph.node.remove(constant)
    model.graph.initializer.append(weight)
    gray.write_bytes(model.SerializeToString())
    with pytest.raises(BadModel, match="another file"):
        loading.examine(gray)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("zero = Sub(image, image) fill = Div(zero, zero)", "wrong size"),
        ("fill = Concat<axis: int = 1>(image, mask)", "wrong size"),
        ("fill = AveragePool<kernel_shape: ints = [2, 2], strides: ints = [2, 2]>(image)", "wrong size"),
        ("shape = Constant<value_ints: ints = [1, 3, 5, 7]>() fill = Reshape(image, shape)", "failed while"),
    ],
)
def test_a_generator_that_does_not_work_is_refused(
    write_graph, manifest: Manifest, capfd, body: str, sentence: str
) -> None:
    signature = "float[N, 3, H, W] image, float[N, 1, H, W] mask) => (float[a, b, c, d] fill"
    with pytest.raises(BadModel, match=sentence):
        loading.examine(write_graph("broken", body, signature, manifest))
    assert not capfd.readouterr().err  # what is raised is not printed as well


@pytest.mark.parametrize(
    ("signature", "body", "sentence"),
    [
        (CONTRACT.replace("image", "picture"), "fill = Identity(picture)", "not those of the contract"),
        (CONTRACT.replace("fill", "output"), "output = Identity(image)", "not those of the contract"),
        (CONTRACT.replace("3,", "4,"), "fill = Identity(image)", "not those of the contract"),
        (CONTRACT.replace("float", "double"), "fill = Identity(image)", "not those of the contract"),
        (CONTRACT.replace("N", "1"), "fill = Identity(image)", "one number"),
        (CONTRACT.replace("H", "64"), "fill = Identity(image)", "one size"),
    ],
)
def test_a_graph_that_breaks_the_contract_is_refused(
    write_graph, manifest: Manifest, signature: str, body: str, sentence: str
) -> None:
    with pytest.raises(BadModel, match=sentence):
        loading.examine(write_graph("odd", body, signature, manifest))


def test_a_generator_of_one_size_fills_where_its_manifest_says_so(write_graph, manifest: Manifest) -> None:
    fixed = msgspec.structs.replace(manifest, fixed=True, size_multiple=64)
    signature = CONTRACT.replace("H, W", "64, 64")
    path = write_graph("fixed", "fill = Neg(image)", signature, fixed)
    assert loading.examine(path) == fixed
    filler = loading.load(entry_of(path), 1)
    assert (filler.window, filler.size_multiple) == (64, 64)
    filler.rest()
    images, holes = window(3, 64, 64)
    np.testing.assert_array_equal(filler(images, holes), -images)


@pytest.mark.parametrize("size", ["32, 32", "64, 32", "H, 32", "128, 128"])
def test_a_generator_of_another_size_than_its_manifest_says_is_refused(
    write_graph, manifest: Manifest, size: str
) -> None:
    fixed = msgspec.structs.replace(manifest, fixed=True, size_multiple=64)
    with pytest.raises(BadModel, match="64²"):
        loading.examine(write_graph("fixed", "fill = Neg(image)", CONTRACT.replace("H, W", size), fixed))


def test_a_wrong_manifest_is_refused(write_graph) -> None:
    with pytest.raises(BadModel, match="title"):
        loading.examine(write_graph("odd", "fill = Identity(image)", manifest='{"contract": 1, "name": "odd"}'))


@pytest.mark.parametrize(
    ("signature", "body"),
    [
        (CONTRACT, "fill = Identity(image)"),
        ("float[N, 4, H, W] input) => (float[N, 4, H, W] output", "output = Identity(input)"),
        ("float[N, 10] tokens) => (float[N, 10] logits", "logits = Identity(tokens)"),
        ("uint8[1, 3, H, W] image, float[1, 1, H, W] mask) => (uint8[1, 3, H, W] result", "result = Identity(image)"),
    ],
)
def test_a_foreign_graph_without_manifest_is_refused(write_graph, signature: str, body: str) -> None:
    with pytest.raises(BadModel, match="no manifest"):
        loading.examine(write_graph("foreign", body, signature))


def test_a_migan_pipeline_fills(write_graph) -> None:
    entry = entry_of(write_graph("migan", MIGAN_BODY, MIGAN))
    filler = loading.load(entry, 1)
    assert (filler.window, filler.size_multiple, entry.manifest.licence) == (512, 1, "unknown")
    images, holes = window(2, 20, 30)
    fill = filler(images, holes)
    assert (fill.shape, fill.dtype) == (images.shape, np.float32)
    assert np.all(fill[np.repeat(holes, 3, axis=1) == 1] == 1)
    np.testing.assert_allclose(fill * (1 - holes), images, atol=0.5 / 127.5 + 1e-6)


@pytest.mark.parametrize("white", [1.0, 255.0])
@pytest.mark.parametrize(("signature", "side", "multiple"), [(LAMA, 32, 32), (LAMA_OF_ANY_SIZE, 512, 8)])
def test_a_lama_export_fills_whichever_range_it_answers_in(
    write_graph, signature: str, side: int, multiple: int, white: float
) -> None:
    filler = loading.load(entry_of(write_graph("lama", LAMA_BODY.format(white=white), signature)), 1)
    assert (filler.window, filler.size_multiple) == (side, multiple)
    images, holes = window(2, 32, 32)
    fill = filler(images, holes)
    assert (fill.shape, fill.dtype) == (images.shape, np.float32)
    np.testing.assert_allclose(fill, np.where(holes == 1, -0.5, images), atol=1e-6)


def test_a_foreign_graph_frees_its_memory_at_once_and_rests_without_a_run(write_graph) -> None:
    """Its smallest run takes as long as a fill."""
    wide = """
        shape = Constant<value_ints: ints = [1, 192, 512, 512]>() zero = Constant<value_float: float = 0.0>()
        blank = Mul(mask, zero) many = Expand(blank, shape) much = Cos(many) more = Sin(much)
        axes = Constant<value_ints: ints = [1]>() mean = ReduceMean<keepdims: int = 1>(more, axes)
        none = Mul(mean, zero) output = Add(image, none)
    """
    entry = entry_of(write_graph("lama", wide, LAMA.replace("32, 32", "512, 512")))
    before = psutil.Process().memory_info().rss
    filler = loading.load(entry, 1)
    filler(*window(1, 512, 512))
    assert psutil.Process().memory_info().rss - before < 2**28  # two steps need 1.5 times that; one stays
    stopped = interruption.Interruption()
    stopped.set()
    with interruption.interruptible(stopped):  # in which every run would raise
        filler.rest()


def test_a_lama_export_of_a_fixed_size_that_is_no_square_is_refused(write_graph) -> None:
    signature = LAMA.replace("32, 32", "32, 64")
    with pytest.raises(BadModel, match="not a square"):
        loading.examine(write_graph("lama", LAMA_BODY.format(white=1), signature))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is Linux's")
def test_too_large_a_window_is_out_of_memory_and_the_filler_lives_on(gray: Path) -> None:
    program = f"""
import resource
import numpy as np
from pathlib import Path
from gan_inpaint.models import loading
from gan_inpaint.errors import OutOfMemory
from gan_inpaint.models.manifest import sha256_of
from gan_inpaint.models.entry import ModelEntry

path = Path({str(gray)!r})
filler = loading.load(ModelEntry("gray", path, sha256_of(path), loading.examine(path)), 1)
images, holes = np.zeros((1, 3, 4096, 4096), np.float32), np.zeros((1, 1, 4096, 4096), np.float32)
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, used + 2**26))
try:
    filler(images, holes)
except OutOfMemory as problem:
    print(problem.code, filler(images[:, :, :64, :64], holes[:, :, :64, :64]).shape)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert result.stdout == f"{OutOfMemory.code} (1, 3, 64, 64)\n", result.stderr


def test_memory_does_not_grow_over_many_fills_of_many_sizes(gray: Path) -> None:
    filler = loading.load(entry_of(gray), 1)
    sizes = [(1, 8 * height, 8 * width) for height in range(1, 21) for width in range(1, 21)]

    def fill_all_twice() -> int:
        for size in sizes * 2:
            filler(*window(*size))
        return int(psutil.Process().memory_info().rss)

    before = fill_all_twice()
    assert fill_all_twice() - before < 2**22
