from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.shipped import ship

from gan_inpaint.errors import BadModel, BadRequest, CannotWrite, UnknownModel
from gan_inpaint.models import loading
from gan_inpaint.models.entry import DEFAULT
from gan_inpaint.models.manifest import Manifest, sha256_of
from gan_inpaint.models.store import ModelStore


@pytest.fixture
def user_dir(tmp_path: Path) -> Path:
    return tmp_path / "user"


@pytest.fixture
def store(tmp_path: Path, user_dir: Path) -> ModelStore:
    """A store whose built-in folder is empty."""
    return ModelStore(user_dir, tmp_path / "built-in")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def names(store: ModelStore) -> list[str]:
    return [entry.name for entry in store.list()]


def test_the_classical_filler_is_always_there(store: ModelStore) -> None:
    (entry,) = store.list()
    assert entry is store.get("classical")
    assert (entry.name, entry.kind, entry.path, entry.default) == ("classical", "classical", None, False)


def test_an_added_model_is_listed_found_and_loads(store: ModelStore, user_dir: Path, gray: Path, manifest: Manifest):
    added = store.add(gray)
    assert added == store.get("gray") == store.list()[0]
    assert (added.kind, added.manifest, added.built_in) == ("generator", manifest, False)
    assert added.path == user_dir / "gray.onnx"
    assert added.path.read_bytes() == gray.read_bytes()
    assert files(user_dir) == ["gray.json", "gray.onnx"]
    assert loading.load(added, 1).sha256 == sha256_of(gray)


def test_listing_does_not_load_onnxruntime(store: ModelStore, user_dir: Path, gray: Path) -> None:
    store.add(gray)
    program = f"""
import sys
from pathlib import Path
from gan_inpaint.models.store import ModelStore
print([entry.name for entry in ModelStore(Path({str(user_dir)!r}), Path({str(user_dir)!r}) / "none").list()])
assert not {{"onnxruntime", "numpy", "cv2", "pooch"}} & sys.modules.keys()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert result.stdout == "['gray', 'classical']\n", result.stderr


def test_the_shipped_generator_is_the_default_and_comes_first(tmp_path: Path, user_dir: Path, gray: Path) -> None:
    built_in = tmp_path / "built-in"
    for name in (DEFAULT, "another"):
        ship(gray, built_in, name)
    store = ModelStore(user_dir, built_in)
    store.add(gray, "aaa")
    assert names(store) == [DEFAULT, "another", "aaa", "classical"]
    assert [entry.default for entry in store.list()] == [True, False, False, False]
    assert [entry.built_in for entry in store.list()] == [True, True, False, True]


@pytest.mark.parametrize("name", ["nothing", "", "../gray", "..", "/etc/passwd", "user/gray", "gray\0", "GRAY"])
def test_a_name_that_is_not_installed_is_unknown(store: ModelStore, gray: Path, name: str) -> None:
    store.add(gray)
    with pytest.raises(UnknownModel) as refusal:
        store.get(name)
    assert refusal.value.hint == "Installed: gray, classical."
    with pytest.raises(UnknownModel):
        store.remove(name)
    assert names(store) == ["gray", "classical"]


def test_without_a_shipped_generator_the_default_is_unknown(store: ModelStore, gray: Path) -> None:
    for name in ("default", "dmfb"):
        with pytest.raises(UnknownModel, match="ships with"):
            store.get(name)


def test_a_file_of_the_users_is_never_the_shipped_generator(store: ModelStore, user_dir: Path, gray: Path) -> None:
    ship(gray, user_dir)
    with pytest.raises(UnknownModel, match="ships with"):
        store.get("default")


def test_a_former_name_of_a_shipped_model_still_finds_it(tmp_path: Path, user_dir: Path, gray: Path) -> None:
    ship(gray, tmp_path / "built-in")
    store = ModelStore(user_dir, tmp_path / "built-in")
    assert store.get("dmfb") == store.get("default")
    assert store.get("dmfb").name == "default"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../up",
        "a/b",
        "a\\b",
        "-a",
        ".a",
        "A",
        "ä",
        "a b",
        "a\n",
        "a" * 65,
        "default",
        "classical",
        "auto",
        "dmfb",
    ],
)
def test_a_name_that_could_leave_the_folder_or_mislead_is_refused(
    store: ModelStore, tmp_path: Path, user_dir: Path, gray: Path, name: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadRequest, match="model's name"):
        store.add(gray, name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_model_is_named_after_its_file(store: ModelStore, gray: Path) -> None:
    assert store.add(gray.rename(gray.with_name("Big LaMa (v2).onnx"))).name == "big-lama-v2"


def test_an_existing_model_is_not_replaced(store: ModelStore, user_dir: Path, gray: Path) -> None:
    store.add(gray)
    before = {path: path.stat().st_mtime_ns for path in user_dir.iterdir()}
    with pytest.raises(CannotWrite, match="already"):
        store.add(gray)
    assert {path: path.stat().st_mtime_ns for path in user_dir.iterdir()} == before


def test_a_shipped_model_is_neither_shadowed_nor_removed(tmp_path: Path, user_dir: Path, gray: Path) -> None:
    built_in = tmp_path / "built-in"
    for name in (DEFAULT, "another"):
        ship(gray, built_in, name)
    store = ModelStore(user_dir, built_in)
    with pytest.raises(CannotWrite):
        store.add(gray, "another")
    for name in (DEFAULT, "dmfb", "another", "classical"):
        with pytest.raises(CannotWrite, match="part of GAN Inpaint"):
            store.remove(name)
    assert names(store) == [DEFAULT, "another", "classical"]


def test_a_removed_model_leaves_nothing(store: ModelStore, user_dir: Path, gray: Path) -> None:
    store.add(gray)
    store.remove("gray")
    assert files(user_dir) == []
    assert names(store) == ["classical"]


@pytest.mark.parametrize(
    ("lost", "sentence"), [("gray.json", "not installed by"), ("gray.onnx", "missing"), (None, "damaged")]
)
def test_a_damaged_installation_is_left_out_of_the_list_refused_and_removable(
    store: ModelStore, user_dir: Path, gray: Path, lost: str | None, sentence: str
) -> None:
    store.add(gray)
    if lost is None:
        (user_dir / "gray.json").write_text('{"sha256"')
    else:
        (user_dir / lost).unlink()
    assert names(store) == ["classical"]
    with pytest.raises(BadModel, match=sentence):
        store.get("gray")
    store.remove("gray")
    assert files(user_dir) == []


@pytest.mark.parametrize("damage", [lambda whole: b"", lambda whole: b"no model", lambda whole: whole[:200]])
def test_a_file_that_is_no_model_leaves_nothing(store: ModelStore, user_dir: Path, gray: Path, damage) -> None:
    gray.write_bytes(damage(gray.read_bytes()))
    with pytest.raises(BadModel, match="does not open"):
        store.add(gray)
    assert files(user_dir) == []


def test_a_missing_file_is_said_by_name(store: ModelStore, user_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"nothing\.onnx cannot be read"):
        store.add(tmp_path / "nothing.onnx")
    assert files(user_dir) == []


def test_a_local_file_may_be_checked_too(store: ModelStore, user_dir: Path, gray: Path) -> None:
    with pytest.raises(BadModel, match="SHA-256"):
        store.add(gray, sha256="0" * 64)
    assert files(user_dir) == []
    assert store.add(gray, sha256=sha256_of(gray).upper()).name == "gray"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow beyond 64 bytes."""
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_said_and_leaves_nothing(store: ModelStore, user_dir: Path, gray: Path) -> None:
    with pytest.raises(CannotWrite, match="File too large"), full_disk():
        store.add(gray)
    assert files(user_dir) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, gray: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CannotWrite, match="cannot be made"):
        ModelStore(tmp_path / "file" / "models", tmp_path / "none").add(gray)


