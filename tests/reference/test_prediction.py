"""Which outputs are peeks, and which are predicted zero."""
import unittest
from dataclasses import replace

import numpy as np

from prediction import Masks, check, pattern, predict
from shapes import CannotRun
from test_closed_form import LAYER, MACHINE


class Patterns(unittest.TestCase):
    def test_each_pattern_names_its_positions(self):
        self.assertEqual(pattern("corner", 3, 2), {(0, 0)})
        self.assertEqual(pattern("diagonal", 3, 3), {(0, 0), (1, 1), (2, 2)})
        self.assertEqual(pattern("diagonal", 2, 4), {(0, 0), (0, 1), (1, 2), (1, 3)})
        self.assertEqual(pattern("diagonal", 5, 2), {(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)})
        self.assertEqual(pattern("checkerboard", 2, 3), {(0, 0), (0, 2), (1, 1)})
        self.assertEqual(len(pattern("all", 3, 4)), 12)

    def test_a_position_that_is_listed_twice_counts_once(self):
        self.assertEqual(pattern([[0, 1], [1, 0], [0, 1]], 2, 2), {(0, 1), (1, 0)})


class Windows(unittest.TestCase):
    def gated(self, ofmap, tau=0, **changed):
        """Gated outputs of one channel, as lists of 0 and 1."""
        machine = replace(MACHINE, **changed)
        return predict(machine, [tau], np.array([ofmap])).gated[0].astype(int).tolist()

    def test_all_peeks_have_to_be_at_or_below_the_threshold(self):
        self.assertEqual(self.gated([[0, 5], [5, -1]]), [[0, 1], [1, 0]])
        self.assertEqual(self.gated([[0, 5], [5, 0.25]]), [[0, 0], [0, 0]])
        self.assertEqual(self.gated([[0, 5], [5, 0.25]], tau=0.25), [[0, 1], [1, 0]])
        self.assertEqual(self.gated([[0, 5], [5, -1]], tau=-0.5), [[0, 0], [0, 0]])

    def test_a_partial_window_asks_the_peeks_that_exist(self):
        self.assertEqual(self.gated([[5, 5, -1], [5, 5, 5]]), [[0, 0, 0], [0, 0, 1]])

    def test_a_window_without_an_existing_peek_is_not_predicted(self):
        self.assertEqual(self.gated([[-1, -1, -1]], peeks=[[0, 1]]), [[1, 0, 0]])
        self.assertEqual(self.gated([[-1, -1, -1]], peeks=[[1, 1]]), [[0, 0, 0]])

    def test_the_oracle_gates_what_is_not_above_0_whatever_the_threshold(self):
        self.assertEqual(self.gated([[0, 0.25], [-1, 3]], tau=2, policy="oracle"), [[1, 0], [1, 0]])

    def test_masks_are_taken_as_they_are_whatever_the_values_and_the_window(self):
        masks = Masks(np.array([[True, False]]), np.array([[[False, True]]]))
        machine = replace(MACHINE, policy="mask", window=[2, 2])
        prediction = predict(machine, [0], np.array([[[-1, 5]]]), masks)
        self.assertEqual(prediction.peeks.tolist(), [[True, False]])
        self.assertEqual(prediction.gated.tolist(), [[[False, True]]])
        self.assertEqual(prediction.window, (1, 1))

    def test_an_output_that_is_computed_first_cannot_be_gated(self):
        masks = Masks(np.array([[True, False]]), np.array([[[True, False]]]))
        layer = replace(LAYER, K=1)
        for dispatch, error in (("gate", "computed first and gated"), ("balanced_fill", "far")):
            with self.assertRaisesRegex(CannotRun, error):
                check(layer, replace(MACHINE, policy="mask", dispatch=dispatch), masks)
        with self.assertRaisesRegex(CannotRun, "no masks"):
            check(layer, replace(MACHINE, policy="mask"), None)

    def test_every_channel_has_its_own_threshold(self):
        prediction = predict(MACHINE, [0, 1], np.ones((2, 2, 2)))
        self.assertEqual(prediction.gated.sum(axis=(1, 2)).tolist(), [0, 2])


if __name__ == "__main__":
    unittest.main()
