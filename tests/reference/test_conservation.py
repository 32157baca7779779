"""What holds of every layer on every machine, on random cases."""
import unittest
from dataclasses import replace

import numpy as np

from draw import draw_case
from model import PEAKS, groups_of, simulate
from operands import Operands
from prediction import Masks
from tiles import DISPATCH

CASES = [case for case in (draw_case("conservation", i) for i in range(60))
         if case.expected_error is None]
# Of the policies that are rare among these.
RIVALS = [case for case in (draw_case("rivals", i) for i in range(120))
          if case.expected_error is None
          and case.machine.policy in ("zap", "lookahead", "snapea", "perforate")]

TIMES = "cycles array_busy predict_stall drain_stall memory_stall tail".split()
MULTICAST = "multicast_reads weight_selects latched_operands jobs_peak queue_peak".split()
LOOKAHEAD = "lookahead_macs lookahead_ifmap_reads lookahead_weight_reads".split()
READS = "ifmap_reads weight_reads multicast_reads weight_selects latched_operands".split()
READS += LOOKAHEAD


def simulated(case, layer=None, ofmap=None, ifmap=None, masks=None, operands=None, networks=None,
              **changed):
    """Counters of the case on a machine with other fields; the ifmap is only there if need be."""
    machine = replace(case.machine, **changed)
    if machine.computes and ifmap is None:
        ifmap = case.ifmap
    return simulate(layer or case.layer, machine, case.ofmap if ofmap is None else ofmap, ifmap,
                    masks or case.masks, operands or case.operands, networks or case.networks)


def dispatches_of(case):
    """The dispatch policies that the case's policy can have."""
    cannot_fill = case.machine.policy in ("mask", "zap", "lookahead")
    return [d for d in DISPATCH if d != "balanced_fill" or not cannot_fill]


def is_cut(case):
    """Whether its outputs may be cut short."""
    return case.machine.policy == "snapea" and not (case.ifmap < 0).any()


def skipping(case, skips, ifmap="of the case", **changed):
    """Counters of the case on a machine that gates zero activations and skips them, or not."""
    changed = {"zero_lookahead": 0, **changed}
    return simulated(case, ifmap=case.ifmap if isinstance(ifmap, str) else ifmap,
                     gate_zero_activations=True, skip_zero_activations=skips, **changed)


