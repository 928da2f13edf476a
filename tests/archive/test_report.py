"""The report in a real browser: before and after, accepting and rejecting, and what is saved takes effect."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from tests.archive.scans import clean, scratched

from .browser import Browser

Restore = Callable[..., subprocess.CompletedProcess[str]]
LARGE = 6


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scans and results: a large one in a folder whose name is markup, one without scratches, one that is damaged."""
    folder = tmp_path_factory.mktemp("archive")
    scans, masks = folder / "scans", folder / "masks"
    for each in (scans, masks):
        (each / "<b>roll&").mkdir(parents=True)
    pixels, mask = scratched()
    large = [cv2.resize(each, None, fx=LARGE, fy=LARGE, interpolation=cv2.INTER_NEAREST) for each in (pixels, mask)]
    for each, picture in zip((scans, masks), large, strict=True):
        Image.fromarray(picture).save(each / "<b>roll&" / "large.png")
    Image.fromarray(clean()).save(scans / "clean.png")
    Image.fromarray(np.zeros_like(mask)).save(masks / "clean.png")
    (scans / "torn.png").write_bytes((scans / "clean.png").read_bytes()[:-99])
    for number in range(2):
        Image.fromarray(scratched(number)[0]).save(scans / f"scan-{number}.png")
        Image.fromarray(scratched(number)[1]).save(masks / f"scan-{number}.png")
    words = [sys.executable, "-m", "gan_inpaint", "restore", scans, "-o", folder / "out", "--mask", masks]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run(words, env=environment, capture_output=True).returncode == 8
    return folder


@pytest.fixture
def restored(archive: Path, tmp_path: Path) -> Path:
    """The output folder, for one test to change."""
    return Path(shutil.copytree(archive / "out", tmp_path / "out"))


def shows(browser: Browser, counts: str) -> bool:
    """Whether the page comes to tell these counts, which it does once what was decided is recalled or kept."""
    return browser.until(lambda: browser.driver.find_element(By.ID, "decided").text == counts)


def open_report(browser: Browser, folder: Path, counts: str = "0 accepted, 0 rejected, 3 undecided") -> None:
    """Show the report of a folder of results."""
    browser.open(folder / "report.html")
    assert shows(browser, counts)


def article(browser: Browser, name: str) -> WebElement:
    """The part of the page about one picture, scrolled to."""
    (found,) = (each for each in browser.driver.find_elements(By.TAG_NAME, "article") if name in each.text)
    browser.driver.execute_script("arguments[0].scrollIntoView()", found)
    return found


