"""The documentation's site: complete, with the reference of the interface, and nothing in it comes from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gan_inpaint

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(300)


def build(source: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    return subprocess.run(command, cwd=source, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_on_the_site_and_the_readme_is_the_first(site: Path) -> None:
    for page in (ROOT / "docs").glob("*.md"):
        assert (site / f"{page.stem}.html").is_file()
    first = (site / "index.html").read_text("utf-8")
    assert "make demo" in first
    for linked in ("repository/CONTRIBUTING.html", "command-line.html", "pictures/rocket.png"):
        assert f'"{linked}"' in first and (site / linked).is_file()


def test_the_reference_has_every_function_with_its_arguments(site: Path) -> None:
    page = (site / "python.html").read_text("utf-8")
    functions = set(gan_inpaint.__all__) - {"__version__"}
    assert {name for name in functions if f'id="gan_inpaint.interface.{name}"' in page} == functions
    for words in ("pixels by which the hole that the network sees is larger", "MaskSizeMismatch"):
        assert words in page


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loaded = [
        (path.name, found)
        for path in [*site.rglob("*.html"), *site.rglob("*.css")]
        for found in re.findall(
            r"""src=["']?(https?:|//)|<link[^>]+href=["']?https?:|url\(["']?https?:|@import""", path.read_text("utf-8")
        )
    ]
    assert loaded == []


@pytest.mark.parametrize("link", ["[broken](nothing.md)", "[broken](command-line.md#nothing)"])
def test_a_broken_link_fails_the_build(tmp_path: Path, link: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "docs", copy / "docs")
    shutil.copytree(ROOT / ".ci", copy / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*ROOT.glob("*.md"), ROOT / "mkdocs.yml"):
        shutil.copy(file, copy)
    for folder in ("daemon", "plugins", "training", "LICENSES"):
        (copy / folder).symlink_to(ROOT / folder)
    with (copy / "docs" / "scans.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{link}\n")
    done = build(copy, tmp_path / "site")
    assert done.returncode != 0 and "nothing" in done.stderr
