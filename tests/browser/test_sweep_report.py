"""The report of a sweep, of real results: what it shows is what 'peeksim sweep' says of the same
database, and the command that it gives for a point gives the point's numbers."""
import csv
import io
import json
import os
import statistics
import subprocess

from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from browser import PROGRAM, ROOT, ABrowser, peeksim


def sweep(folder, name, file, *options):
    """Runs a sweep into NAME.db; returns its path."""
    database = os.path.join(folder, name + ".db")
    done = subprocess.run([PROGRAM, "sweep", file, "--jobs", "2", "--out", database, *options],
                          cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 8), done.stderr  # 8: some points failed
    return database


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def points_in(screen):
    """The first column of the table that 'sweep pareto' and 'sweep best' print."""
    words = [line.split() for line in screen.splitlines()]
    rule = next(i for i, line in enumerate(words) if line and set(line[0]) == {"-"})
    return [int(line[0]) for line in words[rule + 1:] if line and line[0].isdigit()]


def pages_of(database):
    page = database[:-3] + ".html"
    peeksim("sweep", "report", database, "-o", page)
    return page


class ASweepPage(ABrowser):
    def pick(self, name, value):
        Select(self.find("#" + name)).select_by_value(str(value))

    def wait(self, text, *arguments):
        """Until a script's expression holds."""
        WebDriverWait(self.browser, 20).until(lambda _: self.script("return " + text, *arguments))

    def passing(self):
        """The numbers of the points that pass the filters."""
        return self.script("return view.points.map((point) => sweep.positions[point])")

    def front(self):
        return self.script("return scatter.front.map((point) => sweep.positions[point])")

    def chosen(self):
        return self.script("return sweep.positions[view.selected]")

    def choose(self, number):
        self.script("select(sweep.positions.indexOf(arguments[0]))", number)


