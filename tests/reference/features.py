"""What a case exercises, by name: how a test knows that random cases leave nothing out."""
from blocks import cut_plane, ifmap_bytes
from plan import bytes_read, channel_groups, step_order, weight_chunks
from prediction import pattern, predict, thresholds


def features(case):
    """The set of names of all that occurs in the case, such as "streamed weights"."""
    if case.expected_error is not None:
        return {"cannot run: " + case.expected_error}
    names = of_layer(case.layer) | of_machine(case.machine) | of_values(case)
    if case.machine.policy == "peek":
        names |= of_windows(case)
    return names | of_program(case) | {"some " + n for n, count in case.expected.items() if count}


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
        no_read_widths=machine.ifmap_read_width == machine.weight_read_width == 0,
        narrow_ifmap_port=0 < machine.ifmap_read_width < machine.lanes * machine.rows,
        narrow_weight_port=0 < machine.weight_read_width < machine.lanes * machine.cols,
        slow_DRAM=machine.dram_bytes_per_cycle == 1, fast_DRAM=machine.dram_bytes_per_cycle > 32,
        DRAM_latency=machine.dram_latency > 0, no_DRAM_latency=machine.dram_latency == 0,
        no_predict_latency=machine.predict_latency == 0,
        large_predict_latency=machine.predict_latency >= 50)


def of_values(case):
    with_ifmap = case.ifmap is not None
    gates = case.machine.gate_zero_activations
    tau = thresholds(case.layer, case.machine)
    equal = any((plane == t).any() for plane, t in zip(case.ofmap, tau))
    return true(zero_gating_with_ifmap=gates and with_ifmap,
                zero_gating_without_ifmap=gates and not with_ifmap,
                ifmap_without_zero_gating=with_ifmap and not gates,
                values_at_the_threshold=equal)


def of_windows(case):
    (h, w), layer = case.machine.window, case.layer
    peeks = pattern(case.machine.peeks, h, w)
    partial = layer.P % h or layer.Q % w
    edge = [(i, j) for i, j in peeks if i < (layer.P % h or h) and j < (layer.Q % w or w)]
    listed = case.machine.peeks if isinstance(case.machine.peeks, list) else []
    return true(partial_windows=partial, a_window_without_a_peek=not edge,
                a_peek_listed_twice=len({tuple(x) for x in listed}) < len(listed))


def of_program(case):
    """What the blocks, groups and loads of the first group of the layer are like."""
    layer, machine = case.layer.one_group(), case.machine
    window = predict(machine, thresholds(layer, machine), case.ofmap[:layer.K]).window
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
