"""Finds a Chromium for the browser tests, or installs one where that is allowed, or says what to install."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_FONTS = "fonts-noto-cjk"


class NoChromium(RuntimeError):
    """No Chromium here: install `chromium` and `fonts-noto-cjk`, or run `playwright install chromium`."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


def find_chromium() -> str:
    """Path of a Chromium: CHROMIUM, an installed one, Playwright's own, a freshly installed one.

    Raises NoChromium. Fonts for Chinese are installed along where that is allowed.
    """
    with open(Path(tempfile.gettempdir()) / f"wangge-chromium-{os.getuid()}.lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = os.environ.get("CHROMIUM") or _installed() or _playwrights_own()
        wanted = ([] if found else ["chromium"]) + ([] if _reads_chinese() else [_FONTS])
        if wanted:
            _apt_install(wanted)
        found = found or _installed()
    if not found:
        raise NoChromium
    return found


def arguments() -> list[str]:
    """What Chromium must be told here: root has no sandbox, and containers have a small /dev/shm."""
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.getuid() == 0 else [])]


def _installed() -> str | None:
    on_path = (shutil.which(name) for name in _NAMES)
    return next((path for path in on_path if path), None) or next(filter(os.path.exists, _PLACES), None)


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def _reads_chinese() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _apt_install(packages: list[str]) -> None:
    """Ask apt-get, where we are root on a Debian; silently nothing elsewhere."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-q"], install):
        subprocess.run(command, env=quiet, capture_output=True, check=False, timeout=600)