class ASweepReport(ASweepPage):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = sweep(cls.folder, "array", "configs/sweeps/array-and-window.yaml")
        cls.page = pages_of(cls.database)
        cls.rows = rows_of(peeksim("sweep", "export", cls.database, "--csv", "--all"))

    def test_every_chart_is_drawn_and_nothing_complains(self):
        for dark in (False, True):
            self.open(self.page, dark=dark)
            self.wait("document.querySelector('#parallel').height > 300")
            self.script(
                "return new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            self.assert_every_chart_is_painted(6)
            self.screenshot("sweep-report-" + ("dark" if dark else "light"))
            self.assert_quiet()

    def test_the_page_fits_a_phone_and_a_wall(self):
        for width in (400, 2000):
            self.open(self.page, width=width)
            for details in self.find_all("details"):
                self.script("arguments[0].open = true", details)
            self.assert_fits()
            self.screenshot(f"sweep-report-{width}")

    def test_the_page_is_small_and_the_same_each_time(self):
        self.assertLess(os.path.getsize(self.page), 3_000_000)
        again = os.path.join(self.folder, "again.html")
        peeksim("sweep", "report", self.database, "-o", again)
        with open(self.page, "rb") as one, open(again, "rb") as other:
            self.assertEqual(one.read(), other.read())

    def test_the_front_of_two_metrics_is_that_of_sweep_pareto(self):
        self.open(self.page)
        for x, y in (("cycles", "energy"), ("false_zero_share", "mac_reduction"), ("area", "edp"),
                     ("speed_up", "energy_ratio"), ("cycles", "cycles")):
            self.pick("scatter-x", x)
            self.pick("scatter-y", y)
            told = peeksim("sweep", "pareto", self.database, "--objectives", f"{x},{y}")
            self.assertEqual(self.front(), points_in(told), (x, y))
            self.assertTrue(self.find("#front-says").text.startswith(f"{len(self.front())} of 48"))
            drawn = self.script("return Chart.getChart('scatter').data.datasets[0].data.length")
            self.assertEqual(drawn, len(self.front()))

    def test_the_table_of_best_points_is_what_pareto_and_best_print(self):
        self.open(self.page)
        button = "#best-table button[data-point]"
        shown = lambda: [int(found.text.split()[1]) for found in self.find_all(button)]
        self.pick("best", "objectives")
        self.assertEqual(shown(), points_in(peeksim("sweep", "pareto", self.database)))
        self.pick("best-count", 100)
        for metric in ("edp", "utilisation"):
            self.pick("best", metric)
            told = peeksim("sweep", "best", self.database, "--objective", metric, "--count", "0")
            self.assertEqual(shown(), points_in(told))
        self.pick("best-count", 20)
        self.assertEqual(len(shown()), 20)
        self.assertIn("The first 20 of 48 points", self.find("#best-says").text)
        self.find(button).click()
        self.assertEqual(self.chosen(), shown()[0])

    def test_a_click_and_a_hover_name_the_point_under_the_mouse(self):
        self.open(self.page)
        canvas = self.find("#scatter")
        self.script("arguments[0].scrollIntoView({block: 'center'})", canvas)
        number = 12
        x, y, width, height = self.script("""
            const chart = Chart.getChart("scatter"), box = chart.canvas.getBoundingClientRect();
            const point = sweep.positions.indexOf(arguments[0]);
            return [chart.scales.x.getPixelForValue(spot(point).x),
                    chart.scales.y.getPixelForValue(spot(point).y),
                    box.width, box.height]""", number)
        self.mouse_to(canvas, round(x - width / 2), round(y - height / 2)).perform()
        self.wait("Chart.getChart('scatter').tooltip.title[0] === 'point 12'")
        lines = self.script("return Chart.getChart('scatter').tooltip.body[0].lines")
        self.assertIn("array.rows: " + self.rows[number]["array.rows"], lines)
        ActionChains(self.browser).click().perform()
        self.wait("sweep.positions[view.selected] === 12")
        self.assert_chosen_is(number)

    def assert_chosen_is(self, number):
        """The panel shows the values of the export."""
        panel = self.find("#chosen").text
        row = self.rows[number]
        self.assertIn(f"point {number}", panel)
        for text in (row["array.rows"], row["prediction.window"], f"{int(row['cycles']):,}",
                     f"{100 * float(row['mac_reduction']):.2f} %",
                     f"{float(row['speed_up']):.3f} ×", f"{float(row['energy']) / 1e6:,.1f} µJ"):
            self.assertIn(text, panel)

    def test_the_keyboard_walks_along_the_front_and_chooses(self):
        self.open(self.page)
        self.pick("scatter-y", "false_zero_share")
        self.find("#scatter").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER)
        by_cycles = sorted(self.front(), key=lambda point: int(self.rows[point]["cycles"]))
        self.assertEqual(self.chosen(), by_cycles[1])
        self.find("#parallel").send_keys(Keys.ARROW_RIGHT)
        self.assertEqual(self.chosen(), by_cycles[1] + 1)
        self.find("#parallel").send_keys(Keys.ARROW_UP)
        self.assertEqual(self.chosen(), by_cycles[1])

    def results_of(self, command, folder):
        """Runs a command line of the page, with the program's path for its name."""
        self.assertTrue(command.startswith("peeksim run "))
        out = os.path.join(self.folder, folder)
        subprocess.run(f"'{PROGRAM}' {command[8:]} --out '{out}' --force", shell=True, cwd=ROOT,
                       check=True, capture_output=True)
        with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
            return json.load(file)["totals"]["network"]

    def assert_same_numbers(self, network, row):
        for name, value in network["machine"]["counters"].items():
            self.assertEqual(str(value), row["machine_" + name], name)
        self.assertEqual(network["machine"]["energy"]["total"], float(row["energy"]))
        self.assertEqual(network["dense"]["counters"]["cycles"], int(row["dense_cycles"]))

    def test_the_command_of_a_point_gives_its_numbers_again(self):
        self.open(self.page)
        for number in (0, 29, 46):
            self.choose(number)
            network = self.results_of(self.find("#command").text, "again")
            self.assert_same_numbers(network, self.rows[number])
        plain = self.script("return command_of(view.selected)")
        self.assertNotIn("\n", plain)
        self.assert_same_numbers(self.results_of(plain, "again"), self.rows[46])

    def test_the_machine_file_of_a_point_gives_its_numbers_again(self):
        self.open(self.page)
        self.choose(35)
        self.find("#save-machine").click()
        machine = self.downloaded("point-35.yaml")
        command = f"peeksim run '{machine}' --trace traces/resnet18.h5"
        self.assert_same_numbers(self.results_of(command, "saved"), self.rows[35])

    def test_the_whole_machine_of_a_point_is_that_of_config_show(self):
        self.open(self.page)
        self.choose(0)
        self.find("#whole-machine summary").click()
        cells = [[td.text for td in row.find_elements("css selector", "td")]
                 for row in self.find_all("#machine tbody tr")]
        settings = {key: value for key, value, _ in cells}
        self.assertEqual(settings["array.rows"], "16")
        self.assertEqual(settings["buffers.ifmap_read_width"], "16")  # auto, in the file
        self.assertEqual(settings["prediction.exclude"], "[first]")
        differs = {key: base for key, _, base in cells if base}
        self.assertEqual(differs, {"array.rows": "64", "buffers.ifmap_read_width": "64",
                                   "prediction.peeks": "diagonal"})

    def column(self, name):
        """Where a column of the parallel coordinates lies, from the middle: x, y of its ends."""
        return self.script("""
            const canvas = document.querySelector("#parallel");
            canvas.scrollIntoView({block: "center"});
            const box = canvas.getBoundingClientRect(), layout = parallel_layout(box.width);
            const number = columns.findIndex(({id}) => id === arguments[0]);
            return [layout.x(number) - box.width / 2, ...[0, 1].map((end) =>
                    layout.y(end) - box.height / 2)].map(Math.round)""", name)

    def mouse_to(self, canvas, x, y):
        """A chain of actions that begins there, from the canvas' middle."""
        return ActionChains(self.browser).move_to_element_with_offset(canvas, x, y)

    def test_dragging_along_a_column_filters_every_chart(self):
        self.open(self.page)
        x, low, high = self.column("array.rows")
        canvas = self.find("#parallel")
        drag = self.mouse_to(canvas, x, high - 5).click_and_hold()
        drag.move_by_offset(0, (low - high) // 4).release().perform()
        rows64 = [i for i, row in enumerate(self.rows) if row["array.rows"] == "64"]
        self.assertEqual(self.passing(), rows64)
        self.assertEqual(self.find("#passing").text, f"{len(rows64)} of 48 points pass")
        self.assertTrue(set(self.front()) <= set(rows64))
        drawn = self.script("return Chart.getChart('scatter').data.datasets.slice(2)"
                            ".reduce((sum, {data}) => sum + data.length, 0)")
        self.assertEqual(drawn, len(rows64))
        self.mouse_to(canvas, x, (low + high) // 2).click().perform()
        self.assertEqual(len(self.passing()), 48)

    def test_sliders_filter_by_keyboard_and_a_button_clears_them(self):
        self.open(self.page)
        self.find("#filters summary").click()
        self.script("document.querySelector('[id=\"low-array.cols\"]').focus()")
        ActionChains(self.browser).send_keys(Keys.ARROW_RIGHT).perform()
        self.assertEqual(self.passing(),
                         [i for i, row in enumerate(self.rows) if int(row["array.cols"]) >= 8])
        self.script("document.querySelector('#high-cycles').focus()")
        ActionChains(self.browser).send_keys(Keys.HOME, *[Keys.ARROW_RIGHT] * 10).perform()
        cycles = [int(row["cycles"]) for row in self.rows]
        most = min(cycles) + 0.1 * (max(cycles) - min(cycles))
        expected = [i for i, row in enumerate(self.rows)
                    if int(row["array.cols"]) >= 8 and cycles[i] <= most]
        self.assertEqual(self.passing(), expected)
        self.find("#clear").click()
        self.assertEqual(len(self.passing()), 48)
        self.assertEqual(self.find("#high-cycles").get_attribute("value"), "100")

    def test_a_click_on_a_line_chooses_its_point(self):
        self.open(self.page)
        self.column("cycles")
        x, y = self.script("""
            const box = document.querySelector("#parallel").getBoundingClientRect();
            const layout = parallel_layout(box.width);
            const number = columns.findIndex(({id}) => id === "cycles"), point = 3;
            const ends = [number, number + 1].map((i) => layout.y(columns[i].place(point)));
            return [layout.x(number) + 0.4 * layout.gap - box.width / 2,
                    ends[0] + 0.4 * (ends[1] - ends[0]) - box.height / 2].map(Math.round)""")
        self.mouse_to(self.find("#parallel"), x, y).perform()
        self.assertTrue(self.find(".tip").is_displayed())
        told = self.find(".tip").text.split("\n")[0]
        ActionChains(self.browser).click().perform()
        self.assertEqual(f"point {self.chosen()}", told)

    def test_main_effects_are_those_of_the_export(self):
        self.open(self.page)
        for metric in ("cycles", "mac_reduction"):
            self.pick("effect-metric", metric)
            values = [float(row[metric]) for row in self.rows]
            mean = statistics.fmean(values)
            total = sum((value - mean) ** 2 for value in values)
            explained = {}
            for axis in ("array.rows", "array.cols", "prediction.window", "prediction.peeks"):
                levels = {}
                for row, value in zip(self.rows, values):
                    levels.setdefault(row[axis], []).append(value)
                explained[axis] = sum(len(level) * (statistics.fmean(level) - mean) ** 2
                                      for level in levels.values()) / total
                told = self.script("""
                    const {levels} = effects.found.find(({factor}) => factor.name === arguments[0]);
                    return Object.fromEntries(
                      levels.map(({text, mean, deviation}) => [text, [mean, deviation]]))""", axis)
                for level, (told_mean, told_deviation) in told.items():
                    self.assertAlmostEqual(told_mean / statistics.fmean(levels[level]), 1, places=9)
                    self.assertAlmostEqual(told_deviation, statistics.pstdev(levels[level]),
                                           delta=1e-6 * abs(mean))
            titles = [title.text for title in self.find_all("#effects h3")]
            order = sorted(explained, key=lambda axis: -explained[axis])
            self.assertEqual(titles, [f"{axis}: {100 * explained[axis]:.1f} %" for axis in order])
        self.find("#effect-levels summary").click()
        self.assertEqual(len(self.find_all("#effect-table tbody tr")), 3 + 3 + 3 + 2)

    def saved(self, button, name):
        """The rows of a CSV file that a button saves."""
        self.find(button).click()
        with open(self.downloaded(name), encoding="utf-8", newline="") as file:
            return rows_of(file.read())

    def test_saved_files_hold_the_numbers_of_the_export(self):
        self.open(self.page)
        points = self.saved("#save-points", "points.csv")
        self.assertEqual(len(points), 48)
        for point, row in zip(points, self.rows):
            self.assertEqual(point["point"], row["point"])
            self.assertEqual(point["prediction.window"], row["prediction.window"])
            for metric in ("cycles", "energy", "area", "false_zero_share", "buffer_bytes"):
                self.assertEqual(float(point[metric]), float(row[metric]))
            self.assertTrue(
                point["command"].startswith("peeksim run configs/peek-64x4.yaml --trace "))
        table = self.saved("#best-table-csv", "best.csv")
        self.assertEqual([int(row["point"]) for row in table], self.front())

    def test_units_stand_in_headings_and_prefixes_only_on_units(self):
        self.open(self.page)
        titles = [option.text for option in Select(self.find("#scatter-x")).options]
        for title in ("cycles", "time, ms", "energy, µJ", "energy × time, µJ·s", "area, mm²",
                      "MACs saved, %", "DRAM traffic, KiB", "power, mW", "throughput, images/s"):
            self.assertIn(title, titles)
        self.script("for (const one of document.querySelectorAll('details')) one.open = true")
        text = self.script("return document.body.innerText")
        self.assertNotIn("pJ", text.replace("45nm (pJ)", ""))  # the energy table's name and unit
        self.assertNotRegex(text, r"\d [kMG]\b")
        least = min(int(row["cycles"]) for row in self.rows)
        self.assertIn(f"{least:,}\ncycles: the least", self.find("#figures").text)

    def test_axes_count_cycles_in_words_and_energies_in_microjoules(self):
        self.open(self.page)
        x, y = self.script("""const {x, y} = Chart.getChart("scatter").scales;
            return [x, y].map((axis) => [axis.options.title.text,
                                         axis.ticks[axis.ticks.length - 1].label])""")
        self.assertEqual(x[0], "cycles (less is better)")
        self.assertRegex(x[1], r"^\d+ million$")
        self.assertEqual(y[0], "energy, µJ (less is better)")
        self.assertRegex(y[1], r"^\d,\d00$")

    def test_the_axes_of_effects_never_go_below_zero(self):
        self.open(self.page)
        for metric in ("cycles", "mac_reduction", "speed_up", "edp"):
            self.pick("effect-metric", metric)
            lowest = self.script("""return effects.found.map((_, i) =>
                Chart.getChart("effect-" + i)?.scales.y.min ?? 0)""")
            self.assertGreaterEqual(min(lowest), 0)

    def test_colours_axes_and_theme_change_what_is_drawn(self):
        self.open(self.page)
        picture = lambda: self.script("return document.querySelector('#scatter').toDataURL()")
        seen = [picture()]
        for act in (lambda: self.pick("colour", 2), self.find("#logarithmic").click,
                    self.find("#theme").click):
            act()
            seen.append(picture())
        self.assertEqual(len(set(seen)), 4)
        self.assertIn("prediction.window", self.find("#trade-off .legend").text)
        kinds = self.script(
            "const {x, y} = Chart.getChart('scatter').scales; return [x.type, y.type]")
        self.assertEqual(kinds, ["logarithmic", "logarithmic"])
        self.find("#copy").click()
        self.assert_quiet()

    def test_it_prints_and_goes_back_to_the_screen(self):
        self.open(self.page, dark=True)
        pdf = self.browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"]
        self.assertGreater(len(pdf), 50_000)
        self.assertEqual(self.script("return theme()"), "dark")


class ASweepOfTwoNetworks(ASweepPage):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = sweep(cls.folder, "aspect", "configs/sweeps/aspect-and-dispatch.yaml")
        cls.page = pages_of(cls.database)

    def test_networks_are_looked_at_one_by_one_or_together(self):
        self.open(self.page)
        self.assertEqual(self.passing(), list(range(18)))
        self.pick("workload", 1)
        self.assertEqual(self.passing(), list(range(18, 36)))
        self.assertIn("squeezenet1_1, 1 image", self.find("#chosen").text)
        self.assertIn("--images 1", self.find("#command").text)  # of two
        self.screenshot("sweep-report-networks")
        self.pick("workload", "")
        self.assertEqual(len(self.passing()), 36)
        told = peeksim("sweep", "pareto", self.database, "--objectives", "cycles,energy")
        self.assertEqual(self.front(), points_in(told))
        self.assert_quiet()

    def test_keys_that_advance_together_are_said_to(self):
        self.open(self.page)
        self.assertIn("advances with array.cols", self.find("#effects").text)


class ASweepOfPorts(ASweepPage):
    """Ports of several widths, one of them unlimited; a real and a synthetic trace of four and two
    images; more columns than fit beside each other on a phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        synthetic = os.path.join(cls.folder, "made-up.h5")
        peeksim("trace", "synth", "workloads/cifar_resnet20.yaml", "-o", synthetic, "--images", "2")
        file = os.path.join(cls.folder, "ports.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(f"""
name: ports
machine: {ROOT}/configs/peek-16x16.yaml
trace: [{ROOT}/traces/cifar_resnet20.h5, {synthetic}]
axes:
  buffers.ifmap_read_width: [0, 4, 64]
  array.skip_zero_activations: [false, true]
metrics: [cycles, seconds, energy, edp, utilisation, images_per_second, tops_per_watt, gops_per_mm2]
""")
        cls.database = sweep(cls.folder, "ports", file)
        cls.page = pages_of(cls.database)

    def boxes(self, selector):
        """[left, top, right, bottom] of every element."""
        return self.script("""return [...document.querySelectorAll(arguments[0])].map((one) => {
            const {left, top, right, bottom} = one.getBoundingClientRect();
            return [left, top, right, bottom]})""", selector)

    def assert_apart(self, boxes):
        for i, one in enumerate(boxes):
            for other in boxes[:i]:
                apart = (one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1]
                         or other[3] <= one[1])
                self.assertTrue(apart, (one, other))

    def test_heads_and_labels_of_columns_lie_apart_and_inside_the_page(self):
        for width in (400, 1280, 2000):
            self.open(self.page, width=width)
            self.wait("document.querySelectorAll('#coordinates .tick').length > 0")
            heads, ticks = self.boxes("#coordinates .head"), self.boxes("#coordinates .tick")
            self.assertEqual(len(heads), self.script("return columns.length"))
            self.assert_apart(heads + ticks)
            left, top, right, bottom = self.boxes("#coordinates .parallel")[0]
            for box in heads + ticks:
                self.assertTrue(left <= box[0] and box[2] <= right, box)
                self.assertTrue(top <= box[1] and box[3] <= bottom, box)
        self.screenshot("sweep-report-ports", "#coordinates")

    def test_every_column_fits_a_page_of_1280_pixels(self):
        self.open(self.page, width=1280)
        self.wait("document.querySelectorAll('#coordinates .tick').length > 0")
        self.assertFalse(self.find("#coordinates .more").is_displayed())
        self.assertLessEqual(max(box[2] for box in self.boxes("#coordinates .tick")), 1280)

    def test_an_unlimited_port_is_the_largest(self):
        self.open(self.page)
        levels = self.script("""return factors.find(({name}) =>
            name === "buffers.ifmap_read_width").levels""")
        self.assertEqual(levels, ["4", "64", "unlimited"])
        ticks = self.script("""return [...document.querySelectorAll("#coordinates .tick")].map((one) =>
            [one.textContent, one.getBoundingClientRect().left, one.getBoundingClientRect().top])""")
        column = [tick for tick in ticks if tick[1] == ticks[0][1]]
        self.assertEqual([tick[0] for tick in sorted(column, key=lambda tick: -tick[2])], levels)
        self.script("select(view.points.find((point) => "
                    "in_column(sweep.axes.find(({zero_is_unlimited}) => zero_is_unlimited), point)"
                    " === '0'))")
        self.assertIn("unlimited", self.find("#chosen").text)
        self.assertIn("--set buffers.ifmap_read_width=0", self.find("#command").text)

    def test_synthetic_is_said_only_of_the_trace_that_is_shown(self):
        self.open(self.page)
        self.assertEqual(self.find_all(".synthetic"), [])
        self.pick("workload", 1)
        self.assertTrue(self.find(".synthetic").text.startswith("SYNTHETIC TRACE: "))
        self.pick("workload", "")
        self.assertTrue(self.find(".synthetic").text.startswith("SYNTHETIC TRACE (made-up.h5): "))
        self.pick("workload", 0)
        self.assertEqual(self.find_all(".synthetic"), [])

    def test_sums_say_over_how_many_images_they_are(self):
        self.open(self.page)
        self.assertIn("cycles (all 4 images): the least", self.find("#figures").text)
        self.pick("workload", 1)
        self.assertIn("cycles (all 2 images): the least", self.find("#figures").text)
        self.assertIn("energy (all 2 images)", self.find("#chosen").text)
        self.assertNotIn("throughput (all", self.find("#chosen").text)

    def test_ports_narrower_than_the_array_are_warned_about(self):
        self.open(self.page)
        warning = "buffers.ifmap_read_width is 4, the array reads 16 activations per cycle"
        self.assertIn("2 points: " + warning, self.find("#notices").text)
        self.assertNotIn(warning, self.find("#chosen").text)
        self.script("select(view.points.find((point) => point_warnings(point).length > 0))")
        self.assertIn(warning, self.find("#chosen").text)
        self.assertIn("DRAM priced as\ngeneric", self.find("#chosen").text)

    def test_a_workload_without_a_trace_is_said_to_have_no_values_and_runs_again(self):
        file = os.path.join(self.folder, "shapes.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(f"""
name: shapes
machine: {ROOT}/configs/dense-16x16.yaml
workload: {ROOT}/workloads/cifar_resnet20.yaml
axes: {{array.rows: [8, 16]}}
""")
        self.open(pages_of(sweep(self.folder, "shapes", file)))
        self.assertIn("NO VALUES", self.find(".no-values").text)
        command = self.find("#command").text.replace("peeksim", f"'{PROGRAM}'", 1)
        told = subprocess.run(command, shell=True, cwd=ROOT, check=True, capture_output=True,
                              text=True)
        self.assertIn("NO VALUES", told.stdout)

    def test_prices_and_points_that_stream_weights_are_pointed_out(self):
        file = os.path.join(self.folder, "streams.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(f"""
name: streams
machine: {ROOT}/configs/peek-16x16.yaml
trace: {ROOT}/traces/cifar_resnet20.h5
images: 1
axes: {{buffers.weight_bytes: [4 KiB, 256 KiB], buffers.ifmap_bytes: [256 KiB, 512 MiB]}}
metrics: [cycles, energy]
""")
        self.open(pages_of(sweep(self.folder, "streams", file)))
        self.assertIn("prices: 45nm (pJ), DRAM: generic", self.find("main").text)
        self.assertIn("buffers.ifmap_bytes", self.find("#notices").text)
        self.pick("best", "cycles")
        names = {int(name.text.split()[1]): name.text.endswith(" *")
                 for name in self.find_all("#best-table button[data-point]")}
        self.assertEqual(names, {0: True, 1: True, 2: False, 3: False})
        self.assertIn("streams the weights", self.find("#best-points").text)
        self.choose(0)
        self.assertIn("weights streamed *", self.find("#chosen").text)
        self.assertIn("energy: DRAM", self.find("#chosen").text)
        self.choose(2)
        self.assertNotIn("weights streamed", self.find("#chosen").text)

    def test_what_is_wider_than_a_phone_says_that_it_scrolls(self):
        self.open(self.page, width=400)
        hint = self.find("#best-points .more")
        self.wait("document.querySelector('#best-points .scrolls.has-more') !== null")
        self.assertTrue(hint.is_displayed())
        self.assertEqual(hint.text, "scroll →")
        self.script("const one = document.querySelector('#best-points .wide');"
                    "one.scrollLeft = one.scrollWidth")
        self.wait("document.querySelector('#best-points .scrolls.has-more') === null")
        self.assertFalse(hint.is_displayed())


class AnUnfinishedSweep(ASweepPage):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trace = os.path.join(cls.folder, "it's.h5")
        peeksim("trace", "synth", "workloads/cifar_resnet20.yaml", "-o", cls.trace, "--images", "2")
        cls.file = os.path.join(cls.folder, "sweep.yaml")
        with open(cls.file, "w", encoding="utf-8") as file:
            file.write(f'name: "</script> & co"\nmachine: {ROOT}/configs/peek-16x16.yaml\n'
                       'trace: "it\'s.h5"\n'
                       "images: 1\naxes: {array.rows: [8, 16], prediction.threshold: [0, 0.5]}\n"
                       "objectives: {cycles: max}\n")

    def test_it_says_what_failed_what_is_to_run_and_that_values_are_synthetic(self):
        database = sweep(self.folder, "part", self.file, "--limit", "1", "--deadline", "1e-9")
        sweep(self.folder, "part", self.file, "--limit", "2")
        page = pages_of(database)
        self.open(page)
        self.assertEqual(self.find("h1").text, "</script> & co")
        self.assertIn("SYNTHETIC", self.find(".synthetic").text)
        self.assertEqual(self.find("#missing").text,
                         "1 point failed; 1 point of the sweep still to run.")
        self.find("#errors summary").click()
        self.assertIn("1 point: took longer", self.find("#errors").text)
        self.assertEqual(len(self.passing()), 2)
        # The sweep file wants the most cycles, and the page keeps to that.
        self.assertIn("the most", self.find("#figures").text)
        command = self.find("#command").text.replace("peeksim", f"'{PROGRAM}'", 1)
        told = subprocess.run(command, shell=True, cwd=ROOT, check=True, capture_output=True,
                              text=True)
        self.assertIn("SYNTHETIC", told.stdout)
        self.assert_quiet()
