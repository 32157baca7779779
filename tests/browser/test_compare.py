"""Runs beside each other, of real results."""
import csv
import json
import os

from browser import ABrowser, peeksim
from selenium.webdriver.support.ui import Select

MACHINES = ("peek-16x16", "peek-64x4", "peek-16x16-packed")


class AComparison(ABrowser):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        files = []
        for machine in MACHINES:
            out = os.path.join(cls.folder, machine)
            peeksim("run", f"configs/{machine}.yaml", "--trace", "traces/resnet18.h5", "--out", out)
            files.append(os.path.join(out, "results.json"))
        cls.page = os.path.join(cls.folder, "compare.html")
        peeksim("compare", *files, "--html", cls.page)
        cls.results = []
        for name in files:
            with open(name) as file:
                cls.results.append(json.load(file))

    def test_every_metric_is_drawn_in_light_and_dark_and_nothing_complains(self):
        for dark in (False, True):
            self.open(self.page, dark=dark)
            choice = Select(self.find("#metric"))
            seen = set()
            for option in choice.options:
                choice.select_by_visible_text(option.text)
                self.assert_every_chart_is_painted(1)
                seen.add(self.script("return arguments[0].toDataURL()", self.find("canvas")))
            self.assertEqual(len(seen), len(choice.options))
            choice.select_by_index(0)
            self.screenshot("compare-" + ("dark" if dark else "light"))
            self.assert_quiet()

    def test_the_machines_stand_against_the_first(self):
        self.open(self.page)
        rows = [[cell.text for cell in row.find_elements("css selector", "td")]
                for row in self.find_all("#machines-table tbody tr")]
        cycles = [r["totals"]["network"]["machine"]["counters"]["cycles"] for r in self.results]
        self.assertEqual([row[0] for row in rows],
                         [f"{name}: {machine}" for name, machine in zip("ABC", MACHINES)])
        self.assertEqual([row[2] for row in rows], [f"{cycles[0] / c:.2f}" for c in cycles])
        self.assertEqual([row[-1] for row in rows], ["16/16", "64/4", "64/16"])
        self.assertIn(f"B takes {cycles[1] / cycles[0]:.2f} of the cycles", self.find("#machines").text)

    def test_the_network_is_that_of_the_results(self):
        self.open(self.page)
        rows = [[cell.text for cell in row.find_elements("css selector", "td")]
                for row in self.find_all("#network-table tbody tr")]
        cycles = [r["totals"]["network"]["machine"]["counters"]["cycles"] for r in self.results]
        expected = [f"{c / 1000:,.1f}" for c in cycles]
        expected += [f"{c / cycles[0]:.3f} ×" for c in cycles[1:]]
        self.assertEqual(rows[0], ["cycles, k cycles", *expected])
        changed = {row.text.split()[0] for row in self.find_all("#changed-table tbody tr")}
        self.assertLessEqual({"name", "array.rows", "array.dispatch"}, changed)

    def test_the_table_sorts_and_its_csv_has_exact_numbers(self):
        self.open(self.page)
        head = self.find_all("#layers-table th button")[1]
        head.send_keys("\n")
        first = [row.text.split()[0] for row in self.find_all("#layers-table tbody tr")]
        layers = self.results[0]["layers"]
        cycles = {r["name"]: r["machine"]["counters"]["cycles"] for r in layers}
        self.assertEqual(first, sorted(cycles, key=lambda name: -cycles[name]))
        self.find("#layers-table-csv").click()
        with open(self.downloaded("compare.csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([int(row["cycles_A"]) for row in rows], list(cycles.values()))
        for row, layer in zip(rows, self.results[2]["layers"]):
            self.assertEqual(float(row["energy_C"]), layer["machine"]["energy"]["total"])

    def test_the_page_fits_a_phone_and_a_wall(self):
        for width in (400, 2000):
            self.open(self.page, width=width)
            self.assert_fits()
            self.screenshot(f"compare-{width}")
