"""Models that others have published: what is known of them, their download, and how they are fed."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from skimage import data
from tests.disk import mounted
from tests.published import lama, migan
from tests.signals import heed_ctrl_c
from tests.site import Site, serving

from gan_inpaint.engine import fill
from gan_inpaint.errors import BadModel, BadRequest, CannotWrite, UnknownModel
from gan_inpaint.models import catalogue, loading
from gan_inpaint.models.catalogue import CATALOGUE, Published
from gan_inpaint.models.entry import ModelEntry
from gan_inpaint.models.manifest import Manifest, sha256_of
from gan_inpaint.models.store import ModelStore
from gan_inpaint.options import FillOptions

LAMA = "float[batch, 3, 32, 32] image, float[batch, 1, 32, 32] mask) => (float[batch, 3, 32, 32] output"
FIRST_CHANNEL = """
    first = Constant<value_floats: floats = [{white}, 0.0, 0.0]>() column = Constant<value_ints: ints = [1, 3, 1, 1]>()
    unit = Reshape(first, column) white = Constant<value_float: float = {white}>()
    sum = ReduceSum<keepdims: int = 1>(image, axes) axes = Constant<value_ints: ints = [2, 3]>()
    one = Constant<value_float: float = 1.0>() known = Sub(one, mask) count = ReduceSum<keepdims: int = 1>(known, axes)
    mean = Div(sum, count) paint = Mul(mean, unit) painted = Mul(paint, mask) kept = Mul(image, white)
    order = Constant<value_ints: ints = {order}>() given = Gather<axis: int = 1>(kept, order)
    seen = Mul(given, known) output = Add(seen, painted)
"""
"""LaMa's convention: paints the mean of the first channel that it takes into the first channel that it gives."""


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "user", tmp_path / "built-in")


@pytest.fixture(scope="module")
def small_lama(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A graph of LaMa's shapes and kinds of layers, with fewer of them."""
    return lama(tmp_path_factory.mktemp("lama") / "lama.onnx", blocks=1, width=8).read_bytes()


@pytest.fixture
def site(small_lama: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving({"lama.onnx": small_lama}) as site:
        yield site


def published(site: Site, how: str = "whole", **changes: object) -> Published:
    """The catalogue's LaMa, with the file and the address of a site."""
    content = site.files["lama.onnx"]
    facts = {"address": f"{site.address}/{how}/lama.onnx", "size": len(content)}
    facts["sha256"] = hashlib.sha256(content).hexdigest()
    return msgspec.structs.replace(catalogue.find("lama"), **facts | changes)


def left(store: ModelStore) -> list[str]:
    folder = store._user_dir
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_every_entry_of_the_catalogue_is_complete() -> None:
    assert len({model.name for model in CATALOGUE}) == len(CATALOGUE) >= 3
    for model in CATALOGUE:
        assert model.address.startswith("https://") and model.page.startswith("https://")
        assert not model.sha256 or (len(model.sha256) == 64 and set(model.sha256) <= set("0123456789abcdef"))
        assert model.size > 10**7
        assert model.licence and model.good_for and model.title and model.training_data


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownModel) as refusal:
        catalogue.find("nothing")
    assert refusal.value.hint == "It has: migan, lama, lama-small."


@pytest.mark.parametrize("how", ["whole", "moved"])
def test_a_model_is_downloaded_with_what_is_known_of_it(store: ModelStore, site: Site, how: str) -> None:
    model = published(site, how)
    counts: list[int] = []
    entry = store.get_published(model, on_bytes=counts.append)
    assert entry == store.get("lama")
    assert (entry.manifest.title, entry.manifest.licence) == ("LaMa (big-lama, 32 bits)", "Apache-2.0")
    assert entry.sha256 == model.sha256
    assert counts == sorted(counts) and counts[-1] == model.size
    assert left(store) == ["lama.json", "lama.onnx"]


def test_a_file_that_was_downloaded_by_hand_is_recognised(
    store: ModelStore, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "CATALOGUE", (published(site, channels="bgr"),))
    file = tmp_path / "from the browser.onnx"
    file.write_bytes(site.files["lama.onnx"])
    about = store.add(file).manifest
    assert isinstance(about, Manifest)
    assert (about.title, about.licence, about.channels) == ("LaMa (big-lama, 32 bits)", "Apache-2.0", "bgr")
    assert site.asked == []


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("404", r"127\.0\.0\.1 does not offer the file"),
        ("403", "does not offer the file"),
        ("503", r"answers with an error \(503\)"),
        ("half", "the connection broke"),
        ("circle", "redirects without end"),
        ("nowhere", "cannot be (used|reached)"),
    ],
)
def test_a_site_that_does_not_give_the_file_is_said_and_leaves_nothing(
    store: ModelStore, site: Site, how: str, sentence: str
) -> None:
    with pytest.raises(BadModel, match=sentence):
        store.get_published(published(site, how))
    assert left(store) == []