class Conservation(unittest.TestCase):
    def each(self, check, policies=None):
        """All cases, or those of some policies."""
        for i, case in enumerate(CASES + RIVALS):
            if policies is None or case.machine.policy in policies:
                with self.subTest(case=i):
                    check(case, case.expected)

    def each_that_can_skip(self, check):
        self.each(check, policies="none peek oracle mask zap lookahead perforate".split())

    def test_there_are_cases_of_each_policy(self):
        for policy in "none peek oracle mask zap lookahead snapea perforate".split():
            count = sum(case.machine.policy == policy for case in CASES + RIVALS)
            self.assertGreater(count, 2, policy)

    def test_the_parts_of_the_macs_add_up(self):
        self.each(lambda case, e: self.assertEqual(
            e["macs_executed"] + e["macs_predicted"] + e["macs_zero_gated"], e["macs_total"]))

    def test_the_parts_of_the_cycles_add_up(self):
        self.each(lambda case, e: self.assertEqual(
            e["array_busy"] + e["predict_stall"] + e["drain_stall"] + e["memory_stall"] + e["tail"],
            e["cycles"]))

    def test_every_output_is_computed_or_predicted_and_stored_once(self):
        def check(case, e):
            gated = e["predicted_zero"] - e["cut_short"]  # What is cut short is written as zero.
            self.assertEqual(e["ofmap_writes"] + gated, e["outputs"])
            self.assertEqual(e["correct_zero"] + e["false_zero"], e["predicted_zero"])
            exact = e["outputs"] * case.machine.activation_bytes
            self.assertGreaterEqual(e["dram_write_bytes"], exact)
            if case.machine.activation_bytes % 1 == 0:
                self.assertEqual(e["dram_write_bytes"], exact)
            else:  # Half a byte more at most for each store, of at least one output.
                self.assertLessEqual(e["dram_write_bytes"], exact + e["outputs"] / 2)
            self.assertEqual(e["residual_bytes"],
                             e["dram_write_bytes"] if case.layer.residual else 0)
        self.each(check)

    def test_peeks_and_neighbors_are_all_outputs(self):
        self.each(lambda case, e: self.assertEqual(
            e["peeks"] + e["neighbors"], e["outputs"] if case.machine.decides else 0))

    def test_bytes_read_are_the_sum_of_the_kinds(self):
        self.each(lambda case, e: self.assertEqual(
            e["ifmap_fill_bytes"] + e["weight_fill_bytes"] + e["residual_bytes"],
            e["dram_read_bytes"]))

    def test_the_channel_and_the_array_are_never_busy_for_longer_than_the_layer(self):
        def check(case, e):
            bytes_moved = e["dram_read_bytes"] + e["dram_write_bytes"]
            tenths = round(10 * case.machine.dram_bytes_per_cycle)
            self.assertLessEqual(10 * bytes_moved, e["cycles"] * tenths)
            pes = case.machine.rows * case.machine.cols * case.machine.lanes
            skipped = e["macs_zero_gated"] if case.machine.skip_zero_activations else 0
            at_few_bits = e["lookahead_macs"] / case.machine.lookahead_ratio
            self.assertLessEqual(e["macs_total"] - e["macs_predicted"] - skipped + at_few_bits,
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
                dispatch="packed", ofmap=-case.ofmap, lookahead_bits=2, lookahead_ratio=64,
                speculated_percent=50, retire_alone=1))
        self.each(check)

    def test_the_dispatches_agree_on_what_is_computed(self):
        def check(case, e):
            same = ["macs_predicted", "ofmap_writes", "outputs", "false_zero", "dram_write_bytes"]
            for dispatch in dispatches_of(case):
                counters = simulated(case, dispatch=dispatch)
                self.assertEqual({n: counters[n] for n in same}, {n: e[n] for n in same})
        self.each(check)

    def test_jobs_need_no_more_tiles_than_packed_and_filling_no_more_than_jobs(self):
        def check(case, e):
            fills = "balanced_fill" if "balanced_fill" in dispatches_of(case) else "balanced"
            packed, balanced, fill = (simulated(case, dispatch=d, skip_zero_activations=False)
                                      for d in ("packed", "balanced", fills))
            self.assertLessEqual(balanced["tiles_neighbor"], packed["tiles_neighbor"])
            self.assertLessEqual(fill["tiles_neighbor"], balanced["tiles_neighbor"])
            self.assertEqual(fill["tiles_peek"], balanced["tiles_peek"])
            self.assertEqual(packed["latched_operands"], balanced["latched_operands"])
            self.assertLessEqual(fill["latched_operands"], balanced["latched_operands"])
            self.assertLessEqual(fill["jobs_peak"], balanced["jobs_peak"])
        self.each(check)

    def test_masks_of_peeks_with_windows_of_one_output_are_those_peeks(self):
        def check(case, e):
            windows = simulated(case, policy="peek", dispatch="balanced", window=[1, 1],
                                peeks="corner")
            first = np.ones((case.layer.P, case.layer.Q), dtype=bool)
            masks = Masks(first, np.zeros(case.ofmap.shape, dtype=bool))
            self.assertEqual(windows, simulated(case, policy="mask", dispatch="balanced",
                                                masks=masks))
        self.each(check)

    def test_masks_with_nothing_first_are_an_oracle_but_for_what_the_unit_holds(self):
        def check(case, e):
            first = np.zeros((case.layer.P, case.layer.Q), dtype=bool)
            masked = simulated(case, policy="mask", dispatch="packed",
                               masks=Masks(first, case.ofmap <= 0))
            self.assertEqual(masked["windows"], masked["outputs"])
            self.assertEqual(masked["neighbors"], masked["outputs"])
            self.assertEqual(masked["decision_macs"], 0)
            for name in ("windows", "neighbors", "window_bits_peak"):
                masked[name] = 0
            self.assertEqual(masked, simulated(case, policy="oracle", dispatch="packed"))
        self.each(check)

    def test_the_oracle_has_nothing_to_fill(self):
        self.each(lambda case, e: self.assertEqual(
            simulated(case, policy="oracle", dispatch="balanced_fill"),
            simulated(case, policy="oracle", dispatch="balanced")))

    def test_what_is_multicast_is_read_and_what_is_latched_or_selected_is_multicast(self):
        def check(case, e):
            self.assertLessEqual(e["multicast_reads"], e["ifmap_reads"])
            self.assertLessEqual(e["queue_peak"], e["jobs_peak"])
            if case.machine.dispatch != "balanced_fill":
                self.assertLessEqual(e["multicast_reads"], e["latched_operands"])
            self.assertLessEqual(e["weight_selects"], e["latched_operands"])
            if is_cut(case):
                self.assertEqual(e["multicast_reads"], e["ifmap_reads"])
                self.assertEqual(e["latched_operands"], e["ifmap_reads"])
            elif (case.machine.dispatch in ("gate", "row_skip")
                  or case.machine.policy in ("none", "snapea", "perforate")):
                self.assertFalse(any(e[n] for n in MULTICAST))
        self.each(check)

    def test_skipping_changes_time_and_reads_alone(self):
        def check(case, e):
            plain, skips = (skipping(case, s) for s in (False, True))
            # A chunk reads its first tap, if no other; a tile no more than without skipping.
            for name in READS:
                self.assertLessEqual(skips[name], plain[name], name)
            self.assertLessEqual(skips["array_busy"], plain["array_busy"])
            reads = skips["ifmap_reads"] + skips["lookahead_ifmap_reads"]
            self.assertGreaterEqual(skips["zero_flags"], reads if case.ifmap is not None else 0)
            self.assertEqual(plain["zero_flags"], 0)
            for name in set(plain) - set(TIMES) - set(READS) - {"zero_flags"}:
                self.assertEqual(skips[name], plain[name], name)
        self.each_that_can_skip(check)

    def test_every_executed_mac_has_a_live_tap(self):
        def check(case, e):
            if case.ifmap is not None:
                skips = skipping(case, True)
                pes = case.machine.rows * case.machine.cols * case.machine.lanes
                self.assertLessEqual(skips["macs_executed"], skips["array_busy"] * pes)
        self.each_that_can_skip(check)

    def test_without_zeros_or_without_values_skipping_changes_nothing_but_flags(self):
        def check(case, e):
            known = np.ones((case.layer.C, case.layer.H, case.layer.W))
            unknown = [] if case.machine.computes else [None]
            for ifmap in unknown + [known] * (case.layer.pad == 0):
                plain, skips = (skipping(case, s, ifmap=ifmap) for s in (False, True))
                flags = skips["ifmap_reads"] + skips["lookahead_ifmap_reads"]
                self.assertEqual(skips, {**plain, "zero_flags": 0 if ifmap is None else flags})
        self.each_that_can_skip(check)

    def test_look_ahead_over_the_whole_reduction_is_no_limit_and_a_shorter_one_costs_time(self):
        def check(case, e):
            free = skipping(case, True)
            self.assertEqual(skipping(case, True, zero_lookahead=case.layer.L), free)
            for h in (1, 3):
                limited = skipping(case, True, zero_lookahead=h)
                self.assertGreaterEqual(limited["array_busy"], free["array_busy"])
                for name in set(free) - set(TIMES):
                    self.assertEqual(limited[name], free[name], name)
        self.each_that_can_skip(check)

    def test_one_bank_is_an_ideal_port_and_more_cost_time_alone(self):
        def check(case, e):
            width = case.machine.ifmap_read_width
            if width == 0:
                return
            ideal = simulated(case, ifmap=case.ifmap, ifmap_banks=0)
            self.assertEqual(simulated(case, ifmap=case.ifmap, ifmap_banks=1), ideal)
            for banks in {min(2, width), width}:
                banked = simulated(case, ifmap=case.ifmap, ifmap_banks=banks)
                self.assertGreaterEqual(banked["array_busy"], ideal["array_busy"])
                for name in set(ideal) - set(TIMES):
                    self.assertEqual(banked[name], ideal[name], name)
        self.each_that_can_skip(check)

    def test_a_grouped_convolution_is_its_groups_one_after_another(self):
        def check(case, e):
            one = case.layer.one_group()
            tau = case.machine.threshold
            total = dict.fromkeys(e, 0)
            for k in range(0, case.layer.K, one.K):
                own = tau[k:k + one.K] if isinstance(tau, list) else tau
                channels, c = slice(k, k + one.K), k // one.K * one.C
                counters = simulated(case, layer=one, ofmap=case.ofmap[channels], threshold=own,
                                     ifmap=case.ifmap[c:c + one.C] if is_cut(case) else None,
                                     masks=case.masks and case.masks.of(channels),
                                     networks=case.networks and case.networks.of(channels),
                                     operands=case.operands and case.operands.of(channels))
                for name in total:
                    total[name] += counters[name]
            whole = simulated(case, ifmap=case.ifmap if is_cut(case) else None)
            for name in total:
                if name not in PEAKS:
                    self.assertEqual(whole[name], total[name], name)

        def check_if_groups_know_nothing_of_each_other(case, e):
            if case.machine.policy != "snapea" or is_cut(case):
                check(case, e)
        self.each(check_if_groups_know_nothing_of_each_other,
                  policies="none peek oracle mask zap snapea perforate".split())

    def same_whatever(self, case, **changed):
        self.assertEqual(simulated(case, ifmap=case.ifmap, **changed), case.expected)

    def test_look_ahead_gates_as_masks_do_after_a_pass_over_all_outputs(self):
        def check(case, e):
            gated = np.concatenate([group.prediction.gated for group in groups_of(
                case.layer, case.machine, case.ofmap, case.ifmap, None, case.operands)])
            self.assertEqual(e["predicted_zero"], np.count_nonzero(gated))
            first = np.zeros((case.layer.P, case.layer.Q), dtype=bool)
            masked = simulated(case, ifmap=case.ifmap, policy="mask", masks=Masks(first, gated))
            differ = set(TIMES) | set(LOOKAHEAD) | {"comparisons", "tiles_lookahead", "zero_flags",
                                                    "weight_fill_bytes", "dram_read_bytes"}
            for name in set(e) - differ:
                self.assertEqual(e[name], masked[name], name)
            self.assertEqual(e["comparisons"], e["outputs"])
            if not case.machine.skip_zero_activations:
                self.assertEqual(e["lookahead_macs"], e["macs_total"])
        self.each(check, policies=["lookahead"])

    def test_the_ratio_changes_time_alone_and_one_to_one_takes_as_long_as_a_dense_layer(self):
        def check(case, e):
            one, many = (simulated(case, ifmap=case.ifmap, lookahead_ratio=r) for r in (1, 64))
            for name in set(e) - set(TIMES):
                self.assertEqual(one[name], many[name], name)
            self.assertGreaterEqual(one["array_busy"], many["array_busy"])
            dense = simulated(case, ifmap=case.ifmap, policy="none")
            never = simulated(case, ifmap=case.ifmap, lookahead_ratio=1, threshold=-10000,
                              dispatch="gate")
            self.assertEqual(never["array_busy"], 2 * dense["array_busy"])
            always = simulated(case, ifmap=case.ifmap, lookahead_ratio=1, threshold=10000)
            self.assertEqual(always["array_busy"], dense["array_busy"])
            self.assertEqual(always["tiles_lookahead"], dense["tiles_dense"])
            self.assertEqual(always["lookahead_ifmap_reads"], dense["ifmap_reads"])
            self.assertEqual(always["lookahead_weight_reads"], dense["weight_reads"])
            self.assertEqual(always["macs_predicted"], always["macs_total"])
        self.each(check, policies=["lookahead"])

    def test_zap_runs_as_masks_that_say_the_same(self):
        def check(case, e):
            groups = groups_of(case.layer, case.machine, case.ofmap, networks=case.networks)
            gated = np.concatenate([group.prediction.gated for group in groups])
            prediction = groups[0].prediction
            masks = Masks(prediction.peeks, gated, prediction.decision_macs)
            self.same_whatever(case, policy="mask", masks=masks)
        self.each(check, policies=["zap"])

    def test_zap_with_a_threshold_out_of_reach_gates_all_that_it_decides_or_nothing(self):
        def check(case, e):
            always, never = (simulated(case, threshold=tau) for tau in (1e30, -1e30))
            self.assertEqual(always["predicted_zero"], e["neighbors"])
            self.assertEqual(never["predicted_zero"], 0)
            self.assertEqual(always["decision_macs"], never["decision_macs"])
        self.each(check, policies=["zap"])

    def test_windows_do_nothing_where_outputs_are_scored_estimated_or_cut_short(self):
        self.each(lambda case, e: self.same_whatever(case, window=[5, 7], peeks="checkerboard"),
                  policies=["zap", "lookahead", "snapea"])

    def test_dispatch_does_nothing_without_a_neighbor_pass(self):
        def check(case, e):
            for dispatch in DISPATCH:
                self.same_whatever(case, dispatch=dispatch)
        self.each(check, policies=["none", "snapea", "perforate"])

    def test_the_keys_of_one_policy_do_nothing_for_another(self):
        keys = {"lookahead": dict(lookahead_bits=2, lookahead_ratio=9),
                "snapea": dict(speculated_percent=7, retire_alone=1)}
        for own in keys:
            others = "none peek oracle mask zap lookahead snapea perforate".replace(own, "").split()
            self.each(lambda case, e: self.same_whatever(case, **keys[own]), policies=others)

    def test_thresholds_do_nothing_where_nothing_is_compared(self):
        def check(case, e):
            exact = simulated(case, ifmap=case.ifmap, speculated_percent=0)
            self.assertEqual(exact, simulated(case, ifmap=case.ifmap, speculated_percent=0,
                                              threshold=99))
            self.assertEqual(exact["comparisons"], 0)
        self.each(check, policies=["snapea", "perforate"])

    def test_without_speculation_nothing_is_cut_short_that_is_above_0(self):
        def check(case, e):
            exact = simulated(case, ifmap=case.ifmap, speculated_percent=0)
            self.assertEqual(exact["false_zero"], 0)
            self.assertEqual(exact["correct_zero"], exact["cut_short"])
            self.assertLessEqual(exact["cut_short"], np.count_nonzero(case.ofmap <= 0))
        self.each(check, policies=["snapea"])

    def test_outputs_that_are_cut_short_are_the_zeros_that_are_predicted(self):
        def check(case, e):
            self.assertEqual(e["cut_short"], e["predicted_zero"])
            self.assertEqual(e["ofmap_writes"], e["outputs"])
            # At least one tap is taken, and one is not.
            self.assertGreaterEqual(e["macs_predicted"], e["cut_short"])
            self.assertLessEqual(e["macs_predicted"], e["cut_short"] * (case.layer.L - 1))
            if is_cut(case):
                self.assertEqual(e["ifmap_reads"], e["macs_total"] - e["macs_predicted"])
        self.each(check, policies=["snapea"])

    def test_with_weights_that_are_not_negative_every_output_takes_all_taps(self):
        def check(case, e):
            if not is_cut(case):
                return
            operands = Operands(np.abs(case.operands.weights))
            free = dict(ifmap=case.ifmap, operands=operands, speculated_percent=0, retire_alone=0,
                        ifmap_read_width=0)
            whole, dense = (simulated(case, policy=p, **free) for p in ("snapea", "none"))
            self.assertEqual(whole["ifmap_reads"], whole["macs_total"])
            for name in set(whole) - {"ifmap_reads", "multicast_reads", "latched_operands"}:
                self.assertEqual(whole[name], dense[name], name)
        self.each(check, policies=["snapea"])

    def test_retiring_alone_changes_no_output(self):
        def check(case, e):
            alone, together = (simulated(case, ifmap=case.ifmap, retire_alone=r) for r in (1, 0))
            for name in set(e) - set(TIMES) - {"tiles_dense", "weight_reads"}:
                self.assertEqual(alone[name], together[name], name)
            self.assertGreaterEqual(alone["weight_reads"], together["weight_reads"])
        self.each(check, policies=["snapea"])

    def test_with_a_row_for_every_position_and_ideal_ports_nothing_retires_alone(self):
        def check(case, e):
            free = dict(ifmap=case.ifmap, rows=1500, ifmap_read_width=0, weight_read_width=0)
            alone, together = (simulated(case, retire_alone=r, **free) for r in (1, 0))
            del alone["weight_reads"], together["weight_reads"]
            self.assertEqual(alone, together)
        self.each(check, policies=["snapea"])

    def test_an_image_with_a_negative_activation_is_dense(self):
        def check(case, e):
            ifmap = -np.abs(case.ifmap) - 1
            self.assertEqual(simulated(case, ifmap=ifmap),
                             simulated(case, ifmap=ifmap, policy="none"))
        self.each(check, policies=["snapea"])

    def test_every_output_is_interpolated_or_computed_and_written(self):
        def check(case, e):
            self.assertEqual(e["macs_predicted"], e["interpolated"] * case.layer.L)
            self.assertEqual(e["ofmap_writes"], e["outputs"])
            self.assertEqual(e["predicted_zero"], 0)
            peeks = simulated(case, ifmap=case.ifmap, policy="peek", dispatch="gate",
                              threshold=10000)
            self.assertEqual(e["interpolated"], peeks["predicted_zero"])
        self.each(check, policies=["perforate"])

    def test_with_windows_of_one_output_nothing_is_interpolated(self):
        self.each(lambda case, e: self.assertEqual(
            simulated(case, ifmap=case.ifmap, window=[1, 1], peeks="corner"),
            simulated(case, ifmap=case.ifmap, policy="none")), policies=["perforate"])


if __name__ == "__main__":
    unittest.main()
