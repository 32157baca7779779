"""Do a page's numbers stay the simulator's as the threshold moves, on every kind of layer?"""
import json
import os

import h5py
import numpy as np

from browser import ROOT, peeksim
from view import MACHINE, AView, shipped, view


def layers_of(trace):
    return json.loads(peeksim("config", "layers", MACHINE, "--trace", trace))["layers"]


class TheNumbers(AView):
    """The page's, against the simulator's counters and masks."""

    def masks(self, trace, threshold):
        """What the simulator gates: of every layer, [N,K,P,Q]."""
        path = os.path.join(self.folder, "masks.npy")
        peeksim("masks", trace, "--machine", MACHINE, "--out", path, "--force",
                "--set", f"prediction.threshold={threshold}")
        with open(path, "rb") as file:
            return [np.load(file) for _ in layers_of(trace)]

    def check_against_masks(self, network, image, layers):
        """At eight thresholds, some below 0, of the layers that are predicted and chosen."""
        trace = shipped(network)
        thresholds = ["-0.5", "-0.1", "0", "0.01", "0.05", "0.1", "0.3", "1"]
        masks = {threshold: self.masks(trace, threshold) for threshold in thresholds}
        with h5py.File(os.path.join(ROOT, trace)) as file:
            groups = sorted(file["layers"], key=int)
            above_zero = {i: file["layers"][groups[i]]["ofmap"][image] > 0 for i in layers}
        for i in layers:
            self.open(view(self.page("layer"), trace, "--layer", str(i), "--image", str(image)))
            for threshold in thresholds:
                gated = masks[threshold][i][image]
                wrong = int((gated & above_zero[i]).sum())
                with self.subTest(network=network, layer=i, threshold=threshold):
                    self.assertEqual(self.counts_at(threshold)[2:],
                                     (int(gated.sum()) - wrong, wrong))
            self.assert_quiet()

    def predicted(self, network):
        layers = layers_of(shipped(network))
        return [i for i, layer in enumerate(layers) if layer["policy"] == "peek"]

    def test_masks_of_every_predicted_layer_of_resnet20_are_those_of_the_page(self):
        layers = self.predicted("cifar_resnet20")
        self.assertEqual(len(layers), 18)
        self.check_against_masks("cifar_resnet20", 2, layers)

    def test_masks_of_layers_of_squeezenet_are_those_of_the_page(self):
        self.check_against_masks("squeezenet1_1", 1, self.predicted("squeezenet1_1")[::6])

    def test_counters_of_runs_at_eight_thresholds_are_those_of_the_page(self):
        trace = shipped("resnet18")  # one image: the counters of a run are that image's
        results = {}
        for threshold in ("-0.2", "-0.05", "0", "0.02", "0.1", "0.2", "0.4", "0.8"):
            out = os.path.join(self.folder, "out")
            peeksim("run", MACHINE, "--trace", trace, "--out", out, "--force",
                    "--set", f"prediction.threshold={threshold}")
            with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
                results[threshold] = json.load(file)["layers"]
        for i in self.predicted("resnet18")[::4]:
            self.open(view(self.page("layer"), trace, "--layer", str(i)))
            for threshold, layers in results.items():
                counters = layers[i]["machine"]["counters"]
                with self.subTest(layer=layers[i]["name"], threshold=threshold):
                    self.assertEqual(self.counts_at(threshold)[2:],
                                     (counters["correct_zero"], counters["false_zero"]))
                    shares = [layers[i][name] for name in ("mac_reduction", "false_zero_share")]
                    self.assertEqual(self.figures()[:2],
                                     [f"{100 * share:.2f} %" for share in shares])

    def test_the_table_of_all_thresholds_says_what_each_of_them_does(self):
        self.open(view(self.page("layer"), shipped("cifar_resnet20"), "--layer", "3"))
        self.find("#thresholds-section summary").click()
        self.find("#thresholds-csv").click()
        rows = self.rows("thresholds.csv")
        self.assertGreater(len(rows), 50)
        for row in rows[::10]:
            self.counts_at(row["threshold"])
            self.assertEqual([int(row["predicted_zero"]), int(row["false_zero"])], self.gated())
        windows = sum(int(row["windows_all_zero"]) + int(row["windows_other"]) for row in rows)
        self.assertEqual(windows, self.script("return largest.length"))

    def test_windows_of_any_size_and_listed_peeks_are_the_simulators(self):
        for window, peeks in (("[3, 5]", "[[2, 1], [0, 4]]"), ("[1, 3]", "checkerboard"),
                              ("[5, 40]", "[[4, 39]]"), ("[2, 2]", "all")):
            self.open(view(self.page("layer"), shipped("cifar_resnet20"), "--layer", "12",
                           "--set", f"prediction.window={window}", "--set",
                           f"prediction.peeks={peeks}", "--set", "prediction.threshold=0.1"))
            self.assertEqual(self.gated(), self.told())
            self.counts_at("0.1")  # by the page's own rule, no longer by the simulator's mask
            self.assertEqual(self.gated(), self.told())
            self.assert_quiet()

    def test_thresholds_are_rounded_down_to_floats_as_the_simulator_does(self):
        self.open(view(self.page("layer"), shipped("cifar_resnet20"), "--layer", "3"))
        for number in (0.1, -0.1, 0.3, 1e-60, -1e-60, 0.0, 5.0, 1 / 3, -1 / 3):
            down = np.float32(number)
            if float(down) > number:
                down = np.nextafter(down, np.float32("-inf"))
            self.assertEqual(self.script("return round_down(arguments[0])", number), float(down))
