"""tools/reproduce.py: accuracies over several sets of images, and the page's rows of them."""
import unittest

from peeksim.accuracy.interval import paired_interval
from reproduction import accuracies, page


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


if __name__ == "__main__":
    unittest.main()
