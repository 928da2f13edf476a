"""A real Chromium without a window, in a separate Debian root, driven over WebDriver."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

T = TypeVar("T")

_SECONDS = 60.0
# In separate namespaces: the browser needs a /proc, which goes away with it, as do all of its processes.
_ENTER = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c")
_DRIVER = """
mount -t proc proc "$0/proc"
exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME="$1" TMPDIR="$1" chromedriver --port=0
"""


class Browser:
    """A Chromium that sees the files of `folder`, its home, under the path `inside`; `driver` is selenium's."""

    def __init__(self, folder: Path, inside: Path, address: str) -> None:
        self.folder = folder
        self.downloads = folder / "Downloads"
        self._inside = inside
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1400,1000"):
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Remote(address, options=options)

    def open(self, page: Path) -> None:
        """Show a page, which is copied to where the browser sees it, as to somebody who has never seen it."""
        shutil.copy(page, self.folder)
        forgotten = {"origin": "file://", "storageTypes": "all"}
        self.driver.execute("executeCdpCommand", {"cmd": "Storage.clearDataForOrigin", "params": forgotten})
        self.driver.get(f"file://{self._inside / page.name}")

    def until(self, condition: Callable[[], T]) -> T:
        """What the condition gives once it is true."""
        answer: T = WebDriverWait(self.driver, _SECONDS, 0.05).until(lambda _: condition())
        return answer

    def complaints(self) -> list[dict[str, Any]]:
        """What the page has written on the console."""
        written: list[dict[str, Any]] = self.driver.execute("getLog", {"type": "browser"})["value"]
        return written


@contextmanager
def opened(root: Path) -> Iterator[Browser]:
    """A browser of the Debian root at `root`."""
    folder = Path(tempfile.mkdtemp(prefix="gi-", dir=root / "tmp"))
    inside = Path("/tmp") / folder.name
    log = folder / "driver.log"
    with log.open("w") as output:
        driver = subprocess.Popen([*_ENTER, _DRIVER, root, inside], stdout=output, stderr=output)
    try:
        browser = Browser(folder, inside, f"http://127.0.0.1:{_port(driver, log)}")
        try:
            yield browser
        finally:
            browser.driver.quit()
    finally:
        driver.kill()
        driver.wait()
        shutil.rmtree(folder)


def _port(driver: subprocess.Popen[bytes], log: Path) -> str:
    while not (found := re.search(r"started successfully on port (\d+)", log.read_text())):
        try:
            driver.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        raise RuntimeError(f"the browser's driver ended with {driver.returncode}: {log.read_text()}")
    return found.group(1)
