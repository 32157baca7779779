"""What holds of every layer on every machine, on random cases."""
import unittest
from dataclasses import replace

from draw import draw_case
from model import PEAKS, simulate
from tiles import DISPATCH

CASES = [case for case in (draw_case("conservation", i) for i in range(100))
         if case.expected_error is None]


def simulated(case, layer=None, ofmap=None, ifmap=None, **changed):
    """Counters of the case on a machine with other fields."""
    return simulate(layer or case.layer, replace(case.machine, **changed),
                    case.ofmap if ofmap is None else ofmap, ifmap)


class Conservation(unittest.TestCase):
    def each(self, check):
        for i, case in enumerate(CASES):
            with self.subTest(case=i):
                check(case, case.expected)

    def test_the_parts_of_the_macs_add_up(self):
        self.each(lambda case, e: self.assertEqual(
            e["macs_executed"] + e["macs_predicted"] + e["macs_zero_gated"], e["macs_total"]))

    def test_the_parts_of_the_cycles_add_up(self):
        self.each(lambda case, e: self.assertEqual(
            e["array_busy"] + e["predict_stall"] + e["drain_stall"] + e["memory_stall"] + e["tail"],
            e["cycles"]))

    def test_every_output_is_computed_or_predicted_and_stored_once(self):
        def check(case, e):
            self.assertEqual(e["ofmap_writes"] + e["predicted_zero"], e["outputs"])
            self.assertEqual(e["correct_zero"] + e["false_zero"], e["predicted_zero"])
            self.assertEqual(e["dram_write_bytes"], e["outputs"] * case.machine.activation_bytes)
            self.assertEqual(e["residual_bytes"],
                             e["dram_write_bytes"] if case.layer.residual else 0)
        self.each(check)

    def test_peeks_and_neighbors_are_all_outputs(self):
        self.each(lambda case, e: self.assertEqual(
            e["peeks"] + e["neighbors"], e["outputs"] if case.machine.policy == "peek" else 0))

    def test_bytes_read_are_the_sum_of_the_kinds(self):
        self.each(lambda case, e: self.assertEqual(
            e["ifmap_fill_bytes"] + e["weight_fill_bytes"] + e["residual_bytes"],
            e["dram_read_bytes"]))

    def test_the_channel_and_the_array_are_never_busy_for_longer_than_the_layer(self):
        def check(case, e):
            bytes_moved = e["dram_read_bytes"] + e["dram_write_bytes"]
            self.assertLessEqual(bytes_moved, e["cycles"] * case.machine.dram_bytes_per_cycle)
            pes = case.machine.rows * case.machine.cols * case.machine.lanes
            skipped = e["macs_zero_gated"] if case.machine.skip_zero_activations else 0
            self.assertLessEqual(e["macs_total"] - e["macs_predicted"] - skipped,
                                 e["array_busy"] * pes)
        self.each(check)

    def test_zero_gating_saves_energy_and_never_time(self):
        def check(case, e):
            gated, plain = (simulated(case, ifmap=case.ifmap, gate_zero_activations=gates,
                                      skip_zero_activations=False) for gates in (True, False))
            self.assertEqual(plain["macs_zero_gated"], 0)
            for counters in (gated, plain):
                counters["macs_executed"] += counters.pop("macs_zero_gated")
            self.assertEqual(gated, plain)
        self.each(check)

    def test_a_dense_layer_knows_nothing_of_prediction(self):
        def check(case, e):
            dense = simulated(case, policy="none")
            self.assertEqual(dense, simulated(
                case, policy="none", predict_latency=99, window=[1, 1], peeks="corner", threshold=7,
                dispatch="packed", ofmap=-case.ofmap))
        self.each(check)

    def test_the_dispatches_agree_on_what_is_computed(self):
        def check(case, e):
            same = ["macs_predicted", "ofmap_writes", "outputs", "false_zero", "dram_write_bytes"]
            for dispatch in DISPATCH:
                counters = simulated(case, dispatch=dispatch)
                self.assertEqual({n: counters[n] for n in same}, {n: e[n] for n in same})
        self.each(check)

    def test_a_grouped_convolution_is_its_groups_one_after_another(self):
        def check(case, e):
            one = case.layer.one_group()
            tau = case.machine.threshold
            total = dict.fromkeys(e, 0)
            for k in range(0, case.layer.K, one.K):
                own = tau[k:k + one.K] if isinstance(tau, list) else tau
                counters = simulated(case, layer=one, ofmap=case.ofmap[k:k + one.K], threshold=own)
                for name in total:
                    total[name] += counters[name]
            whole = simulated(case)
            for name in total:
                if name not in PEAKS:
                    self.assertEqual(whole[name], total[name], name)
        self.each(check)


if __name__ == "__main__":
    unittest.main()
