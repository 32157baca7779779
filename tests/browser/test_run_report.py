"""The report of a run, of real results: shipped traces, and a synthetic one with many layers."""
import csv
import io
import json
import os

from selenium.webdriver.common.keys import Keys

from browser import ABrowser, peeksim

# What a chart shows: [[dataset's label, its values], ...].
DATASETS = """return Chart.getChart(arguments[0]).data.datasets.map((set) => [set.label, set.data])"""

CYCLE_PARTS = ["array_busy", "predict_stall", "drain_stall", "memory_stall", "tail"]


class ReportPages(ABrowser):
    @classmethod
    def report(cls, name, machine, trace):
        """Runs a trace on a machine; returns the page, and the results that it shows."""
        out = os.path.join(cls.folder, name)
        page = os.path.join(cls.folder, name + ".html")
        peeksim("run", f"configs/{machine}.yaml", "--trace", trace, "--out", out)
        peeksim("report", os.path.join(out, "results.json"), "-o", page)
        with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
            return page, json.load(file)

    def table(self, name):
        """The rows of a table, as texts."""
        return self.script("""return [...document.querySelectorAll(arguments[0] + " tbody tr")]
            .map((row) => [...row.cells].map((cell) => cell.textContent))""", "#" + name)

    def datasets(self, chart):
        return self.script(DATASETS, chart)