class Site(BaseHTTPRequestHandler):
    """/models/gray.onnx is the model, /truncated/gray.onnx ends in the middle of it, nothing else is there."""

    model = b""

    def do_GET(self) -> None:
        folder = self.path.split("/")[1]
        self.send_response(200 if folder in ("models", "truncated") else 404)
        self.send_header("Content-Length", str(len(self.model)))
        self.end_headers()
        self.wfile.write(self.model if folder == "models" else self.model[: len(self.model) // 2])

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def site(gray: Path, monkeypatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    handler = type("GraySite", (Site,), {"model": gray.read_bytes()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_model_is_downloaded_when_its_sha256_is_right(store: ModelStore, user_dir: Path, site: str, gray: Path):
    entry = store.add(f"{site}/models/Gray.onnx?download=true", sha256=sha256_of(gray).upper())
    assert (entry.name, entry.sha256) == ("gray", sha256_of(gray))
    assert files(user_dir) == ["gray.json", "gray.onnx"]


def test_a_download_without_sha256_is_refused(store: ModelStore, user_dir: Path, site: str) -> None:
    with pytest.raises(BadRequest, match="SHA-256"):
        store.add(f"{site}/models/gray.onnx")
    assert files(user_dir) == []


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("models/gray.onnx", "SHA-256"), ("truncated/gray.onnx", "downloaded"), ("gone/gray.onnx", "404")],
)
def test_an_incorrect_or_partial_download_leaves_nothing(
    store: ModelStore, user_dir: Path, site: str, path: str, sentence: str
) -> None:
    with pytest.raises(BadModel, match=sentence):
        store.add(f"{site}/{path}", sha256=hashlib.sha256(b"another file").hexdigest())
    assert files(user_dir) == []


def test_a_site_that_does_not_answer_is_said(store: ModelStore, user_dir: Path, monkeypatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        port = server.server_address[1]
    with pytest.raises(BadModel, match="could not be downloaded"):
        store.add(f"http://127.0.0.1:{port}/gray.onnx", sha256="0" * 64)
    assert files(user_dir) == []


def test_a_disk_that_fills_up_during_a_download_is_said(store: ModelStore, user_dir: Path, site: str, gray: Path):
    with pytest.raises(CannotWrite), full_disk():
        store.add(f"{site}/models/gray.onnx", sha256=sha256_of(gray))
    assert files(user_dir) == []
