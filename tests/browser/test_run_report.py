"""The report of a run, of real results."""
import os

from browser import ROOT, ABrowser, peeksim


class ARunReport(ABrowser):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        out = os.path.join(cls.folder, "out")
        peeksim("run", "configs/peek-64x4.yaml", "--trace", "traces/resnet18.h5", "--out", out)
        cls.page = os.path.join(cls.folder, "resnet18.html")
        peeksim("report", os.path.join(out, "results.json"), "-o", cls.page)

    def test_every_chart_is_drawn_and_nothing_complains(self):
        for dark in (False, True):
            self.open(self.page, dark=dark)
            self.assert_every_chart_is_painted(1)
            self.screenshot("run-report-" + ("dark" if dark else "light"))
            self.assert_quiet()

    def test_the_page_fits_a_phone_and_a_wall(self):
        for width in (400, 2000):
            self.open(self.page, width=width)
            self.assert_fits()
            self.screenshot(f"run-report-{width}")

    def test_the_page_is_small(self):
        self.assertLess(os.path.getsize(self.page), 3_000_000)