class ARunReport(ReportPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page, cls.results = cls.report("resnet18", "peek-64x4", "traces/resnet18.h5")
        cls.layers = cls.results["layers"]

    def test_every_chart_is_drawn_and_nothing_complains(self):
        for dark in (False, True):
            self.open(self.page, dark=dark)
            self.assert_every_chart_is_painted(7)
            self.screenshot("run-report-" + ("dark" if dark else "light"))
            self.assert_quiet()

    def test_the_page_fits_a_phone_and_a_wall(self):
        for width in (400, 2000):
            self.open(self.page, width=width)
            self.assert_fits()
            self.screenshot(f"run-report-{width}")

    def test_the_page_is_small(self):
        self.assertLess(os.path.getsize(self.page), 3_000_000)

    def test_the_figures_on_top_are_those_of_the_network(self):
        self.open(self.page)
        network = self.results["totals"]["network"]
        self.assertEqual([figure.text for figure in self.find_all(".figure b")], [
            f"{100 * network['mac_reduction']:.1f} %", f"{network['speed_up']:.2f} ×",
            f"{network['energy_ratio']:.2f} ×", f"{100 * network['false_zero_share']:.1f} %"])
        self.assertEqual(self.find_all(".synthetic"), [])
        self.assertEqual([row[0] for row in self.table("scopes")],
                         ["predicted layers", "convolutions", "network"])

    def test_the_speed_up_is_explained_in_words_and_as_a_sum(self):
        self.open(self.page)
        network = self.results["totals"]["network"]
        dense, cycles = (network[who]["counters"]["cycles"] for who in ("dense", "machine"))
        words = self.find("#speed-up-words").text
        self.assertIn(f"speed-up {network['speed_up']:.2f}.", words)
        self.assertIn(f"the {100 * network['mac_reduction']:.1f} % of the MACs that are saved", words)
        rows = self.table("speed-up-table")
        numbers = [int(row[1].replace(",", "").replace("+", "")) for row in rows]
        self.assertEqual([numbers[0], numbers[-1]], [dense, cycles])
        self.assertAlmostEqual(sum(numbers[:-1]), cycles, delta=len(rows))  # rounded ones
        self.find("#speed-up-layers summary").click()
        for row, layer in zip(self.table("speed-up-layers-table"), self.layers):
            self.assertEqual(row[0], layer["name"])
            saved = 1 - layer["machine"]["counters"]["cycles"] / layer["dense"]["counters"]["cycles"]
            self.assertAlmostEqual(float(row[-1]), 100 * saved, delta=0.051)
            self.assertAlmostEqual(float(row[2]) - sum(float(text) for text in row[3:-1]),
                                   100 * saved, delta=0.4)

    def test_names_on_the_roofline_lie_over_nothing_and_inside_it(self):
        for width, least in ((1280, 15), (400, 1)):
            self.open(self.page, width=width)
            self.assert_painted("#roofline-chart")
            area, named, dots = self.script("""const chart = Chart.getChart("roofline-chart");
                const {left, top, right, bottom} = chart.chartArea;
                return [[left, top, right, bottom],
                  chart.named.map(({box}) => [box.left, box.top, box.right, box.bottom]),
                  [0, 1].flatMap((i) => chart.getDatasetMeta(i).data.map(({x, y}) => [x, y]))]""")
            self.assertGreaterEqual(len(named), least)
            for i, one in enumerate(named):
                self.assertTrue(area[0] <= one[0] and area[1] <= one[1]
                                and one[2] <= area[2] and one[3] <= area[3])
                for other in named[:i]:
                    self.assertTrue(one[2] <= other[0] or other[2] <= one[0]
                                    or one[3] <= other[1] or other[3] <= one[1])
                for x, y in dots:
                    self.assertFalse(one[0] < x < one[2] and one[1] < y < one[3])

    def test_what_is_wider_than_a_phone_says_that_it_scrolls(self):
        self.open(self.page, width=400)
        for part in ("#machine", "#table"):
            hint = self.find(part + " .more")
            self.assertTrue(hint.is_displayed())
            self.assertEqual(hint.text, "scroll →")
        self.open(self.page, width=1280)
        self.assertFalse(self.find("#machine .more").is_displayed())

    def test_energies_and_bytes_have_units_and_counts_no_prefixes(self):
        self.open(self.page)
        titles = [self.script("return Chart.getChart(arguments[0]).options.scales.x.title.text",
                              chart + "-chart") for chart in ("cycles", "energy", "macs", "dram")]
        self.assertEqual(titles, ["cycles", "energy, µJ", "MACs, million", "DRAM traffic, KiB"])
        text = self.script("return document.body.innerText")
        self.assertNotIn("pJ", text)
        self.assertNotRegex(text, r"\d [kMG]\b")

    def test_bars_are_the_counters_of_both_machines(self):
        self.open(self.page)
        shown = [values for _, values in self.datasets("cycles-chart")]
        counted = [[layer[who]["counters"][part] for layer in self.layers]
                   for who in ("machine", "dense") for part in CYCLE_PARTS]
        self.assertEqual(shown, counted)
        for index, layer in enumerate(self.layers):
            energies = [values[index] for _, values in self.datasets("energy-chart")]
            half = len(energies) // 2
            self.assertAlmostEqual(sum(energies[:half]), layer["machine"]["energy"]["total"] / 1e6)
            self.assertAlmostEqual(sum(energies[half:]), layer["dense"]["energy"]["total"] / 1e6)

    def test_bars_can_be_shares_of_the_layer_without_prediction(self):
        self.open(self.page)
        self.choose("#bars-show", "percent")
        for chart in ("cycles", "energy", "macs", "dram", "buffers"):
            sets = [values for _, values in self.datasets(chart + "-chart")]
            dense = [sum(values) for values in zip(*sets[len(sets) // 2:])]
            for share in dense:
                self.assertAlmostEqual(share, 100)
        cycles = [sum(values) for values in
                  zip(*[values for _, values in self.datasets("cycles-chart")[:5]])]
        for share, layer in zip(cycles, self.layers):
            self.assertAlmostEqual(share, 100 / layer["speed_up"])
        self.assert_painted("#cycles-chart")
        self.screenshot("run-report-percent", "#layers")
        self.assert_quiet()

    def test_the_quality_of_predictions_is_of_predicted_layers(self):
        self.open(self.page)
        counters = [layer["machine"]["counters"] for layer in self.layers
                    if layer["policy"] == "peek"]
        (_, correct), (_, false) = self.datasets("quality-chart")
        self.assertEqual(len(correct), len(counters))
        for right, wrong, c in zip(correct, false, counters):
            self.assertAlmostEqual(right, 100 * c["correct_zero"] / c["neighbors"])
            self.assertAlmostEqual(wrong, 100 * c["false_zero"] / c["neighbors"])
        self.assertIn("conv1 (excluded by 'first')", self.find("#quality").text)

    def test_dots_of_the_roofline_stay_under_it_until_skipped_macs_count(self):
        self.open(self.page)
        machine = self.results["machine"]
        peak = 2 * machine["array"]["rows"] * machine["array"]["cols"] * machine["array"]["lanes"]
        for setting in ("done", "all"):
            self.choose("#roofline-counts", setting)
            dots = self.datasets("roofline-chart")[0][1]
            for dot, layer in zip(dots, self.layers):
                c = layer["machine"]["counters"]
                skipped = 0 if setting == "all" else c["macs_predicted"]
                operations = 2 * (c["macs_total"] - skipped)
                moved = c["dram_read_bytes"] + c["dram_write_bytes"]
                self.assertAlmostEqual(dot["x"], operations / moved)
                self.assertAlmostEqual(dot["y"], operations / c["cycles"])
                if setting == "done":
                    self.assertLessEqual(dot["y"], peak)
                    self.assertLessEqual(dot["y"], dot["x"] * machine["dram"]["bytes_per_cycle"])
        self.screenshot("run-report-roofline", "#roofline")

    def test_the_blocks_of_the_machine_share_its_energy_and_its_area(self):
        self.open(self.page)
        for scope, who, results in (("network", "machine", self.results["totals"]["network"]),
                                    ("4", "machine", self.layers[4]),
                                    ("4", "dense", self.layers[4])):
            self.choose("#machine-scope", scope)
            self.choose("#machine-side", who)
            rows = {row[0]: row for row in self.table("machine-table")}
            energy = results[who]["energy"]
            leakage = 100 * energy["leakage"] / energy["total"]
            shares = sum(float(row[4]) for row in rows.values() if row[4] != "-")
            self.assertAlmostEqual(shares + leakage, 100, delta=0.5)
            areas = self.results["area_mm2"][who]
            self.assertAlmostEqual(sum(float(row[5]) for row in rows.values() if row[5] != "-"),
                                   areas["total"], delta=0.01)
            if who == "machine":
                self.assertEqual(rows["PE array"][2], f"{100 * results['utilisation']:.1f}")
            picture = self.find("#machine-picture").text
            self.assertIn(f"used {rows['PE array'][2]} %", picture)
            self.assertIn(f"energy {rows['DRAM'][4]} %", picture)
            self.assertIn(f"on chip. leakage {leakage:.1f} % of the energy", picture)
        self.screenshot("run-report-machine", "#machine")

    def test_arrow_keys_walk_through_a_chart_and_say_where_they_are(self):
        self.open(self.page)
        for chart in ("cycles-chart", "roofline-chart"):
            canvas = self.find("#" + chart)
            canvas.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
            said = self.script("return arguments[0].nextSibling.textContent", canvas)
            self.assertIn(self.layers[1]["name"], said)
            canvas.send_keys(Keys.ARROW_UP, Keys.ARROW_UP)
            said = self.script("return arguments[0].nextSibling.textContent", canvas)
            self.assertIn(self.layers[0]["name"], said)

    def test_a_legend_hides_a_part_of_both_machines(self):
        self.open(self.page)
        visible = self.script("""const chart = Chart.getChart("cycles-chart");
            const { legend } = chart;
            legend.options.onClick({}, legend.legendItems[0], legend);
            return [0, 5, 1].map((index) => chart.isDatasetVisible(index))""")
        self.assertEqual(visible, [False, False, True])

    def test_the_table_sorts_by_a_click_and_by_keyboard(self):
        self.open(self.page)
        names = [layer["name"] for layer in self.layers]
        by_cycles = [layer["name"] for layer in sorted(
            self.layers, key=lambda layer: -layer["machine"]["counters"]["cycles"])]
        self.assertEqual([row[0] for row in self.table("layers-table")], names)
        heads = {head.text.split(",")[0].strip(): head
                 for head in self.find_all("#layers-table th button")}
        heads["cycles"].click()
        self.assertEqual([row[0] for row in self.table("layers-table")], by_cycles)
        heads["cycles"].send_keys(Keys.ENTER)
        self.assertEqual([row[0] for row in self.table("layers-table")][-1], by_cycles[0])
        heads["layer"].send_keys(Keys.SPACE)
        self.assertEqual([row[0] for row in self.table("layers-table")], sorted(names))

    def test_the_saved_csv_has_the_names_and_values_of_layers_csv(self):
        self.open(self.page)
        with open(os.path.join(self.folder, "resnet18", "layers.csv"), encoding="utf-8") as file:
            written = list(csv.DictReader(file))
        for columns in ("all", "summary", "energy"):
            self.choose("#table-columns", columns)
            self.find("#layers-table-csv").click()
            saved = list(csv.DictReader(io.StringIO(self.saved("layers.csv"))))
            self.assertEqual(len(saved), len(written))
            for mine, theirs in zip(saved, written):
                for name, text in mine.items():
                    self.assertEqual(as_number(text), as_number(theirs[name]), name)
            if columns == "all":
                self.assertEqual(list(saved[0]), list(written[0]))
        self.assert_quiet()

    def test_it_prints_in_light_colours_with_the_summary_and_comes_back(self):
        self.open(self.page, dark=True)
        self.choose("#table-columns", "all")
        printed = self.browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
        self.assertGreater(len(printed["data"]), 50_000)
        self.assertEqual(self.script("return theme()"), "dark")
        self.assertIn("network", self.find("#layers-table thead").text)
        self.assert_every_chart_is_painted(7)
        self.assert_quiet()

    def test_the_theme_changes_by_a_button(self):
        self.open(self.page)
        self.find("#theme").send_keys(Keys.ENTER)
        self.assertEqual(self.script("return theme()"), "dark")
        self.assert_every_chart_is_painted(7)


class AReportOfManyLayers(ReportPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        trace = os.path.join(cls.folder, "mobilenet.h5")
        peeksim("trace", "synth", "workloads/mobilenet_v2.yaml", "-o", trace, "--zeros", "0.6")
        cls.page, cls.results = cls.report("mobilenet", "peek-16x16", trace)

    def test_every_layer_has_its_name_beside_its_bars(self):
        for width in (400, 1280, 2000):
            self.open(self.page, width=width)
            self.assert_fits()
            labels = self.script("""return Chart.getChart("cycles-chart").scales.y.ticks
                .map((tick) => tick.label)""")
            self.assertEqual(labels, [layer["name"] for layer in self.results["layers"]])
            self.assert_every_chart_is_painted(7)
            self.screenshot(f"run-report-many-{width}")

    def test_values_that_were_made_up_are_called_so_on_top(self):
        self.open(self.page)
        self.assertIn("SYNTHETIC TRACE", self.find(".synthetic").text)


class AReportThatARunWrote(ReportPages):
    """Has a step of every layer, cycle by cycle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = os.path.join(cls.folder, "run.html")
        peeksim("run", "configs/peek-16x16.yaml", "--trace", "traces/resnet18.h5", "--report",
                cls.page)

    def setUp(self):
        self.open(self.page)
        self.strips = self.script("return data().strips")

    def seen(self):
        return self.script("return [strip_view.from, strip_view.to]")

    def test_the_strip_of_every_layer_is_drawn(self):
        for dark in (False, True):
            self.open(self.page, dark=dark)
            for index, strip in enumerate(self.strips):
                self.choose("#strip-layer", str(index))
                self.assert_painted("#strip-chart", 4)
                self.assertIn(f"Step {strip['step']} of", self.find("#strip-which").text)
            self.screenshot("run-report-strip-" + ("dark" if dark else "light"), "#strip")
        self.assert_quiet()
        self.assertLess(os.path.getsize(self.page), 3_000_000)

    def test_the_table_sums_what_belongs_to_the_step(self):
        self.choose("#strip-layer", "3")
        shown = {row[0]: row[1:3] for row in self.table("strip-table")}
        for lane in self.strips[3]["lanes"]:
            own = [interval for interval in lane["intervals"] if interval[3] == 1]
            self.assertEqual(shown[lane["name"]],
                             [str(len(own)), f"{sum(interval[1] for interval in own):,}"])

    def test_buttons_and_keys_zoom_and_move(self):
        length = self.strips[0]["length"]
        self.assertEqual(self.seen(), [0, length])
        self.find("#strip-nearer").click()
        self.assertEqual(self.seen(), [length / 4, 3 * length / 4])
        self.find("#strip-later").click()
        self.assertEqual(self.seen(), [length / 2, length])
        canvas = self.find("#strip-chart")
        canvas.send_keys(Keys.ARROW_LEFT)
        self.assertEqual(self.seen(), [length * 0.4, length * 0.9])
        canvas.send_keys("+")
        self.assertAlmostEqual(self.seen()[1] - self.seen()[0], length / 4)
        canvas.send_keys(Keys.HOME)
        self.assertEqual(self.seen(), [0, length])
        for _ in range(30):
            canvas.send_keys("+")
        self.assertEqual(self.seen()[1] - self.seen()[0], 8)
        self.assert_painted("#strip-chart")

    def test_the_wheel_zooms_only_where_the_strip_has_the_focus(self):
        wheel = """const canvas = document.getElementById("strip-chart");
            if (arguments[0]) canvas.focus();
            canvas.dispatchEvent(new WheelEvent("wheel", {deltaY: -1, cancelable: true}))"""
        self.script(wheel, False)
        self.assertEqual(self.seen(), [0, self.strips[0]["length"]])
        self.script(wheel, True)
        self.assertAlmostEqual(self.seen()[1] - self.seen()[0], 0.8 * self.strips[0]["length"])

    def test_pointing_at_an_interval_says_what_it_is(self):
        self.choose("#strip-layer", "3")
        strip = self.strips[3]
        lane = next(i for i, lane in enumerate(strip["lanes"]) if lane["name"] == "array, peek pass")
        start, length, name, _, macs = next(one for one in strip["lanes"][lane]["intervals"]
                                            if one[0] >= 0 and one[3] == 1)
        self.script("show_part(arguments[0] - 20, arguments[0] + arguments[1] + 20)", start, length)
        self.script("""const canvas = strip_view.canvas;
            const { left, top } = canvas.getBoundingClientRect();
            canvas.dispatchEvent(new PointerEvent("pointermove", {
              clientX: left + (name_room(canvas) + canvas.clientWidth) / 2,
              clientY: top + (arguments[0] + 0.5) * strip_row}))""", lane)
        hint = self.find("#strip-hint").text
        self.assertIn(f"array, peek pass: {name}, cycles {start:,} to {start + length:,}", hint)
        self.assertIn(f"{macs:,} macs", hint)

    def test_it_fits_a_phone_and_changes_with_the_window(self):
        for width in (400, 2000):
            self.resize(width, 900)
            self.assert_fits()
            self.assertTrue(self.script(
                "return strip_view.canvas.width === strip_view.canvas.clientWidth"))


class AReportOfOtherRuns(ReportPages):
    def test_a_report_of_results_says_how_to_see_a_step(self):
        page, _ = self.report("plain", "peek-16x16", "traces/cifar_resnet20.h5")
        self.open(page)
        self.assertIn("peeksim run MACHINE --trace FILE --report", self.find("#strip").text)

    def test_a_machine_that_predicts_nothing_says_so_and_has_no_prediction_unit(self):
        page, _ = self.report("dense", "dense-16x16", "traces/cifar_resnet20.h5")
        self.open(page)
        shown = self.find("main").text
        for word in ("prediction unit", "without prediction", "gate PEs", "MACs saved", "speed-up,"):
            self.assertNotIn(word, shown)
        self.assertNotIn("prediction unit", [label for label, _ in self.datasets("energy-chart")])
        self.assertNotIn("waiting for a prediction",
                         [label for label, _ in self.datasets("cycles-chart")])
        self.assertEqual([figure.text.split("\n")[1] for figure in self.find_all(".figure")],
                         ["cycles (all 4 images)", "at 500 MHz (all 4 images)",
                          "energy (all 4 images)", "power"])
        self.assertIn("No layer is predicted", self.find("#speed-up").text)
        self.assert_every_chart_is_painted(6)
        self.assert_quiet()

    def test_a_workload_without_a_trace_is_said_to_have_no_values(self):
        page = os.path.join(self.folder, "shapes.html")
        peeksim("run", "configs/dense-16x16.yaml", "--workload", "workloads/cifar_resnet20.yaml",
                "--report", page)
        self.open(page)
        self.assertIn("NO VALUES", self.find(".no-values").text)
        self.assertEqual(self.find_all(".synthetic"), [])
        self.assert_quiet()

    def test_the_dense_side_of_a_machine_that_predicts_has_no_prediction_unit(self):
        page, _ = self.report("peek", "peek-16x16", "traces/cifar_resnet20.h5")
        self.open(page)
        self.assertIn("prediction unit", self.find("#machine-picture").text)
        self.choose("#machine-side", "dense")
        self.assertNotIn("prediction unit", self.find("#machine-picture").text)
        self.assertNotIn("prediction unit", [row[0] for row in self.table("machine-table")])

    def test_narrow_ports_prices_and_streamed_layers_are_pointed_out(self):
        out = os.path.join(self.folder, "narrow")
        peeksim("run", "configs/peek-16x16.yaml", "--trace", "traces/cifar_resnet20.h5", "--out",
                out, "--set", "buffers.ifmap_read_width=4", "--set", "buffers.ifmap_bytes=512 MiB",
                "--set", "buffers.weight_bytes=4 KiB", "--set", "dram.kind=lpddr4")
        page = out + ".html"
        peeksim("report", os.path.join(out, "results.json"), "-o", page)
        self.open(page)
        said = [warning.text for warning in self.find_all(".warning")]
        self.assertTrue(said[0].startswith("buffers.ifmap_read_width is 4, the array reads 16"))
        self.assertTrue(said[1].startswith("prices: buffers.ifmap_bytes"))
        self.assertIn("DRAM priced as lpddr4", self.find(".facts").text)
        with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
            layers = json.load(file)["layers"]
        marked = [one["name"] + (" *" if one["weights_streamed"] else "") for one in layers]
        self.assertIn(" *", "".join(marked))
        self.assertEqual([row[0] for row in self.table("layers-table")], marked)
        self.assertEqual(self.script("return Chart.getChart('cycles-chart').data.labels"), marked)
        self.assertIn("*: weights streamed", self.find("#layers").text)

    def test_several_images_have_their_spread_and_relative_energies_their_unit(self):
        _, results = self.report("cifar", "peek-16x16", "traces/cifar_resnet20.h5")
        priced = os.path.join(self.folder, "priced")
        page = priced + ".html"
        peeksim("price", os.path.join(self.folder, "cifar", "results.json"), "--energy",
                "eyeriss-relative", "--out", priced)
        peeksim("report", os.path.join(priced, "results.json"), "-o", page)
        self.open(page)
        mean = results["over_images"]["mac_reduction"]["mean"]
        self.assertIn(f"MACs saved {100 * mean:.2f} ±", self.find("#spread").text)
        self.assertIn("states no areas", self.find("#machine").text)
        title = self.script("""return Chart.getChart("energy-chart").options.scales.x.title.text""")
        self.assertEqual(title, "energy, million MAC (all 4 images)")
        self.assert_quiet()

    def test_what_an_older_program_did_not_count_is_called_not_known(self):
        _, results = self.report("counted", "peek-16x16", "traces/cifar_resnet20.h5")
        for part in [*results["layers"], *results["images"], *results["totals"].values()]:
            for side in ("machine", "dense"):
                del part[side]["counters"]["cycles"]
        old = os.path.join(self.folder, "old.json")
        with open(old, "w", encoding="utf-8") as file:
            json.dump(results, file)
        again = os.path.join(self.folder, "again")  # with null for it, and for what depends on it
        peeksim("price", old, "--energy", "45nm", "--out", again)
        for name, file in ("old", old), ("again", os.path.join(again, "results.json")):
            page = os.path.join(self.folder, name + ".html")
            peeksim("report", file, "-o", page)
            self.open(page)
            text = self.browser.execute_script("return document.body.innerText")
            self.assertIn("not known ms (all 4 images) at ", text)
            self.assertNotIn("NaN", text)
            self.assertIn("-", self.table("layers-table")[0])
            self.assert_quiet()
        figures = [figure.text for figure in self.find_all(".figure b")]
        self.assertEqual(figures[1], "not known ×")
        self.assertTrue(figures[0].endswith(" %"))


def as_number(text):
    """Numbers are equal however they are spelled; other texts as they are."""
    try:
        return float(text)
    except ValueError:
        return text