def shown(element: WebElement) -> np.ndarray:
    """What is seen of an element, (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(element.screenshot_as_png)).convert("RGB"))


def picture(browser: Browser, name: str) -> WebElement:
    """The first picture of an article, once it is drawn."""
    about = article(browser, name)
    view = browser.until(lambda: about.find_elements(By.CSS_SELECTOR, ".compare"))[0]
    loaded = "return [...arguments[0].querySelectorAll('img')].every((each) => each.complete && each.naturalWidth)"
    browser.until(lambda: browser.driver.execute_script(loaded, view))
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", view)
    return view


def test_the_report_needs_nothing_but_itself(restored: Path) -> None:
    page = (restored / "report.html").read_text("utf-8")
    assert not re.findall(r"(?:src|href)\s*=\s*[\"']?(?!data:)[a-z]+:", page)
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/2000/svg", "", page)


def test_counts_and_problems_are_told(browser: Browser, restored: Path) -> None:
    open_report(browser, restored)
    assert (
        "5 pictures: 3 restored, 1 without scratches, 1 failed." in browser.driver.find_element(By.ID, "summary").text
    )
    assert "1 defect found, 1 repaired" in article(browser, "scan-0.png").text
    assert "nothing found" in article(browser, "clean.png").text
    assert "torn.png is damaged or incomplete" in article(browser, "torn.png").text
    assert "1200 × 900" in article(browser, "<b>roll&/large.png").text  # shown, not taken for markup
    assert browser.complaints() == []


def test_the_slider_goes_from_after_to_before(browser: Browser, restored: Path) -> None:
    open_report(browser, restored)
    browser.driver.find_element(By.ID, "outlines").click()
    view = picture(browser, "scan-0.png")
    before, mask = scratched(0)
    after = np.asarray(Image.open(restored / "scan-0.png"))
    line = cv2.erode(mask, np.ones((3, 3), np.uint8)) > 0
    line[:, 95:105] = False  # the handle stands there at first
    halves = np.arange(200)[None, :] < 100

    def likeness(wanted: np.ndarray, where: np.ndarray) -> float:
        return float(np.abs(shown(view).astype(int) - wanted)[where].mean())

    assert shown(view).shape == before.shape
    left, right = line & halves, line & ~halves
    assert likeness(before, left) < 25 < likeness(after, left)
    if right.any():
        assert likeness(after, right) < 25 < likeness(before, right)
    slider = view.find_element(By.CSS_SELECTOR, "input")
    for key, wanted, other in ((Keys.END, before, after), (Keys.HOME, after, before)):
        slider.send_keys(key)
        assert likeness(wanted, line) < 25 < likeness(other, line)


def test_defects_are_outlined_until_that_is_switched_off(browser: Browser, restored: Path) -> None:
    open_report(browser, restored)
    view = picture(browser, "scan-0.png")
    with_outline = shown(view)
    browser.driver.find_element(By.ID, "outlines").click()
    changed = (shown(view) != with_outline).any(axis=2)
    mask = scratched(0)[1]
    near = cv2.dilate(mask, np.ones((15, 15), np.uint8)) > 0
    assert changed.any() and not changed[~near].any()
    orange = with_outline[changed].astype(int)
    assert (orange[:, 0] > orange[:, 2] + 40).mean() > 0.5


def test_a_large_picture_has_close_ups_at_its_own_resolution(browser: Browser, restored: Path) -> None:
    open_report(browser, restored)
    view = picture(browser, "large.png")
    assert shown(view).shape == (600, 800, 3)
    close_ups = article(browser, "large.png").find_elements(By.CSS_SELECTOR, ".close-ups .compare")
    assert close_ups and all(shown(each).shape == (288, 288, 3) for each in close_ups)


def test_what_is_rejected_is_saved_and_put_back(
    browser: Browser, archive: Path, restored: Path, restore: Restore
) -> None:
    open_report(browser, restored)
    article(browser, "scan-0.png").find_element(By.CSS_SELECTOR, "button.reject").click()
    article(browser, "large.png").find_element(By.CSS_SELECTOR, "button.accept").click()
    assert shows(browser, "1 accepted, 1 rejected, 1 undecided")
    browser.driver.save_screenshot(str(restored / "report.png"))
    picture = np.asarray(Image.open(restored / "report.png").convert("RGB"))
    assert picture.shape[1] == 1400 and len(np.unique(picture.reshape(-1, 3), axis=0)) > 1000
    browser.driver.refresh()
    assert shows(browser, "1 accepted, 1 rejected, 1 undecided")
    browser.driver.find_element(By.ID, "save").click()
    saved = browser.downloads / "accepted.json"
    browser.until(saved.exists)
    assert json.loads(saved.read_text()) == {"accepted": ["<b>roll&/large.png"], "rejected": ["scan-0.png"]}
    ended = restore("--reject", saved, "-o", restored)
    assert ended.returncode == 0, ended.stderr
    assert (restored / "scan-0.png").read_bytes() == (archive / "scans" / "scan-0.png").read_bytes()
    open_report(browser, restored, "0 accepted, 0 rejected, 2 undecided")
    assert "the original is back" in article(browser, "scan-0.png").text
    assert browser.complaints() == []


def test_the_list_can_be_narrowed_and_the_rest_accepted(browser: Browser, restored: Path) -> None:
    open_report(browser, restored)
    article(browser, "scan-1.png").find_element(By.CSS_SELECTOR, "button.reject").click()
    browser.driver.find_element(By.ID, "accept-rest").click()
    assert shows(browser, "2 accepted, 1 rejected, 0 undecided")
    for wanted, count in (("rejected", 1), ("accepted", 2), ("failed", 1), ("clean", 1), ("undecided", 0), ("all", 5)):
        browser.driver.find_element(By.CSS_SELECTOR, f"#filter option[value={wanted}]").click()
        seen = [each for each in browser.driver.find_elements(By.TAG_NAME, "article") if each.is_displayed()]
        assert len(seen) == count, wanted
