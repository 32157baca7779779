"""What a case exercises, by name: how a test knows that random cases leave nothing out."""
from dataclasses import replace

import chunks
from blocks import cut_plane, ifmap_bytes
from model import groups_of
from plan import bytes_read, channel_groups, step_order, weight_chunks
from prediction import thresholds
from rival_features import of_rivals
from shapes import tap_columns, up
from tiles import in_windows, live, pieces
from windows import pattern


def features(case):
    """The set of names of all that occurs in the case, such as "streamed weights"."""
    if case.expected_error is not None:
        return {"cannot run: " + case.expected_error}
    names = of_layer(case.layer) | of_machine(case.machine) | of_values(case)
    if case.machine.policy in ("peek", "perforate"):
        names |= of_windows(case)
    if case.machine.policy == "mask":
        names |= of_masks(case.masks, case.machine)
    group = groups_of(case.layer, case.machine, case.ofmap, case.ifmap, case.masks,
                      case.operands, case.networks)[0]
    names |= of_program(group) | of_tiles(group) | of_rivals(case, group)
    names |= of_known_weights(case)
    return names | {"some " + n for n, count in case.expected.items() if count}


def true(**named):
    return {name.replace("_", " ") for name, holds in named.items() if holds}


def of_layer(layer):
    return true(groups=layer.groups > 1, depthwise=1 < layer.groups == layer.C,
                residual=layer.residual, dilation=layer.dilation > 1 < layer.R,
                stride=layer.stride > 1, pad=layer.pad > 0,
                fully_connected=layer.H == layer.W == layer.R == layer.S == 1,
                a_gap_between_taps=layer.stride > layer.R)


def of_machine(machine):
    tau = machine.threshold if isinstance(machine.threshold, list) else [machine.threshold]
    per_channel = "per channel " if isinstance(machine.threshold, list) else ""
    named = machine.peeks if isinstance(machine.peeks, str) else "listed"
    return {machine.policy, machine.dispatch, machine.loop_order, named + " peeks",
            machine.policy + " " + machine.dispatch} | {
        per_channel + "threshold " + ("negative" if t < 0 else "positive" if t > 0 else "0")
        for t in tau} | true(
        lanes=machine.lanes > 1,
        look_ahead_without_skipping=not machine.skip_zero_activations and machine.zero_lookahead,
        an_odd_number_of_banks=machine.ifmap_banks % 2 and machine.ifmap_banks > 1,
        one_bank=machine.ifmap_banks == 1,
        a_port_that_the_banks_share_unequally=machine.ifmap_banks
        and machine.ifmap_read_width % machine.ifmap_banks,
        no_read_widths=machine.ifmap_read_width == machine.weight_read_width == 0,
        narrow_ifmap_port=0 < machine.ifmap_read_width < machine.lanes * machine.rows,
        narrow_weight_port=0 < machine.weight_read_width < machine.lanes * machine.cols,
        activations_of_half_bytes=machine.activation_bytes % 1,
        weights_of_half_bytes=machine.weight_bytes % 1,
        a_tenth_of_a_byte_per_cycle=machine.dram_bytes_per_cycle % 1,
        slow_DRAM=machine.dram_bytes_per_cycle == 1, fast_DRAM=machine.dram_bytes_per_cycle > 32,
        DRAM_latency=machine.dram_latency > 0, no_DRAM_latency=machine.dram_latency == 0,
        no_predict_latency=machine.predict_latency == 0,
        large_predict_latency=machine.predict_latency >= 50)


def of_values(case):
    with_ifmap = case.ifmap is not None
    gates = case.machine.gate_zero_activations
    skips = case.machine.skip_zero_activations
    tau = thresholds(case.layer, case.machine)
    equal = any((plane == t).any() for plane, t in zip(case.ofmap, tau))
    return true(zero_gating_with_ifmap=gates and with_ifmap,
                zero_gating_without_ifmap=gates and not with_ifmap,
                ifmap_without_zero_gating=with_ifmap and not gates,
                skipping_without_ifmap=skips and not with_ifmap,
                zero_gating_without_skipping=gates and with_ifmap and not skips,
                values_at_the_threshold=equal)


