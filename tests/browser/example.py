"""Plays the example loop on the real model and keeps what comes of it. Run by `make example`.

The answers in tests/answers/loop are given from the shell; the reports, the debrief and the
transcripts are kept as Markdown. Then the loop is taken into the page, in a real Chromium, and
pictured: wide, dark and on a phone.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from interviewer.settings import from_environment
from tests.browser.conftest import CHECKOUT, FLAGS, Program, find_chromium
from tests.browser.talk import assert_fits

ANSWERS = CHECKOUT / "tests" / "answers" / "loop"
KEPT = CHECKOUT / "tests" / "example"
EXPORTED = KEPT / "loop.json"


def play(data_dir: Path) -> None:
    """Holds the loop from the shell, keeps its texts, and everything as one file."""
    environment = os.environ | {"INTERVIEWER_DATA_DIR": str(data_dir)}

    def shell(*arguments: str) -> str:
        command = [sys.executable, "-m", "interviewer", *arguments]
        return subprocess.run(
            command, env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    loop = json.loads(shell("loop", "--answers-dir", str(ANSWERS), "--short", "--json"))
    (KEPT / "debrief.md").write_text(shell("report", loop["id"]))
    for number, one in enumerate(loop["rounds"], 1):
        text = shell("report", one["interview_id"])
        (KEPT / f"round_{number}.md").write_text(text)
    shell("export", str(EXPORTED))


def picture(browser: Browser, url: str) -> None:
    """Takes the loop into the page as a candidate would, and pictures the debrief."""
    for name, width, height, dark in (
        ("wide", 1200, 1500, False),
        ("dark", 1200, 1500, True),
        ("phone", 390, 1200, False),
    ):
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        page.goto(url)
        _open_loop(page)
        assert_fits(page)
        page.screenshot(path=KEPT / f"debrief_{name}.png")
        page.close()


def _open_loop(page: Page) -> None:
    page.locator("#history").click()
    page.get_by_text("Take along or bring back").click()
    page.locator("#import input[type=file]").set_input_files(EXPORTED)
    expect(page.locator("#entries")).to_contain_text("1 of 1", timeout=60_000)
    page.locator("#entries input[type=radio]").first.check()
    page.locator("#open-entry").click()
    expect(page.locator("#loop")).to_contain_text("The debrief", timeout=60_000)


def main() -> None:
    """Plays, keeps, pictures."""
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder) / "shell")
        cache = str(from_environment().cache_dir)
        program = Program(Path(folder) / "page", {"INTERVIEWER_CACHE_DIR": cache}).start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
                picture(browser, program.url)
        finally:
            program.kill()


if __name__ == "__main__":
    main()
