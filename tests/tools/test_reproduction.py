"""tools/reproduce.py and tools/rivals.py: folders of images, accuracies over several of them, and
what the pages say."""
import json
import os
import tempfile
import unittest
from unittest import mock

from peeksim.accuracy import zap as zap_calibration
from peeksim.accuracy.files import sha256_of
from peeksim.accuracy.interval import paired_interval
from peeksim.accuracy.policies.zap import Networks
from reproduction import accuracies, command, page, rivals


def document(ranks, macs=(25, 100), zeros=(1, 4)):
    """Results of tools/peek_accuracy.py; ranks: (without prediction, with it) of each image."""
    totals = dict(zip(("macs_predicted", "macs_total"), macs))
    totals.update(zip(("false_zero", "predicted_zero"), zeros))
    return {
        "per_image": [{"dense_rank": dense, "ranks": [7, rank]} for dense, rank in ranks],
        "machines": [{}, {"totals": {"convolutions": totals}}],
    }


ONE = document([(0, 0), (0, 2), (1, 0), (0, 5)])
OTHER = document([(0, 3), (9, 9)], (30, 50), (0, 6))


class Accuracies(unittest.TestCase):
    def test_the_images_of_several_sets_count_as_those_of_one(self):
        found = accuracies.of_sets([ONE, OTHER], 1)
        self.assertEqual(found["images"], 6)
        self.assertAlmostEqual(found["dense"]["top1"], 4 / 6)
        self.assertAlmostEqual(found["top1"]["value"], 2 / 6)
        self.assertAlmostEqual(found["top1"]["difference"], -2 / 6)
        self.assertEqual(found["top1"]["interval"], list(paired_interval(6, 3, 1)))
        self.assertAlmostEqual(found["top5"]["difference"], -1 / 6)
        self.assertAlmostEqual(found["mac_reduction"], 55 / 150)
        self.assertAlmostEqual(found["false_zero_share"], 0.1)

    def test_a_row_has_a_change_for_every_set_and_one_for_all(self):
        sets = {"a": accuracies.of_sets([ONE], 1), "b": accuracies.of_sets([OTHER], 1)}
        sets[accuracies.POOLED] = accuracies.of_sets([ONE, OTHER], 1)
        simulated = {"m": {"speed_up": 1.0, "energy_ratio": 1.25}}
        simulated["n"] = dict(simulated["m"], speed_up=0.5)
        row = page._row({"setting": "s", "accuracy": sets, "simulated": simulated})
        head = page._head(list(sets)).splitlines()
        self.assertEqual({line.count("|") for line in (row.strip(), *head)}, {10})
        self.assertIn("| s | 36.7 | -25.0 (", row)
        self.assertIn("| -50.0 (", row)
        self.assertIn("| -33.3 (", row)
        self.assertTrue(row.endswith("| -16.7 | 10.0 | 1.00, 1.25 | 0.50, 1.25 |\n"), row)


class Folders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("one", "other"):
            os.makedirs(os.path.join(self.folder, name))
            for i in range(3):
                self.write(os.path.join(name, "%s%d.png" % (name, i)), name)
        self.write("one/labels.csv", "file,label_index\none2.png,5\none0.png,6\none1.png,7\n")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as f:
            return f.read()

    def test_a_part_of_a_folder_keeps_its_labels(self):
        path = [os.path.join(self.folder, name) for name in ("one", "part")]
        for _ in range(2):  # the second time it is there
            self.assertEqual(command.part(*path, 1, 3), path[1])
        self.assertEqual(sorted(os.listdir(path[1])), ["labels.csv", "one0.png", "one1.png"])
        self.assertEqual(self.read("part/labels.csv"), "file,label_index\none0.png,6\none1.png,7\n")
        self.assertEqual(self.read("part/one1.png"), "one")

    def test_folders_together_have_no_labels(self):
        paths = [os.path.join(self.folder, name) for name in ("one", "other")]
        link = command.together(paths, os.path.join(self.folder, "both"))
        wanted = ["%s%d.png" % (name, i) for name in ("one", "other") for i in range(3)]
        self.assertEqual(sorted(os.listdir(link)), wanted)
        self.assertEqual(self.read("both/other2.png"), "other")


