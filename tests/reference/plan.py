"""Groups, chunks of weights and the order of steps: docs/machine.md, section 4, "Groups", "Weights"
and "Steps". All layers here have one group.
"""
from blocks import ifmap_bytes
from shapes import CannotRun, bits, packed


def channel_groups(layer, machine):
    """The channels of every group: `cols` at a time, the last ones may be fewer."""
    return [range(k, min(k + machine.cols, layer.K)) for k in range(0, layer.K, machine.cols)]


def weight_chunks(layer, machine):
    """Taps of each chunk of the reduction if weights are streamed, None if they are resident."""
    half = machine.weight_buffer_bytes // 2
    channels = min(machine.cols, layer.K)
    if packed(channels * layer.L, machine.weight_bytes) <= half:
        return None
    max_l = 8 * half // (channels * bits(machine.weight_bytes))
    if max_l == 0:
        raise CannotRun("weight buffer too small")
    return [min(max_l, layer.L - done) for done in range(0, layer.L, max_l)]


def weight_bytes(machine, group, taps):
    """A load of weights: those of all channels of the group, gated columns included."""
    return packed(len(group) * taps, machine.weight_bytes)


def loaded(users):
    """Of what the steps use, one after another, what has to be loaded: all that is new."""
    return [now for before, now in zip([None] + users, users) if now != before]


def bytes_read(layer, machine, steps):
    """Bytes of ifmap and resident weights that the steps, (block, group) each, read from DRAM."""
    ifmap = sum(ifmap_bytes(layer, machine, b) for b in loaded([b for b, _ in steps]))
    if weight_chunks(layer, machine) is not None:
        return ifmap
    return ifmap + sum(weight_bytes(machine, g, layer.L) for g in loaded([g for _, g in steps]))


def step_order(layer, machine, blocks, groups):
    """(block, group) of every step, in the order of the machine's loop order."""
    block_major = [(block, group) for block in blocks for group in groups]
    group_major = [(block, group) for group in groups for block in blocks]
    if machine.loop_order == "auto":
        fewer = bytes_read(layer, machine, group_major) < bytes_read(layer, machine, block_major)
        return group_major if fewer else block_major
    return {"block_major": block_major, "group_major": group_major}[machine.loop_order]
