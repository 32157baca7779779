"""Pages in a headless Chromium, and what a person would notice: is a chart drawn, does the console
complain, does the page ask a network for anything?"""
import json
import os
import subprocess
import tempfile
import time
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("PEEKSIM", os.path.join(ROOT, "build", "release", "peeksim"))
SCREENSHOTS = os.environ.get("PEEKSIM_SCREENSHOTS", os.path.join(ROOT, "build", "pages"))

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars
--disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage"""

# The share of a canvas' pixels that are not transparent, and how many colours they have.
PAINTED = """
const canvas = arguments[0];
const copy = new OffscreenCanvas(canvas.width, canvas.height)
  .getContext("2d", {willReadFrequently: true});
copy.drawImage(canvas, 0, 0);
const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
const colours = new Set();
let painted = 0;
for (let i = 0; i < pixels.length; i += 4) {
  if (pixels[i + 3] === 0) continue;
  ++painted;
  if (pixels[i + 3] === 255) colours.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
}
return [painted / (pixels.length / 4), colours.size];
"""


def peeksim(*arguments):
    """Runs the program; returns what it printed. Raises AssertionError with its message."""
    done = subprocess.run([PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


class ABrowser(unittest.TestCase):
    """A browser for each class of tests, and a folder for what its tests make and save."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="peeksim-page-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        os.makedirs(SCREENSHOTS, exist_ok=True)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in FLAGS.split():
            options.add_argument(flag)
        options.add_argument("--user-data-dir=" + os.path.join(cls.folder, "profile"))
        options.add_experimental_option(
            "prefs", {"download.default_directory": cls.folder})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        cls.addClassCleanup(cls.browser.quit)

    def open(self, path, width=1280, height=900, dark=False):
        """Opens a file as a person would, from disk."""
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.resize(width, height)
        self.browser.get_log("browser")
        self.browser.get_log("performance")
        self.opened = "file://" + os.path.abspath(path)
        self.browser.get(self.opened)

    def resize(self, width, height):
        """The size of the page itself, in pixels."""
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def downloaded(self, name):
        """The path of a file that the page has saved, once it is whole."""
        path = os.path.join(self.folder, name)
        for _ in range(600):
            if os.path.exists(path):
                return path
            time.sleep(0.1)
        self.fail(name + " was not saved")

    def screenshot(self, name, selector=None):
        """Keeps a picture of the whole page, or of an element, as NAME.png."""
        path = os.path.join(SCREENSHOTS, name + ".png")
        width = self.script("return innerWidth")
        tall = self.script("return document.documentElement.scrollHeight")
        height = self.script("return innerHeight")
        self.resize(width, tall)  # what is below the window's edge would be cut
        if selector:
            self.find(selector).screenshot(path)
        else:
            self.browser.save_screenshot(path)
        self.resize(width, height)

    def saved(self, name):
        """The text of a file that the page saved; it is removed, so that its name is free again."""
        path = self.downloaded(name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        os.remove(path)
        return text

    def choose(self, selector, value):
        """Chooses an entry of a <select>, as a person would."""
        Select(self.find(selector)).select_by_value(value)

    def assert_painted(self, selector, colours=3):
        """A canvas has pixels, of at least so many plain colours: lines, texts and data."""
        share, found = self.script(PAINTED, self.find(selector))
        self.assertGreater(share, 0.01, selector + " is empty")
        self.assertGreaterEqual(found, colours, selector + " is nearly of one colour")

    def assert_every_chart_is_painted(self, least):
        """There are at least so many canvases, and something is drawn on each."""
        canvases = [c.get_attribute("id") for c in self.find_all("canvas")]
        self.assertGreaterEqual(len(canvases), least)
        for name in canvases:
            self.assert_painted("#" + name)

    def assert_quiet(self):
        """Since open(): no line on the console, and no request but that of the page itself."""
        self.assertEqual(self.browser.get_log("browser"), [])
        asked = []
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"].split("#")[0])
        self.assertEqual([url for url in asked if not url.startswith("blob:")], [self.opened])

    def assert_fits(self):
        """Nothing makes the page itself scroll sideways."""
        wide, room = self.script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        self.assertLessEqual(wide, room)