class Rivals(unittest.TestCase):
    FOUND = {"a": accuracies.of_sets([ONE], 1)}
    RUNS = {
        m: {"mac_reduction": 0.5, "speed_up": 1.25, "energy_ratio": 0.75, "area": 0.1 * i}
        for i, m in enumerate(rivals.MACHINES)
    }

    def test_a_row_has_a_cell_for_every_head(self):
        lines = rivals.section(
            "net", [{"method": "peeks-20", "accuracy": self.FOUND, "runs": self.RUNS}]
        ).splitlines()
        self.assertEqual(len({line.count("|") for line in lines if "|" in line}), 1)
        self.assertIn("Images: 4 of a.", lines)
        row = lines[-1]
        self.assertTrue(row.startswith("| peeks-20 | 25.0 | -25.0 ("), row)
        self.assertTrue(row.endswith("| 1.25, 0.75 | 1.25, 0.75 | 1.25, 0.75 | 0.200 |"), row)

    def test_a_method_that_changes_no_output_loses_nothing(self):
        some = {"peek-16x16": self.RUNS["peek-16x16"]}
        row = rivals.row("oracle", None, some)
        self.assertEqual(row, "| oracle | 50.0 | 0 |  | 1.25, 0.75 |  |  | 0.000 |\n")

    def test_interpolated_outputs_are_neither_right_nor_false_zeros(self):
        found = {"a": dict(self.FOUND["a"], predicted_zero=0, false_zero_share=0.0)}
        self.assertRegex(rivals.row("perforate-25", found, self.RUNS), r"[)] \|  \| 1.25")

    def test_what_only_the_simulator_counts_is_of_its_runs(self):
        for counted, saved in ((True, 0.5), (False, 0.25)):
            method = rivals.Method("m", [], counted=counted)
            with mock.patch.object(rivals, "accuracy", lambda *_: self.FOUND):
                with mock.patch.object(rivals, "simulated", lambda *_: self.RUNS):
                    found = rivals.summary_of(None, method)
            self.assertEqual(found["accuracy"]["a"]["mac_reduction"], saved)
            self.assertEqual(found["accuracy"]["a"]["top1"], self.FOUND["a"]["top1"])

    def test_what_is_not_chosen_has_its_machine_file_written(self):
        with tempfile.TemporaryDirectory() as folder:
            network = mock.Mock(folder=folder, path=lambda name: os.path.join(folder, name))
            methods = rivals.lookaheads(network) + rivals.perforated(network)
            for method, (policy, key, value) in zip(
                methods,
                (
                    ("lookahead", "lookahead_bits", 4),
                    ("lookahead", "lookahead_bits", 3),
                    ("perforate", "peeks", [[0, 0], [0, 1], [1, 0]]),
                    ("perforate", "peeks", [[0, 0], [1, 1]]),
                ),
            ):
                with open(method.machine, encoding="utf-8") as f:
                    found = json.load(f)
                self.assertEqual(found["name"], method.name)
                prediction = found["prediction"]
                self.assertEqual((prediction["policy"], prediction[key]), (policy, value))

    def test_zap_is_trained_where_a_file_is_missing_and_what_was_learned_serves_both_kinds(self):
        with tempfile.TemporaryDirectory() as folder:
            network = mock.Mock(path=lambda name: os.path.join(folder, name))
            network.configure_mock(model=["net.py:load"], calibration="images", count=9)
            called, stems = [], ["zap-by-channel-20", "zap-by-channel-30"]
            files = [s + e for s in stems for e in (".yaml", ".thresholds.json", ".pth")]

            def call(*words):
                called.append(words)
                self.assertEqual(os.listdir(folder).count("zap-by-channel-20.pth"), 0)
                for name in files:
                    self.write(folder, name)

            self.write(folder, "zap.learned.pth")
            self.write(folder, "zap-by-channel-20.pth")  # of a call that was interrupted
            with mock.patch.object(rivals, "call", call):
                for _ in range(2):
                    found = rivals.zaps(network, "zap-by-channel", "--by-channel")
            (words,) = called
            self.assertEqual(words[1:3], ("net.py:load", rivals.shipped("peek-16x16")))
            self.assertEqual(words[-2:], ("-o", os.path.join(folder, "zap-by-channel.yaml")))
            self.assertTrue({"--by-channel", "images", "9", "20,30"} <= set(words))
            self.assertIn("zap-by-channel.learned.pth", os.listdir(folder))
            self.assertEqual([m.name for m in found], stems)
            self.assertEqual(found[0].machine, os.path.join(folder, "zap-by-channel-20.yaml"))
            self.assertEqual(found[0].weights, os.path.join(folder, "zap-by-channel-20.pth"))
            self.assertEqual(found[0].settings, ["prediction.decision_macs_per_cycle=256"])

    def test_zap_is_distilled_for_one_reduction_and_learns_no_more_for_it(self):
        with tempfile.TemporaryDirectory() as folder:
            network = mock.Mock(path=lambda name: os.path.join(folder, name))
            network.configure_mock(name="squeezenet1_1", model=["n"], calibration="x", count=9)
            called = []
            self.write(folder, "zap.learned.pth")
            with mock.patch.object(rivals, "call", lambda *words: called.append(words)):
                (found,) = rivals.distilled(network)
                network.configure_mock(name="cifar_resnet20")
                self.assertEqual(rivals.distilled(network), [])
            (words,) = called
            self.assertEqual(words[-2:], ("-o", os.path.join(folder, "zap-distilled-30.yaml")))
            self.assertEqual(words[words.index("--steps") + 1], "100")
            self.assertEqual(words[words.index("--reduction") + 1], "30")
            self.assertIn("zap-distilled-30.learned.pth", os.listdir(folder))
            self.assertEqual(found.name, "zap-distilled-30")
            self.assertEqual(found.machine, os.path.join(folder, "zap-distilled-30.yaml"))

    @staticmethod
    def write(folder, name):
        with open(os.path.join(folder, name), "w", encoding="utf-8"):
            pass

    def test_the_networks_and_thresholds_of_zap_go_to_another_machine_with_its_file(self):
        with tempfile.TemporaryDirectory() as folder:
            files = [os.path.join(folder, n) for n in ("zap-20.yaml", "zap-20.other.yaml")]
            zap = zap_calibration.ZapCalibration.__new__(zap_calibration.ZapCalibration)
            zap.path = os.path.join(folder, "zap.h5")
            Networks("quarter", {}).save(zap.path)
            base = os.path.relpath(rivals.shipped("peek-16x16"), folder)
            with open(files[0], "w", encoding="utf-8") as f:
                f.write(zap.overlay(base, "zap-20", None, "zap-20.thresholds.json"))
            command.on_machine(files[0], "peek-64x4", files[1])
            texts = []
            for path in files:
                with open(path, encoding="utf-8") as f:
                    texts.append(f.read().splitlines())
            changed = [(a, b) for a, b in zip(*texts) if a != b]
            self.assertEqual(len(texts[0]), len(texts[1]))
            self.assertEqual(len(changed), 1)
            self.assertRegex(changed[0][1], '^extends: ".*configs/peek-64x4.yaml"$')
            for line in ('zap_file: "zap.h5"', 'thresholds_file: "zap-20.thresholds.json"'):
                self.assertIn("  " + line, texts[1])
            self.assertIn('  zap_sha256: "%s"' % sha256_of(zap.path), texts[1])

    def test_a_machine_that_skips_is_compared_with_the_one_that_does_not(self):
        def results(cycles, energy, area):
            machine = {"counters": {"cycles": cycles}, "energy": {"total": energy}}
            own = {"mac_reduction": 0.0, "speed_up": 1.0, "energy_ratio": 1.0, "machine": machine}
            areas = {"machine": {"total": area}, "dense": {"total": area}}
            return {"totals": {"convolutions": own}, "area_mm2": areas}

        figures = rivals.beside(results(50, 30, 3.0), results(100, 60, 2.5))
        self.assertEqual(
            figures, {"mac_reduction": 0.0, "speed_up": 2.0, "energy_ratio": 2.0, "area": 0.5}
        )
        self.assertEqual(rivals.beside(results(50, 30, 3.0), None)["area"], 0)


class Sections(unittest.TestCase):
    def test_a_page_keeps_the_sections_that_are_not_new(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "page.md")
            with open(path, "w", encoding="utf-8") as f:
                f.write("before\n" + page.BEGIN + "## a\n\nold a\n\n## b\n\nold b\n" + page.END)
            page.replace_sections(path, ("a", "b", "c"), {"b": "## b\n\nnew b\n"})
            with open(path, encoding="utf-8") as f:
                text = f.read()
            self.assertEqual(
                text,
                "before\n%s## a\n\nold a\n\n## b\n\nnew b\n\n## c\n\nNot measured yet.\n%s"
                % (page.BEGIN, page.END),
            )


if __name__ == "__main__":
    unittest.main()
