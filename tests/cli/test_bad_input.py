"""Bad input gives a code, a sentence and a hint, and leaves every file as it was."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.disk import mounted
from tests.privileges import unprivileged

from gan_inpaint import imagefile
from gan_inpaint.errors import UnreadableImage

Command = Callable[..., Any]
HERE = ("--no-daemon", "--model", "classical")


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def refused(run: Command, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Run a command line that must fail with an exit code and an error code, and change no file."""

    def refused(exit_code: int, error_code: str, *arguments: object) -> dict[str, str]:
        before = files(tmp_path)
        ended = run(*arguments, "--json")
        assert ended.code == exit_code, ended
        error: dict[str, str] = ended.json["error"]
        assert error["code"] == error_code
        assert error["message"].endswith(".") and error["hint"]
        assert "Traceback" not in ended.err
        plain = run(*arguments)
        assert plain.code == exit_code
        assert plain.out == "" and error["message"] in plain.err and error["hint"].splitlines()[0] in plain.err
        assert files(tmp_path) == before
        return error

    return refused


@pytest.mark.parametrize("name", ["missing.png", "folder", "text.png", "missing/photo.png"])
def test_an_unreadable_photograph(refused: Command, photo: Path, mask: Path, out: Path, name: str) -> None:
    (photo.parent / "folder").mkdir()
    (photo.parent / "text.png").write_text("no picture")
    error = refused(3, "unreadable_image", "fill", photo.parent / name, mask, out, *HERE)
    assert name in error["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="other permissions there")
def test_a_photograph_that_may_not_be_read(photo: Path) -> None:
    photo.chmod(0)
    with unprivileged(), pytest.raises(UnreadableImage, match="may not read"):
        imagefile.open(photo)


@pytest.mark.parametrize("name", ["missing.png", "text.png"])
def test_an_unreadable_mask(refused: Command, photo: Path, out: Path, name: str) -> None:
    (photo.parent / "text.png").write_text("no picture")
    refused(3, "unreadable_image", "fill", photo, photo.with_name(name), out, *HERE)


def test_a_mask_of_another_size(refused: Command, photo: Path, out: Path) -> None:
    Image.new("L", (199, 150), 255).save(photo.with_name("other.png"))
    error = refused(3, "mask_size", "fill", photo, photo.with_name("other.png"), out, *HERE)
    assert "199 × 150" in error["message"] and "200 × 150" in error["message"] and "200 × 150" in error["hint"]


def test_an_empty_mask(refused: Command, photo: Path, out: Path) -> None:
    Image.new("L", (200, 150)).save(photo.with_name("black.png"))
    refused(3, "empty_mask", "fill", photo, photo.with_name("black.png"), out, *HERE)


@pytest.mark.parametrize("options", [HERE, ("--model", "classical")])
def test_a_mask_over_everything(
    refused: Command, daemon: Any, photo: Path, out: Path, options: tuple[str, ...]
) -> None:
    Image.new("L", (200, 150), 255).save(photo.with_name("white.png"))
    refused(3, "mask_covers_all", "fill", photo, photo.with_name("white.png"), out, *options)


@pytest.mark.parametrize(
    ("mode", "suffix"), [("CMYK", ".jpg"), ("CMYK", ".tif"), ("P", ".png"), ("P", ".tif"), ("1", ".png")]
)
def test_colours_of_another_kind(refused: Command, photo: Path, mask: Path, mode: str, suffix: str) -> None:
    other, out = photo.with_name(f"other{suffix}"), photo.with_name(f"out{suffix}")
    Image.open(photo).convert(mode).save(other)
    refused(3, "unsupported_image", "fill", other, mask, out, *HERE)


def test_a_truncated_tiff(refused: Command, photo: Path, mask: Path) -> None:
    whole = photo.with_name("whole.tif")
    tifffile.imwrite(whole, np.asarray(Image.open(photo)), photometric="rgb", compression="lzw", metadata=None)
    whole.write_bytes(whole.read_bytes()[:-1000])
    error = refused(3, "unreadable_image", "fill", whole, mask, photo.with_name("out.tif"), *HERE)
    assert "damaged or incomplete" in error["message"]


_ON_A_SMALL_MACHINE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000,) * 2)
from gan_inpaint.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_30_000_by_30_000_pixels_on_a_small_machine(
    daemon_environment: dict[str, str], photo: Path, mask: Path, out: Path
) -> None:
    huge = photo.with_name("huge.png")
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    encoded = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    huge.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(encoded))
    words = [sys.executable, "-c", _ON_A_SMALL_MACHINE, "fill", huge, mask, out, "--json"]
    environment = {**daemon_environment, "OPENBLAS_NUM_THREADS": "1"}
    ended = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert ended.returncode == 3, ended.stderr
    assert json.loads(ended.stdout)["error"]["code"] == "too_large"
    assert not out.exists()