def of_windows(case):
    (h, w), layer = case.machine.window, case.layer
    peeks = pattern(case.machine.peeks, h, w)
    partial = layer.P % h or layer.Q % w
    edge = [(i, j) for i, j in peeks if i < (layer.P % h or h) and j < (layer.Q % w or w)]
    listed = case.machine.peeks if isinstance(case.machine.peeks, list) else []
    return true(partial_windows=partial, a_window_without_a_peek=not edge,
                a_peek_listed_twice=len({tuple(x) for x in listed}) < len(listed))


def of_known_weights(case):
    return {"known weights with " + case.machine.policy} if case.operands is not None else set()


def of_masks(masks, machine):
    return true(decisions_that_take_time=masks.decision_macs and machine.decision_macs_per_cycle
                and masks.first.any() and not masks.first.all(),
                decisions_without_time=masks.decision_macs and not machine.decision_macs_per_cycle,
                nothing_computed_first=not masks.first.any(),
                everything_computed_first=masks.first.all(),
                some_outputs_computed_first=masks.first.any() and not masks.first.all())


def of_program(group):
    """What the blocks, groups and loads of the first group of the layer are like."""
    layer, machine, window = group.layer, group.machine, group.prediction.window
    blocks, groups = cut_plane(layer, machine, window), channel_groups(layer, machine)
    block_major = [(b, g) for b in blocks for g in groups]
    group_major = [(b, g) for g in groups for b in blocks]
    differ = len(blocks) > 1 and len(groups) > 1
    first = blocks[0]
    resident = weight_chunks(layer, machine) is None
    return true(
        resident_weights=resident, streamed_weights=not resident,
        one_block=len(blocks) == 1,
        blocks_of_full_width=len(blocks) > 1 and first.q1 == layer.Q,
        blocks_of_a_window_row=first.q1 < layer.Q,
        many_groups_of_channels=len(groups) > 1,
        a_narrower_last_group=len(groups[-1]) < len(groups[0]),
        auto_is_group_major=differ and machine.loop_order == "auto"
        and step_order(layer, machine, blocks, groups) == group_major,
        auto_on_a_tie=differ and machine.loop_order == "auto"
        and bytes_read(layer, machine, group_major) == bytes_read(layer, machine, block_major),
        group_major_of_many_blocks=differ and machine.loop_order == "group_major",
        a_load_of_0_bytes=any(ifmap_bytes(layer, machine, b) == 0 for b in blocks))


def of_tiles(group):
    """What the tiles of the first group of the layer, and their chunks, are like."""
    layer, machine, prediction = group.layer, group.machine, group.prediction
    skips = machine.skip_zero_activations and group.live is not None
    names = set()
    for step in group.program.steps:
        names |= of_jobs(machine, step)
        if machine.policy == "peek" and machine.dispatch == "balanced_fill":
            names |= of_filling(machine, prediction, step)
        if skips and machine.dispatch == "gate" and machine.policy not in ("none", "perforate"):
            names |= of_dead_rows(machine, prediction, step, group.live)
        for tile, own in step.tiles:
            for chunk in own:
                names |= of_banks(layer, machine, tile, chunk)
                if skips:
                    names |= of_skipping(machine, tile, chunk)
    return names


def of_jobs(machine, step):
    tiles = [tile for tile, _ in step.tiles if tile.jobs]
    if not tiles:
        return set()
    channels = len(step.group)
    return true(
        a_tile_with_two_jobs_of_a_channel=any(tile.jobs > tile.live_cols for tile in tiles),
        a_last_tile_with_fewer_jobs=len(tiles) > 1 and tiles[-1].jobs < machine.cols,
        a_job_that_is_not_full=any(tile.live_pes < tile.jobs * machine.rows for tile in tiles),
        a_tile_of_full_jobs=any(tile.live_pes == machine.cols * machine.rows for tile in tiles),
        jobs_closed_before_the_last_position=step.queue_peak > 0,
        a_queue_of_a_full_tile=step.queue_peak >= machine.cols,
        a_queue_of_more_than_a_tile=step.queue_peak > machine.cols,
        a_narrow_group_with_more_jobs_in_a_tile_than_channels=channels < machine.cols
        and any(tile.jobs > channels for tile in tiles),
        positions_shared_by_jobs=any(tile.distinct < tile.live_pes for tile in tiles))


