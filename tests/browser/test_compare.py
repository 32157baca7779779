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
                self.assert_every_chart_is_painted(3)
                seen.add(self.script("return arguments[0].toDataURL()", self.find("#layers-chart")))
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
        self.assertEqual([row[2] for row in rows], [f"{cycles[0] / c:.3f}" for c in cycles])
        self.assertEqual([row[-1] for row in rows], ["16/16", "64/4", "64/16"])
        self.assertIn(f"B takes {cycles[1] / cycles[0]:.2f} of the cycles", self.find("#machines").text)

    def test_the_network_is_that_of_the_results(self):
        self.open(self.page)
        rows = [[cell.text for cell in row.find_elements("css selector", "td")]
                for row in self.find_all("#network-table tbody tr")]
        cycles = [r["totals"]["network"]["machine"]["counters"]["cycles"] for r in self.results]
        expected = [f"{c:,}" for c in cycles]
        expected += [f"{c / cycles[0]:.3f} ×" for c in cycles[1:]]
        self.assertEqual(rows[0], ["cycles", *expected])
        changed = {row.text.split()[0] for row in self.find_all("#changed-table tbody tr")}
        self.assertLessEqual({"name", "array.rows", "array.dispatch"}, changed)

    def table(self, name):
        return [[cell.text for cell in row.find_elements("css selector", "td")]
                for row in self.find_all(f"#{name} tbody tr")]

    def test_time_speed_up_and_energy_by_component_are_those_of_the_results(self):
        self.open(self.page)
        heads = [head.text for head in self.find_all("#time-and-energy-table thead th")]
        self.assertEqual(heads[1:], [f"{name}: {machine}" for name, machine in zip("ABC", MACHINES)])
        rows = {row[0]: row[1:] for row in self.table("time-and-energy-table")}
        networks = [result["totals"]["network"] for result in self.results]
        cycles = [network["machine"]["counters"]["cycles"] for network in networks]
        energies = [network["machine"]["energy"] for network in networks]
        self.assertEqual(rows["time, ms"], [f"{own / 500e3:.3f}" for own in cycles])
        self.assertEqual(rows["speed-up over A, ×"], [f"{cycles[0] / own:.3f}" for own in cycles])
        self.assertEqual(rows["over itself without prediction, ×"],
                         [f"{network['speed_up']:.3f}" for network in networks])
        for name, key in (("energy, µJ", "total"), ("of it DRAM", "dram"), ("of it MAC", "mac")):
            self.assertEqual(rows[name], [f"{energy[key] / 1e6:,.1f}" for energy in energies])
        sums = self.script("""return ["time-chart", "energy-chart"].map((name) =>
            Chart.getChart(name).data.datasets.map((set) => set.data)
              .reduce((sum, values) => sum.map((one, i) => one + values[i])))""")
        for i, network in enumerate(networks):
            self.assertAlmostEqual(sums[0][i], cycles[i] / 500e3)
            self.assertAlmostEqual(sums[1][i], network["machine"]["energy"]["total"] / 1e6)

    def test_every_run_says_how_its_energy_is_priced(self):
        self.open(self.page)
        for line in self.find_all("#runs > li"):
            self.assertIn("priced by 45nm, DRAM as generic", line.text)

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


class AComparisonOfUnlikeRuns(ABrowser):
    """A dense machine on a real trace; a machine with a narrow port, one with buffers beyond the energy
    table, and one that streams weights, on a synthetic one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        synthetic = os.path.join(cls.folder, "made-up.h5")
        peeksim("trace", "synth", "workloads/cifar_resnet20.yaml", "-o", synthetic, "--images", "2")
        runs = (("dense", "dense-16x16", "traces/cifar_resnet20.h5", []),
                ("narrow", "peek-16x16", synthetic, ["buffers.ifmap_read_width=4"]),
                ("large", "peek-16x16", synthetic, ["buffers.ifmap_bytes=512 MiB"]),
                ("streams", "peek-16x16", synthetic, ["buffers.weight_bytes=4 KiB"]))
        cls.files = []
        for name, machine, trace, changes in runs:
            out = os.path.join(cls.folder, name)
            sets = [word for change in changes for word in ("--set", change)]
            peeksim("run", f"configs/{machine}.yaml", "--trace", trace, "--out", out, *sets)
            cls.files.append(os.path.join(out, "results.json"))
        cls.page = cls.compared("unlike", cls.files, "--anyway")

    @classmethod
    def compared(cls, name, files, *options):
        page = os.path.join(cls.folder, name + ".html")
        peeksim("compare", *files, "--html", page, *options)
        return page

    def test_synthetic_is_said_only_of_the_runs_that_are(self):
        self.open(self.page)
        self.assertTrue(self.find(".synthetic").text.startswith("SYNTHETIC TRACE (B, C, D): "))
        self.open(self.compared("synthetic", self.files[1:]))
        self.assertTrue(self.find(".synthetic").text.startswith("SYNTHETIC TRACE: "))

    def test_a_run_is_warned_about_where_it_stands(self):
        self.open(self.page)
        dense, narrow, large, streams = [line.text for line in self.find_all("#runs > li")]
        self.assertIn("buffers.ifmap_read_width is 4, the array reads 16", narrow)
        self.assertIn("prices: buffers.ifmap_bytes", large)
        self.assertIn("Streams the weights of", streams)
        for line in (dense, large, streams):
            self.assertNotIn("ifmap_read_width", line)
        for line in (dense, narrow, streams):
            self.assertNotIn("prices:", line)
        for line in (dense, narrow, large):
            self.assertNotIn("Streams", line)

    def test_layers_that_stream_are_marked(self):
        self.open(self.page)
        marked = [row.text.split()[0] for row in self.find_all("#layers-table tbody tr")
                  if " *" in row.text]
        with open(self.files[3], encoding="utf-8") as file:
            layers = json.load(file)["layers"]
        self.assertEqual(marked, [one["name"] for one in layers if one["weights_streamed"]])
        self.assertGreater(len(marked), 0)

    def test_sums_over_images_say_so(self):
        self.open(self.compared("two", self.files[1:]))
        self.assertIn("cycles (all 2 images)", self.find("#network-table").text)
        self.assertIn("2 images; all sums are over all of them", self.find("#runs").text)

    def test_machines_without_prediction_have_no_prediction_unit(self):
        self.open(self.compared("dense", [self.files[0], self.files[0]]))
        text = self.script("return document.body.innerText")
        self.assertNotIn("prediction unit", text)
        labels = self.script("""return Chart.getChart("energy-chart").data.datasets
            .map(({label}) => label)""")
        self.assertIn("DRAM", labels)
        self.assertNotIn("prediction unit", labels)
