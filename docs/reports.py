#!/usr/bin/env python3
"""Makes the pictures of pages in README and reports.md: report.png and sweep-report.png.

    PEEKSIM=build/release/peeksim /usr/bin/python3 docs/reports.py

Runs a shipped machine and a shipped sweep, opens their pages in a headless Chromium (Debian's, with
python3-selenium and python3-pil), and keeps the top of each.
"""
import os
import sys

from PIL import Image

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "browser"))
from browser import ABrowser, peeksim  # noqa: E402: it lies with the tests that use it

WIDTH = 1280


def pages(folder):
    """Writes both pages; [(path of a page, name of its picture, selector of its last part)]."""
    run, database = os.path.join(folder, "run.html"), os.path.join(folder, "sweep.db")
    sweep = os.path.join(folder, "sweep.html")
    peeksim("run", "configs/peek-64x4.yaml", "--trace", "traces/resnet18.h5", "--report", run)
    peeksim("sweep", "configs/sweeps/array-and-window.yaml", "--jobs", "2", "--out", database)
    peeksim("sweep", "report", database, "-o", sweep)
    return [(run, "report", "#machine-picture"), (sweep, "sweep-report", "#command")]


class Pictures(ABrowser):
    def take(self, page, name, last):
        self.open(page, width=WIDTH)
        bottom = self.script(
            "return document.querySelector(arguments[0]).getBoundingClientRect().bottom", last)
        self.resize(WIDTH, round(bottom) + 16)
        self.script("return new Promise((done) => setTimeout(done, 1000))")  # for charts
        path = os.path.join(ROOT, "docs", name + ".png")
        self.browser.save_screenshot(path)
        picture = Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        picture.save(path, optimize=True)
        print("wrote %s, %d x %d" % (path, *picture.size))


def main():
    Pictures.setUpClass()
    try:
        for page, name, last in pages(Pictures.folder):
            Pictures().take(page, name, last)
    finally:
        Pictures.doClassCleanups()


if __name__ == "__main__":
    main()