def of_filling(machine, prediction, step):
    order = in_windows(step.block, prediction.window)
    peeks = [x for x in order if prediction.peeks[x]]
    if len(peeks) <= machine.rows:
        return true(one_peek_tile_that_is_not_filled=0 < len(peeks) < machine.rows)
    room = -len(peeks) % machine.rows
    if room == 0:
        return {"a full last peek tile"}
    if not step.last_peek.filled:
        return {"nothing to fill"}
    windows = {window_of(prediction, x) for x in peeks}
    open_window = window_of(prediction, peeks[room - machine.rows])
    taken = [x for x in step.last_peek.positions if not prediction.peeks[x]]
    unpeeked = [x for x in order if window_of(prediction, x) not in windows]
    decided = [live(k, [x for x in order if not prediction.peeks[x]
                        and window_of(prediction, x) < open_window], prediction.gated)
               for k in step.group]
    return true(
        a_filled_peek_tile=True,
        a_filled_tile_with_a_window_without_a_peek=any(x in taken for x in unpeeked),
        a_window_without_a_peek_after_the_filled_tile=any(
            window_of(prediction, x) > open_window for x in unpeeked),
        a_filled_tile_with_room_left=any(len(own) < room for own in decided),
        a_filled_tile_without_room_for_all=any(len(own) > room for own in decided),
        a_channel_that_fills_nothing=not all(decided),
        a_filled_tile_of_many_chunks=len(step.tiles[-1][1]) > 1,
        nothing_left_after_filling=step.tiles[-1][0] is step.last_peek)


def window_of(prediction, x):
    return x[0] // prediction.window[0], x[1] // prediction.window[1]


def of_skipping(machine, tile, chunk):
    runs = chunks.live_of_runs(machine, chunk) if machine.zero_lookahead else []
    return {"skipping in a %s tile" % tile.kind} | true(
        a_dead_chunk=not chunk.live,
        a_chunk_with_live_and_dead_taps=0 < len(chunk.live) < len(chunk.taps),
        a_dead_run=len(runs) > 1 and 0 in runs and any(runs),
        runs_that_take_longer=any(runs) and chunks.lane_cycles(machine, chunk)
        > up(chunk.a, machine.lanes),
        a_shorter_last_run=len(runs) > 1 and len(chunk.taps) % machine.zero_lookahead,
        look_ahead_beyond_the_chunk=machine.zero_lookahead > len(chunk.taps),
        skipping_in_streamed_weights=chunk.weights,
        skipping_in_a_tile_of_jobs=tile.jobs,
        skipping_in_a_filled_tile=tile.filled,
        skipping_with_banks=machine.ifmap_banks > 0)


def of_dead_rows(machine, prediction, step, activations):
    """Whether a row without a live PE has a live tap that the tile's other rows have not."""
    order = in_windows(step.block, prediction.window)
    for piece in pieces([x for x in order if not prediction.peeks[x]], machine.rows):
        rows = [x for x in piece if any(not prediction.gated[(k, *x)] for k in step.group)]
        if rows and (activations[tuple(zip(*piece))].any(axis=0)
                     & ~activations[tuple(zip(*rows))].any(axis=0)).any():
            return {"a dead row of a tile that skips"}
    return set()


def of_banks(layer, machine, tile, chunk):
    if not machine.ifmap_banks:
        return set()
    busy = chunks.cycles(layer, machine, tile, chunk)
    longest = busy > chunks.cycles(layer, replace(machine, ifmap_banks=0), tile, chunk)
    padding = any(tap_columns(layer, q)[0] < 0 for _, q in tile.positions)
    return true(
        a_bank_conflict_that_takes_longest=longest,
        banks_with_padding_on_the_left=longest and padding,
        banks_with_a_stride=longest and layer.stride > 1,
        banks_with_a_dilation=longest and layer.dilation > 1 < layer.S,
        banks_in_a_tile_of_jobs=longest and tile.jobs,
        banks_in_a_filled_tile=longest and tile.filled,
        banks_and_a_dead_chunk=chunk.live == [])
