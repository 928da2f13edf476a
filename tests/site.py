"""A web site on this machine that gives, redirects, refuses or breaks off files."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

import gan_inpaint
from gan_inpaint.models import catalogue
from gan_inpaint.models.catalogue import Published


class Site:
    """Serves `files` (bytes by name) at ADDRESS/HOW/NAME; `asked`: the paths of the requests that have come.

    HOW: `whole`; `half`, which breaks off; `stuck`, which stops in the middle and goes on once `go_on` is set; `moved`,
    a redirect to `whole`; `circle`, one to itself; `nowhere`, one to no address; `changed`, with more bytes than it
    had; or a status, such as 404.
    """

    def __init__(self, address: str, files: dict[str, bytes]) -> None:
        self.address, self.files = address, files
        self.asked: list[str] = []
        self.stuck = threading.Event()
        self.go_on = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append(self.path)
        _, how, name = self.path.split("/")
        if how.isdigit():
            self.send_error(int(how))
            return
        if how in ("moved", "circle", "nowhere"):
            self.send_response(302)
            target = {"moved": f"{self.site.address}/whole/{name}", "circle": self.path, "nowhere": "gopher:///x"}[how]
            self.send_header("Location", target)
            self.end_headers()
            return
        content = self.site.files[name] + b"more" * (how == "changed")
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if how in ("whole", "changed") else content[: len(content) // 2])
        if how == "stuck":
            self.wfile.flush()
            self.site.stuck.set()
            self.site.go_on.wait(60)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Site]:
    """Serve `files` while the block runs."""
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        handler.site = site = Site(f"http://127.0.0.1:{server.server_address[1]}", files)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield site
        site.go_on.set()
        server.shutdown()
        thread.join()


def product_offering(models: list[Published], folder: Path, python_path: str) -> dict[str, str]:
    """The variables that let a daemon run a copy of the product, made in `folder`, whose catalogue has these models."""
    package = folder / "gan_inpaint"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(gan_inpaint.__file__).parent, package, ignore=ignored, copy_function=os.symlink)
    source = package / "models" / "catalogue.py"
    text = source.read_text("utf-8")
    source.unlink()
    offered = msgspec.json.encode(models).decode()
    source.write_text(f"{text}\n\nCATALOGUE = tuple(msgspec.json.decode({offered!r}, type=list[Published]))\n", "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), python_path]), "NO_PROXY": "127.0.0.1"}


def offered(site: Site, name: str, file: str, how: str = "whole", **changes: object) -> Published:
    """The model of that name in the catalogue, with a file and an address of a site."""
    content = site.files[file]
    facts = {"address": f"{site.address}/{how}/{file}", "size": len(content)}
    facts["sha256"] = hashlib.sha256(content).hexdigest()
    return msgspec.structs.replace(catalogue.find(name), **facts | changes)
