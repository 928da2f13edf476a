"""A clone stays small, and each licence has one text."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECK = ROOT / ".ci" / "file_sizes.py"


def check(repository: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(CHECK)], cwd=repository, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def add(repository: Path, name: str, size: int) -> None:
    with (repository / name).open("wb") as file:
        file.truncate(size)
    subprocess.run(["git", "add", name], cwd=repository, check=True)


def test_no_tracked_file_is_larger_than_10_megabytes() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, so no file is tracked")
    done = check(ROOT)
    assert done.returncode == 0, done.stderr


def test_a_tracked_file_above_10_megabytes_is_named(repository: Path) -> None:
    add(repository, "just small enough", 10_000_000)
    assert check(repository).returncode == 0
    add(repository, "too large.bin", 10_000_001)
    done = check(repository)
    assert done.returncode == 1
    assert "too large.bin" in done.stderr and "just small enough" not in done.stderr


def test_files_that_are_not_tracked_or_are_gone_do_not_count(repository: Path) -> None:
    add(repository, "gone.bin", 10_000_001)
    (repository / "gone.bin").unlink()
    with (repository / "untracked.bin").open("wb") as file:
        file.truncate(10_000_001)
    assert check(repository).returncode == 0


def test_make_check_looks_at_the_sizes() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8").split("\ncheck:")[1].split("\n\n")[0]
    assert ".ci/file_sizes.py" in recipe


def test_the_licence_at_the_top_is_the_one_in_the_folder_of_licences() -> None:
    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "LICENSES" / "Apache-2.0.txt").read_bytes()


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    inside = [link for link in links if not link.startswith(("http://", "https://"))]
    assert not [link for link in inside if not leads_somewhere(page, link)]


def leads_somewhere(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not heading or heading in headings(target))


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as Markdown viewers make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