def test_a_silent_site_is_given_up(store: ModelStore, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan_inpaint.models.download._SILENCE_SECONDS", 0.2)
    with pytest.raises(BadModel, match="the connection broke"):
        store.get_published(published(site, "stuck"))
    assert left(store) == []


def test_a_file_that_changed_on_its_site_is_refused(store: ModelStore, site: Site) -> None:
    model = published(site)
    same_size = bytearray(site.files["lama.onnx"])
    same_size[-1] ^= 1
    for changed, sentence in [
        (bytes(same_size), "SHA-256"),
        (bytes(same_size) + b"\0", "more than"),
        (bytes(same_size[:-1]), "instead of"),
    ]:
        site.files["lama.onnx"] = changed
        with pytest.raises(BadModel, match=sentence):
            store.get_published(model)
    assert left(store) == []


def test_an_entry_without_a_stated_sha256_needs_it_from_the_user(store: ModelStore, site: Site) -> None:
    unstated = published(site, sha256="")
    with pytest.raises(BadRequest, match="SHA-256"):
        store.get_published(unstated)
    assert site.asked == []
    known = hashlib.sha256(site.files["lama.onnx"]).hexdigest()
    assert store.get_published(unstated, sha256=known.upper()).sha256 == known


def test_another_sha256_than_that_of_the_catalogue_is_refused(store: ModelStore, site: Site) -> None:
    with pytest.raises(BadRequest, match="another SHA-256"):
        store.get_published(published(site), sha256="0" * 64)
    assert site.asked == []


def test_too_little_space_is_said_before_anything_is_asked_for(tmp_path: Path, site: Site) -> None:
    with mounted(tmp_path / "small", "1m") as folder:
        store = ModelStore(folder / "models", tmp_path / "built-in")
        with pytest.raises(CannotWrite, match=r"needs 28 MB, but only \d MB are free"):
            store.get_published(published(site, size=28_079_181))
        assert left(store) == []
    assert site.asked == []


_GET = """
import sys
from pathlib import Path
import msgspec
from gan_inpaint.cli import main
from gan_inpaint.models import catalogue
catalogue.CATALOGUE = (msgspec.json.decode(sys.argv[1], type=catalogue.Published),)
sys.argv[1:] = ["models", "get", "lama"]
main.main()
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_download_leaves_nothing_in_the_end(
    store: ModelStore, site: Site, monkeypatch: pytest.MonkeyPatch, end: signal.Signals
) -> None:
    monkeypatch.setenv("GAN_INPAINT_MODELS_DIR", str(store._user_dir))
    process = subprocess.Popen(
        [sys.executable, "-c", _GET, msgspec.json.encode(published(site, "stuck")).decode()],
        stderr=subprocess.PIPE,
        preexec_fn=heed_ctrl_c,
    )
    assert site.stuck.wait(60)
    assert all(name.endswith(".part") for name in left(store))
    process.send_signal(end)
    process.communicate(timeout=60)
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[end]
    if end != signal.SIGKILL:
        assert left(store) == []
    store.get_published(published(site))
    assert left(store) == ["lama.json", "lama.onnx"]


@pytest.mark.parametrize("takes", ["rgb", "bgr"])
@pytest.mark.parametrize("gives", ["rgb", "bgr"])
@pytest.mark.parametrize("white", [1.0, 255.0])
def test_the_order_of_colours_is_that_of_the_catalogue_and_of_the_answer(
    write_graph, takes: str, gives: str, white: float
) -> None:
    order = [0, 1, 2] if takes == gives else [2, 1, 0]
    path = write_graph("lama", FIRST_CHANNEL.format(white=white, order=order), LAMA)
    known = msgspec.structs.replace(catalogue.find("lama"), channels=takes)
    filler = loading.load(ModelEntry("lama", path, sha256_of(path), known.described(loading.examine(path))), 1)
    holes = np.zeros((1, 1, 32, 32), np.float32)
    holes[:, :, 8:16, 8:16] = 1
    colours = np.array([0.9, 0.1, -0.7], np.float32)  # R, G, B
    images = colours[:, None, None] * (1 - holes)
    answer = filler(images, holes)
    np.testing.assert_allclose(answer[0, :, 0, 0], colours, atol=1e-5)
    expected = np.full(3, -1, np.float32)
    expected[0 if gives == "rgb" else 2] = colours[0 if takes == "rgb" else 2]
    np.testing.assert_allclose(answer[0, :, 12, 12], expected, atol=1e-5)


def test_our_own_generators_take_no_bgr(write_graph, manifest: Manifest) -> None:
    with pytest.raises(BadModel, match="RGB"):
        loading.examine(
            write_graph("odd", "fill = Identity(image)", manifest=msgspec.structs.replace(manifest, channels="bgr"))
        )


def test_a_changed_file_is_refused_when_it_is_loaded(store: ModelStore, site: Site) -> None:
    entry = store.get_published(published(site))
    assert entry.path is not None
    entry.path.write_bytes(entry.path.read_bytes()[:-1] + b"\1")
    with pytest.raises(BadModel, match="changed or damaged"):
        loading.load(store.get("lama"), 1)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("build", [lama, migan])
def test_a_published_graph_fills_as_our_own_do(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build
) -> None:
    """Of its real size and layers, from the download to a 16-bit photograph with a hole larger than its window."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    content = build(tmp_path / "published.onnx").read_bytes()
    model = catalogue.find(build.__name__)
    assert 0.8 < len(content) / model.size < 1.2
    with serving({"lama.onnx": content}) as site:
        entry = store.get_published(msgspec.structs.replace(published(site), name=model.name, channels=model.channels))
    filler = loading.load(entry, 2)
    image = np.tile(data.astronaut().astype(np.uint16) * 257, (2, 2, 1))[:, :900]
    mask = np.zeros(image.shape[:2], np.uint8)
    mask[200:760, 150:740] = 255
    filled = fill(image, mask, filler, FillOptions()).image
    assert filled.dtype == np.uint16
    assert (filled[mask == 0] == image[mask == 0]).all()
    assert (filled[mask > 0] % 257 != 0).any()  # all 16 bits are used
