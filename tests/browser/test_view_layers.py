"""Layers of all kinds as pages: without prediction, of an oracle, too large, synthetic."""
import os

from browser import peeksim
from view import AView, shipped, view


class OtherLayers(AView):
    def test_a_layer_without_prediction_says_why_and_shows_its_values(self):
        self.open(view(self.page("none"), shipped("resnet18"), "--layer", "conv1"))
        self.assertIn("does not predict this layer (excluded by 'first')", self.find("#state").text)
        self.assertFalse(self.find("#slider").is_enabled())
        self.assertEqual(self.find("#count-computed").text, "802,816")
        self.choose("#look", "value")
        self.assert_painted("#maps")
        self.assert_quiet()

    def test_an_oracles_mask_is_shown_without_a_threshold(self):
        self.open(view(self.page("oracle"), shipped("resnet18"), "--layer", "layer1_0_conv1",
                       "--set", "prediction.policy=oracle"))
        self.assertIn("policy 'oracle' does not compare peeks", self.find("#state").text)
        self.assertEqual(self.find("#count-wrong").text, "0")
        self.assertEqual(self.find("#count-right").text.replace(",", ""),
                         str(self.told()[0]))
        self.assert_every_chart_is_painted(2)

    def test_a_fully_connected_layer_is_a_map_of_single_outputs(self):
        self.open(view(self.page("fc"), shipped("resnet18"), "--layer", "fc"))
        self.assertIn("(no ReLU)", self.find("#state").text)
        self.assert_fits()
        self.assert_quiet()

    def test_a_synthetic_trace_says_so_and_a_large_layer_shows_what_fits(self):
        trace = os.path.join(self.folder, "large.h5")
        workload = os.path.join(self.folder, "large.yaml")
        with open(workload, "w", encoding="utf-8") as file:
            file.write("name: large\nlayers:\n"
                       "  - {name: a, C: 1, H: 224, W: 224, K: 64, R: 3, S: 3, pad: 1}\n")
        peeksim("trace", "synth", workload, "-o", trace, "--type", "f16")
        page = view(self.page("large"), trace, "--set", "prediction.exclude=[]")
        self.assertLess(os.path.getsize(page), 3_000_000)
        self.open(page)
        self.assertIn("SYNTHETIC TRACE", self.find(".synthetic").text)
        self.assertIn("channels 0 to 17 of 64", self.find("#part").text)
        self.assertIn(f"{self.script('return view.simulator.layer.predicted_zero'):,} outputs",
                      self.find("#part").text)
        gated = {}
        for channels in ("0:1", "0:2", "1:2"):
            self.open(view(self.page("part"), trace, "--set", "prediction.exclude=[]",
                           "--channels", channels))
            self.assertEqual(self.gated(), self.told())
            gated[channels] = self.gated()[0]
        self.assertEqual(gated["0:2"], gated["0:1"] + gated["1:2"])
        self.assert_quiet()

    def test_thresholds_of_each_channel_are_the_machines_until_one_is_chosen(self):
        own = ", ".join(f"{0.05 * i - 0.1:.2f}" for i in range(15)) + ", never"
        self.open(view(self.page("own"), shipped("cifar_resnet20"), "--layer", "layer1_0_conv1",
                       "--set", f"prediction.channel_thresholds={{layer1_0_conv1: [{own}]}}"))
        self.assertIn("one per channel, from -0.1 to 0.6; 1 channel never predicted",
                      self.find("#state").text)
        self.assertEqual(self.gated(), self.told())
        self.assertEqual(self.script("return judged[15].gated"), 0)
        self.counts_at("0.1")
        self.assertGreater(self.script("return judged[15].gated"), 0)
        self.find("#own").click()
        self.assertEqual(self.gated(), self.told())
        self.assert_quiet()