def test_a_result_that_exists(refused: Command, photo: Path, mask: Path, out: Path) -> None:
    out.write_text("precious")
    error = refused(4, "cannot_write", "fill", photo, mask, out, *HERE)
    assert "--force" in error["hint"]


@pytest.mark.parametrize("target", ["missing/out.png", "photo.png/out.png", "out.gif", "out.jpg", "out"])
def test_a_result_that_cannot_be_written_there(refused: Command, photo: Path, mask: Path, target: str) -> None:
    refused(4, "cannot_write", "fill", photo, mask, photo.with_name("x").parent / target, *HERE)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 KiB, which the result does not fit into."""
    with mounted(tmp_path / "disk", "16k") as folder:
        yield folder


def test_a_full_disk(refused: Command, photo: Path, mask: Path, disk: Path) -> None:
    error = refused(4, "cannot_write", "fill", photo, mask, disk / "out.png", *HERE)
    assert "space" in error["message"]
    assert list(disk.iterdir()) == []


def test_a_read_only_disk(refused: Command, photo: Path, mask: Path, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    refused(4, "cannot_write", "fill", photo, mask, disk / "out.png", *HERE)


@pytest.mark.parametrize("options", [("--no-daemon",), ()])
def test_an_unknown_model(
    refused: Command, daemon: Any, photo: Path, mask: Path, out: Path, options: tuple[str, ...]
) -> None:
    refused(5, "unknown_model", "fill", photo, mask, out, "--model", "none-such", *options)


def test_a_corrupt_onnx_file(refused: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"\x08\x0a not a model")
    refused(5, "bad_model", "models", "add", tmp_path / "broken.onnx")


def test_a_foreign_onnx_file(refused: Command, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    graph = onnx.parser.parse_model(
        '<ir_version: 10, opset_import: ["": 18]> g (float[N] x) => (float[N] y) {y = Relu(x)}'
    )
    onnx.save(graph, tmp_path / "foreign.onnx")
    refused(5, "bad_model", "models", "add", tmp_path / "foreign.onnx")


@pytest.mark.parametrize("options", [("--no-daemon",), ()])
def test_a_model_that_was_changed_after_it_was_added(
    refused: Command,
    daemon: Any,
    daemon_environment: dict[str, str],
    photo: Path,
    mask: Path,
    out: Path,
    options: tuple[str, ...],
) -> None:
    from gan_inpaint.models.entry import DEFAULT
    from gan_inpaint.models.store import WEIGHTS

    models = Path(daemon_environment["GAN_INPAINT_MODELS_DIR"])
    models.mkdir(exist_ok=True)
    for suffix in (".onnx", ".json"):
        (models / f"mine{suffix}").write_bytes((WEIGHTS / f"{DEFAULT}{suffix}").read_bytes())
    with (models / "mine.onnx").open("ab") as file:
        file.write(b"\0")
    error = refused(5, "bad_model", "fill", photo, mask, out, "--model", "mine", *options)
    assert "changed or damaged" in error["message"]


def test_no_daemon_and_no_permission_to_start_one(
    refused: Command, photo: Path, mask: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_INPAINT_RUNTIME_DIR", str(photo / "run"))
    error = refused(6, "cannot_start", "fill", photo, mask, out)
    assert "--no-daemon" in error["hint"]


_OF_ANOTHER_PROTOCOL = """
from gan_inpaint.protocol import headers
headers.PROTOCOL = 99
from gan_inpaint.server import serve
serve()
"""


def test_a_daemon_of_another_protocol(
    refused: Command, daemon_environment: dict[str, str], photo: Path, mask: Path, out: Path
) -> None:
    runtime_file = Path(daemon_environment["GAN_INPAINT_RUNTIME_DIR"]) / "daemon.json"
    with subprocess.Popen([sys.executable, "-c", _OF_ANOTHER_PROTOCOL], env=daemon_environment) as process:
        try:
            while not runtime_file.exists():
                assert process.poll() is None
            refused(6, "protocol_mismatch", "fill", photo, mask, out)
        finally:
            process.terminate()


def test_a_wrong_token(refused: Command, daemon: Any, photo: Path, mask: Path, out: Path) -> None:
    info = json.loads(daemon.runtime_file.read_text())
    daemon.runtime_file.write_text(json.dumps({**info, "token": "0" * 64}))
    refused(6, "unauthorized", "fill", photo, mask, out)
