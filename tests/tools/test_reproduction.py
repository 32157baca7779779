"""tools/reproduce.py: folders of images, accuracies over several of them, and the page's rows."""
import os
import tempfile
import unittest

from peeksim.accuracy.interval import paired_interval
from reproduction import accuracies, command, page


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


if __name__ == "__main__":
    unittest.main()
