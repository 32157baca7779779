"""Does every control of the page of a layer do what it says?"""
import os

from selenium.webdriver.common.keys import Keys

from view import AView, shipped, view


class TheControls(AView):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.layer = view(os.path.join(cls.folder, "resnet18.html"), shipped("resnet18"),
                         "--layer", "layer1_0_conv1")

    def test_every_chart_is_drawn_and_nothing_complains(self):
        for dark, look in ((False, "role"), (True, "role"), (False, "value"), (True, "lost")):
            self.open(self.layer, dark=dark)
            self.choose("#look", look)
            self.assert_every_chart_is_painted(4)
            self.screenshot(f"view-{look}-" + ("dark" if dark else "light"))
            self.assert_quiet()

    def test_printed_it_is_light_and_says_the_threshold_without_its_controls(self):
        self.open(self.layer, dark=True)
        self.counts_at("0.05")
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        self.script("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(self.script("return theme()"), "light")
        self.assertFalse(self.find("#slider").is_displayed())
        self.assertIn("Threshold 0.05 for every channel.", self.find("#state").text)
        self.screenshot("view-print")
        self.script("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(self.script("return theme()"), "dark")

    def test_the_page_fits_a_phone_and_a_wall(self):
        for width in (400, 2000):
            self.open(self.layer, width=width)
            self.assert_fits()
            self.screenshot(f"view-{width}")

    def test_the_page_is_small(self):
        for layer in ("conv1", "layer1_0_conv1"):
            page = view(self.page("size"), shipped("resnet18"), "--layer", layer)
            self.assertLess(os.path.getsize(page), 3_000_000)

    def test_the_slider_moves_by_keys_and_the_number_and_the_figures_follow(self):
        self.open(self.layer)
        before = self.figures()
        self.assertIn("the machine's, 0 for every channel", self.find("#state").text)
        slider = self.find("#slider")
        slider.send_keys(Keys.ARROW_RIGHT * 120)
        threshold = float(self.find("#number").get_property("value"))
        self.assertGreater(threshold, 0)
        after = self.figures()
        self.assertNotEqual(before, after)
        self.assertIn("The machine's differs: 0 for every channel", self.find("#state").text)
        self.counts_at(str(threshold))  # the number that is shown is the one that was compared with
        self.assertEqual(self.figures(), after)
        slider.send_keys(Keys.END)
        self.assertTrue(self.script("return judged.every((c) => c.gated === c.outputs - c.peeks)"))
        slider.send_keys(Keys.HOME)
        slider.send_keys(Keys.ARROW_RIGHT)
        self.find("#own").click()
        self.assertEqual(self.figures(), before)
        self.assertEqual(self.find("#number").get_property("value"), "0")
        self.assert_quiet()

    def test_the_number_can_be_typed_and_a_half_typed_one_changes_nothing(self):
        self.open(self.layer)
        number = self.find("#number")
        number.send_keys(Keys.CONTROL + "a")
        number.send_keys("0.2" + Keys.TAB)
        self.assertIn("Threshold 0.2 for every channel.", self.find("#state").text)
        typed = self.figures()
        number.send_keys(Keys.CONTROL + "a")
        number.send_keys("-")
        self.assertEqual(self.figures(), typed)
        number.send_keys(Keys.CONTROL + "a")
        number.send_keys("0")
        self.assertIn("as the machine has it", self.find("#state").text)
        self.assert_quiet()

    def test_a_click_on_a_chart_sets_the_threshold_there(self):
        self.open(self.layer)
        chart = self.find("#histogram")
        self.script("arguments[0].scrollIntoView()", chart)
        x = self.script("return Chart.getChart('histogram').scales.x.getPixelForValue(0.4)")
        self.mouse("click", chart, x, 100)
        self.assertAlmostEqual(float(self.find("#number").get_property("value")), 0.4, delta=0.02)

    def test_only_above_zero_leaves_out_the_rest_of_the_charts(self):
        self.open(self.layer)
        self.find("#only-above").click()
        self.assertEqual(self.script("return Chart.getChart('histogram').scales.x.min"), 0)
        self.assert_painted("#histogram")
        self.find("#only-above").click()
        self.assertLess(self.script("return Chart.getChart('trade-off').scales.x.min"), 0)

    def test_a_channel_is_chosen_by_click_and_by_keys(self):
        self.open(self.layer)
        maps = self.find("#maps")
        maps.send_keys(Keys.HOME)
        self.assertTrue(self.find("#channel").text.startswith("Channel 0:"))
        maps.send_keys(Keys.ARROW_RIGHT)
        self.assertTrue(self.find("#channel").text.startswith("Channel 1:"))
        maps.send_keys(Keys.ARROW_LEFT + Keys.ARROW_LEFT)  # stays at the first
        self.assertTrue(self.find("#channel").text.startswith("Channel 0:"))
        maps.send_keys(Keys.END)
        self.assertTrue(self.find("#channel").text.startswith("Channel 63:"))
        self.mouse("click", maps, 90, 20)
        self.assertTrue(self.find("#channel").text.startswith("Channel 1:"))

    def test_channels_are_ordered_by_what_is_gated(self):
        self.open(self.layer)
        self.choose("#order", "gated")
        maps = self.find("#maps")
        shares = []
        maps.send_keys(Keys.HOME)
        for _ in range(5):
            shares.append(float(self.find("#channel").text.split(": ")[1].split(" %")[0]))
            maps.send_keys(Keys.ARROW_RIGHT)
        self.assertEqual(shares, sorted(shares, reverse=True))
        self.assertGreater(shares[0], 49)

    def test_the_large_map_tells_about_each_output(self):
        self.open(self.layer)
        self.find("#maps").send_keys(Keys.HOME)
        large = self.find("#zoom")
        large.send_keys(Keys.ARROW_DOWN * 2 + Keys.ARROW_RIGHT * 3)
        value, largest = self.script("return [values[2 * Q + 3], largest[grid.columns + 1]]")
        self.assertEqual(self.find("#output").text, "Row 2, column 3: value " +
                         self.script("return short_value(arguments[0])", value) +
                         ", computed. Its window's largest peek: " +
                         self.script("return short_value(arguments[0])", largest) + ".")
        self.mouse("mousemove", large, 4, 15)
        self.assertTrue(self.find("#output").text.startswith("Row 1, column 0:"))
        before = large.size["width"]
        self.find("#larger").click()
        self.assertGreater(large.size["width"], 1.5 * before)
        self.assert_fits()
        self.find("#smaller").click()
        self.assertEqual(large.size["width"], before)

    def test_the_table_of_channels_adds_up_and_follows_the_threshold(self):
        self.open(self.layer)
        self.find("#maps-section summary").click()
        for threshold in ("0", "0.25"):
            _, _, right, wrong = self.counts_at(threshold)
            self.script("document.getElementById('number').dispatchEvent(new Event('change'))")
            self.find("#channels-csv").click()
            rows = self.rows("channels.csv")
            self.assertEqual(len(rows), 64)
            self.assertEqual(sum(int(row["predicted_zero"]) for row in rows), right + wrong)
            self.assertEqual(sum(int(row["false_zero"]) for row in rows), wrong)
            self.assertEqual({float(row["threshold"]) for row in rows}, {float(threshold)})

    def test_the_table_of_channels_stays_sorted_when_the_threshold_moves(self):
        self.open(self.layer)
        self.find("#maps-section summary").click()
        gated = "#channels th:nth-child(3)"
        self.find(gated + " button").click()
        for threshold in ("0.25", "0.1"):
            self.counts_at(threshold)
            self.script("document.getElementById('number').dispatchEvent(new Event('change'))")
            self.assertEqual(self.find(gated).get_attribute("aria-sort"), "descending")
            column = self.script("return [...document.querySelectorAll('#channels td:nth-child(3)')]"
                                 ".map((cell) => Number(cell.textContent.replace(/\\D/g, '')))")
            self.assertEqual(len(column), 64)
            self.assertGreater(column[0], column[-1])
            self.assertEqual(column, sorted(column, reverse=True))
