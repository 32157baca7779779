"""Random cases: small layers on small machines, every rule of docs/machine.md among them.

Buffers are drawn in the measure of the layer, so that some hold all of it and some barely one
window, one tap or two. Values are multiples of 1/4, as thresholds are: exact in any float, and
often equal to the threshold. Where weights are known, the outputs are computed from them, still
exactly: they are multiples of 1/16. Only the numbers of ZAP's networks, and thresholds of its
scores, are often not so round; they are exact in single precision.
"""
import random
from dataclasses import replace

import numpy as np

from blocks import cut, ifmap_bytes, ofmap_bytes
from cases import Case
from operands import Operands, outputs, terms_of
from prediction import Masks, predict, thresholds
from shapes import Layer, Machine, packed, up
from zap import FIRST, Networks, computed_first, scores

MAX_MACS = 20000
MAX_OUTPUTS = 1500
WIDTHS = [1, 1, 1, 2, 4, 0.5, 1.5]  # bytes of an element


def draw_case(seed, number):
    """Case `number` of the seed, a text; it does not depend on how many others are drawn."""
    rng = random.Random("%s/%d" % (seed, number))
    special = rng.random()
    if special < 0.03:
        layer, machine = draw_tie(rng)
    elif special < 0.17:
        layer, machine = draw_filling(rng)
    elif special < 0.24:
        layer, machine = draw_dead_rows(rng)
    elif special < 0.48:
        layer, machine = draw_rival(rng)
    elif special < 0.55:
        layer, machine = draw_zap(rng)
    else:
        layer = draw_layer(rng)
        machine = draw_buffers(rng, layer, draw_machine(rng, layer))
    spoiled = rng.random() < 0.08
    if spoiled:
        machine = spoil(rng, layer, machine)
    ofmap, ifmap, operands = draw_values(rng, layer, machine)
    if machine.computes and not spoiled:
        machine = replace(machine, threshold=draw_near(rng, ofmap))
        ifmap, operands = rng.choice(18 * [(ifmap, operands)] + [(None, operands), (ifmap, None)])
    masks = draw_masks(rng, layer, ofmap) if machine.policy == "mask" else None
    networks = draw_networks(rng, layer) if machine.policy == "zap" else None
    if networks and not spoiled:
        machine = replace(machine, threshold=draw_near_scores(rng, machine, networks, ofmap))
        networks = rng.choice(18 * [networks] + [without_match(rng, networks)])
    case = Case(layer, machine, ofmap, ifmap, masks=masks, operands=operands, networks=networks)
    case.expected, case.expected_error = case.simulate()
    return case


def draw_values(rng, layer, machine):
    """The ofmap, and the ifmap and the Operands or None."""
    skips = machine.skip_zero_activations
    known = 1 if machine.computes else 0.5 if machine.policy == "perforate" else 0.07
    if rng.random() < known:
        operands, ifmap = draw_operands(rng, layer), draw_ifmap(rng, layer, sparse=skips)
        if rng.random() < 0.3:  # few that are large, so that the others lose more at few bits
            ifmap = ifmap * np.reshape(rng.choices([1, 1, 1, 1, 8], k=ifmap.size), ifmap.shape)
        if rng.random() < 0.65:
            ifmap = np.maximum(ifmap, 0)
        return computed(layer, ifmap, operands), ifmap, operands
    ofmap = draw_ofmap(rng, layer)
    ifmap = None
    if rng.random() < (0.8 if skips else 0.5):
        ifmap = draw_ifmap(rng, layer, sparse=skips)
    return ofmap, ifmap, None


def draw_layer(rng):
    """A layer of at most MAX_MACS MACs and MAX_OUTPUTS outputs; one in ten is fully connected."""
    while True:
        if rng.random() < 0.1:
            layer = Layer(C=rng.randint(1, 130), H=1, W=1, K=rng.randint(1, 40), R=1, S=1, stride=1,
                          pad=0, dilation=1, groups=1, residual=rng.random() < 0.2)
        else:
            groups = rng.choice([1, 1, 1, 1, 2, 3, 4, 6])
            layer = Layer(C=groups * rng.choice([1, 1, 2, 3, 5, 8]), H=rng.randint(1, 18),
                          W=rng.randint(1, 18), K=groups * rng.randint(1, 12),
                          R=rng.choice([1, 1, 2, 3, 3, 5]), S=rng.choice([1, 1, 2, 3, 3, 5]),
                          stride=rng.choice([1, 1, 1, 2, 3]), pad=rng.choice([0, 0, 1, 1, 2, 3, 5]),
                          dilation=rng.choice([1, 1, 1, 2, 3]), groups=groups,
                          residual=rng.random() < 0.3)
        if (layer.P > 0 and layer.Q > 0 and layer.macs <= MAX_MACS
                and layer.K * layer.P * layer.Q <= MAX_OUTPUTS):
            return layer


def draw_machine(rng, layer):
    """A machine but for its buffers, which are 0."""
    window = [rng.choice([1, 2, 2, 2, 3, 4, 6]), rng.choice([1, 2, 2, 2, 3, 4, 5])]
    widths = [0, 0, 0, 1, 2, 3, 5, 8, 16]
    ifmap_read_width = rng.choice(widths + [4, 12])
    gate_zero_activations = rng.random() < 0.7
    skips = gate_zero_activations and rng.random() < 0.55
    return Machine(rows=rng.choice([1, 2, 3, 4, 5, 8, 16, 32]),
                   cols=rng.choice([1, 2, 3, 4, 5, 8, 16]),
                   lanes=rng.choice([1, 1, 2, 3, 4, 8, 16, 64]),
                   dispatch=rng.choice(["gate", "gate", "row_skip", "packed", "balanced",
                                        "balanced", "balanced_fill"]),
                   policy=rng.choice(2 * ["none", "oracle"] + 8 * ["peek"] + 2 * ["mask"]),
                   window=window,
                   peeks=draw_peeks(rng, *window),
                   threshold=draw_threshold(rng, layer),
                   predict_latency=rng.choice([0, 0, 1, 2, 7, 50, 300]),
                   weight_bytes=rng.choice(WIDTHS),
                   ifmap_read_width=ifmap_read_width,
                   weight_read_width=rng.choice(widths),
                   dram_bytes_per_cycle=rng.choice([1, 2, 3, 8, 16, 64, 1024, 0.1, 1.7, 12.8]),
                   dram_latency=rng.choice([0, 0, 1, 5, 30, 100]),
                   loop_order=rng.choice(["auto", "auto", "block_major", "group_major"]),
                   gate_zero_activations=gate_zero_activations,
                   skip_zero_activations=skips,
                   zero_lookahead=draw_lookahead(rng, skips),
                   ifmap_buffer_bytes=0, weight_buffer_bytes=0, ofmap_buffer_bytes=0,
                   activation_bytes=rng.choice(WIDTHS),
                   ifmap_banks=draw_banks(rng, ifmap_read_width),
                   decision_macs_per_cycle=rng.choice([0, 1, 7, 32, 1000]),
                   lookahead_bits=rng.choice([2, 3, 4, 4, 5, 6, 7, 8]),
                   lookahead_ratio=rng.choice([1, 2, 2, 4, 4, 4, 3, 7, 16, 64]),
                   speculated_percent=rng.choice([0, 0, 1, 5, 10, 30, 30, 100]),
                   retire_alone=rng.choice([0, 1, 1]))


def draw_masks(rng, layer, ofmap):
    """Some positions first, or none, or all; of the others some outputs gated, most of them zeros."""
    share = rng.choice([0, 0.1, 0.3, 0.5, 0.9, 1])
    first = np.array([[rng.random() < share for _ in range(layer.Q)] for _ in range(layer.P)])
    right, wrong = rng.choice([(1, 0), (0.9, 0.1), (0.5, 0.5), (1, 1)])
    gated = np.array([rng.random() < (right if value <= 0 else wrong) for value in ofmap.flat])
    return Masks(first, gated.reshape(ofmap.shape) & ~first, rng.choice([0, 1, 18]))


def draw_networks(rng, layer):
    """ZAP's, for all channels of the layer."""
    kinds = 4 * [draw_network] + 2 * [draw_order] + [draw_rounding]
    drawn = zip(*[rng.choice(kinds)(rng) for _ in range(layer.K)])
    return Networks(rng.choice(2 * ["checkerboard"] + sorted(FIRST)), *map(np.array, drawn))


def draw_network(rng):
    """Both kernels and constants of a channel: a, b, c, d."""
    a, c = (draw_taps(rng, is_round=rng.random() < share) for share in (0.4, 0.6))
    b, d = (draw_parameter(rng, is_round=rng.random() < 0.7) for _ in range(2))
    for taps in rng.choice([[], [], [a], [c], [c], [a, c]]):  # few of them
        for i in rng.sample(range(9), rng.randint(6, 8)):
            taps[i] = 0
    return in_rows(a), b, in_rows(c), d


def draw_order(rng):
    """Those of a channel in which the order of a sum matters: two large taps cancel each other
    where the values under them are equal, and swallow what was added before and between.
    """
    a, c = draw_taps(rng, is_round=False), draw_taps(rng, is_round=False)
    middle_and_corners, edges = [0, 2, 4, 6, 8], [1, 3, 5, 7]
    if rng.random() < 0.3:  # With one tap, h is b where nothing is computed first.
        a = [0, 0, 0, 0, a[4], 0, 0, 0, 0]
        large, places = c, middle_and_corners
    else:  # With one tap, a score is one h.
        only = rng.choice([1, 3, 4, 5, 7])
        c = [tap if i == only else 0 for i, tap in enumerate(c)]
        large, places = a, edges if only == 4 else middle_and_corners
    i, j = rng.sample(places, 2)
    large[i] = rng.choice([-1, 1]) * 2.0 ** rng.randint(53, 57)
    large[j] = -large[i]
    return in_rows(a), rng.randint(1, 8) / 4, in_rows(c), draw_parameter(rng, is_round=True)


def draw_rounding(rng):
    """Those of a channel whose scores are each one h, which is at a threshold only as rounded."""
    a, b = draw_taps(rng, is_round=False), draw_parameter(rng, is_round=False)
    only = rng.randrange(9)
    return in_rows(a), b, in_rows([float(i == only) for i in range(9)]), 0


def draw_taps(rng, is_round):
    """The nine of a kernel."""
    return [draw_parameter(rng, is_round) for _ in range(9)]


def draw_parameter(rng, is_round):
    """0 or a multiple of 1/8; or, if it is not round, any number of single precision."""
    if is_round:
        return rng.choice([0, rng.randint(-8, 8) / 4, rng.randint(-8, 8) / 8])
    return float(np.float32(rng.uniform(-1, 1)))


def in_rows(taps):
    return np.reshape(np.array(taps, dtype=float), (3, 3))


def draw_near_scores(rng, machine, networks, ofmap):
    """A threshold, or one per channel: 0, or some score in single precision, or about that."""
    def near(values):
        score = rng.choice(values.flatten().tolist())
        about = score + rng.choice([-0.25, 0.25])
        out_of_reach = [values.min() - 0.25, values.max() + 0.25]
        return float(np.float32(rng.choice([0, 0, about] + out_of_reach + 5 * [score]))) + 0.0

    decided = ~computed_first(networks.pattern, *ofmap.shape[1:])
    if not decided.any():
        return machine.threshold
    own = scores(networks, ofmap)[:, decided]
    return [near(values) for values in own] if rng.random() < 0.6 else near(own)


def without_match(rng, networks):
    """The networks with a channel more or less."""
    channels = list(range(len(networks.bias1)))
    return networks.of(channels + [0] if len(channels) == 1 or rng.random() < 0.5 else channels[1:])


def draw_lookahead(rng, skips):
    """Taps of a run, also where none is skipped; 0 for no limit."""
    if rng.random() < (0.4 if skips else 0.8):
        return 0
    return rng.choice([1, 2, 3, 4, 7, 16, 200])


def draw_banks(rng, ifmap_read_width):
    """0 for an ideal port, or as many banks as the width allows, or fewer."""
    if ifmap_read_width == 0 or rng.random() < 0.4:
        return 0
    return rng.choice([ifmap_read_width, rng.randint(1, ifmap_read_width)])


def draw_peeks(rng, h, w):
    """A pattern, or some positions of the window of which one may be listed twice."""
    if rng.random() < 0.7:
        return rng.choice(["corner", "diagonal", "checkerboard", "all"])
    peeks = [[rng.randrange(h), rng.randrange(w)] for _ in range(rng.randint(1, 3))]
    return peeks + [peeks[0]] if rng.random() < 0.2 else peeks


def draw_threshold(rng, layer):
    levels = [0, 0, 0, 1, 3, 0.25, 2.5, -0.5, -1, -2, 100, -100]
    if rng.random() < 0.35:
        return [rng.choice(levels) for _ in range(layer.K)]
    return rng.choice(levels[:-2])


def draw_buffers(rng, layer, machine):
    one = layer.one_group()
    ifmap, ofmap = block_sizes(one, machine, ifmap_bytes), block_sizes(one, machine, ofmap_bytes)
    tap = packed(min(machine.cols, one.K), machine.weight_bytes)
    chunks = rng.choice([1, 1, 2, 3, one.L if one.L < 12 else 5])
    return replace(machine,
                   ifmap_buffer_bytes=whole(rng, half_for(rng, *ifmap)),
                   ofmap_buffer_bytes=whole(rng, half_for(rng, *ofmap)),
                   weight_buffer_bytes=whole(rng, tap * up(one.L, chunks) + rng.randrange(tap)))


def block_sizes(layer, machine, size):
    """Bytes of the largest window, the largest window-row and the whole plane."""
    h, w = machine.window if machine.policy in ("peek", "perforate") else (1, 1)
    cuts = cut(layer, h, w), cut(layer, h, layer.Q), cut(layer, layer.P, layer.Q)
    return [max(size(layer, machine, block) for block in blocks) for blocks in cuts]


def half_for(rng, window, row, plane):
    """A half that holds the plane, some window-rows or some windows."""
    return rng.choice([plane + rng.randrange(100), rng.randint(row, plane), row,
                       rng.randint(window, row), window])


def whole(rng, half):
    return max(1, 2 * half + rng.randrange(2))


def draw_tie(rng):
    """A layer and a machine for which both loop orders read as many bytes; such are rare otherwise.

    As many blocks, one row each, as groups; as many bytes of ifmap as of weights.
    """
    many, cols = rng.randint(2, 4), rng.randint(1, 4)
    layer = Layer(C=rng.randint(1, 6), H=many, W=cols, K=many * cols, R=1, S=1, stride=1, pad=0,
                  dilation=1, groups=1, residual=rng.random() < 0.3)
    window = [1, rng.randint(1, 3)]
    machine = draw_machine(rng, layer)
    row = packed(layer.C * cols, machine.activation_bytes)
    return layer, replace(machine, cols=cols, window=window, peeks=draw_peeks(rng, *window),
                          weight_bytes=machine.activation_bytes, loop_order="auto",
                          ifmap_buffer_bytes=2 * row, weight_buffer_bytes=2 * row,
                          ofmap_buffer_bytes=whole(rng, row * cols))


def draw_filling(rng):
    """A layer and a machine whose last peek tile often has room for neighbors; rare otherwise.

    A peek in the last corner of the window leaves partial windows without one.
    """
    while True:
        layer = draw_layer(rng)
        h, w = rng.choice([(1, 2), (2, 2), (2, 3), (3, 2), (3, 3)])
        machine = replace(draw_machine(rng, layer), policy="peek", dispatch="balanced_fill",
                          rows=rng.choice([3, 4, 5, 8, 16, 32, 32]), window=[h, w],
                          peeks=rng.choice(["corner", "diagonal"] + 2 * [[[h - 1, w - 1]]]))
        prediction = predict(machine, thresholds(layer, machine),
                             np.zeros((layer.K, layer.P, layer.Q)))
        peeks = np.count_nonzero(prediction.peeks)
        if peeks > 4 and rng.random() < 0.2:  # the last peek tile has room for what is left
            machine = replace(machine, rows=int(peeks) - 1, threshold=rng.choice([0, 1, 2.5]))
        if peeks > machine.rows and peeks % machine.rows > 0:
            machine = draw_buffers(rng, layer, machine)
            return layer, machine if rng.random() < 0.2 else in_one_block(layer, machine)


def in_one_block(layer, machine):
    """The machine with buffers that hold the whole plane."""
    one = layer.one_group()
    return replace(machine,
                   ifmap_buffer_bytes=max(1, 2 * block_sizes(one, machine, ifmap_bytes)[-1]),
                   ofmap_buffer_bytes=2 * block_sizes(one, machine, ofmap_bytes)[-1])


def draw_dead_rows(rng):
    """A layer and a machine that skips whose `gate` tiles often have rows without a live PE."""
    layer = draw_layer(rng)
    machine = replace(draw_machine(rng, layer), dispatch="gate", gate_zero_activations=True,
                      policy=rng.choice(["peek", "oracle"]), rows=rng.randint(2, 8),
                      cols=rng.randint(1, 2), skip_zero_activations=True)
    return layer, draw_buffers(rng, layer, machine)


def draw_rival(rng):
    """A layer and a machine with a policy that is not drawn otherwise."""
    layer = draw_layer(rng)
    while layer.L == 1 and rng.random() < 0.9:  # nothing to cut short
        layer = draw_layer(rng)
    machine = replace(draw_machine(rng, layer),
                      policy=rng.choice(2 * ["lookahead", "perforate"] + 3 * ["snapea"]))
    if machine.policy == "lookahead" and machine.dispatch == "balanced_fill":
        machine = replace(machine, dispatch="balanced")
    if machine.policy == "snapea":
        machine = replace(machine, skip_zero_activations=False, ifmap_banks=0)
    machine = draw_buffers(rng, layer, machine)
    if rng.random() < 0.4:  # resident weights, few blocks
        one = layer.one_group()
        weights = packed(min(machine.cols, one.K) * one.L, machine.weight_bytes)
        machine = replace(in_one_block(layer, machine), weight_buffer_bytes=2 * weights)
        if machine.policy == "snapea" and rng.random() < 0.7:
            machine = replace(machine, retire_alone=1, rows=rng.randint(1, 8),
                              lanes=rng.choice([1, 2, 64, machine.lanes]),
                              ifmap_read_width=rng.choice([0, machine.ifmap_read_width]),
                              weight_read_width=rng.choice([0, machine.weight_read_width]))
    return layer, machine


def draw_zap(rng):
    """A layer and a machine with that policy."""
    layer = draw_layer(rng)
    machine = replace(draw_machine(rng, layer), policy="zap")
    if machine.dispatch == "balanced_fill":
        machine = replace(machine, dispatch="balanced")
    machine = draw_buffers(rng, layer, machine)
    return layer, machine if rng.random() < 0.7 else in_one_block(layer, machine)


def spoil(rng, layer, machine):
    """A machine that cannot run the layer."""
    one = layer.one_group()
    h, w = machine.window
    ifmap, ofmap = (block_sizes(one, machine, size)[0] for size in (ifmap_bytes, ofmap_bytes))
    tap = packed(min(machine.cols, one.K), machine.weight_bytes)
    width = rng.randint(1, 9)
    return replace(machine, **rng.choice([
        {"skip_zero_activations": True, "gate_zero_activations": False},
        {"zero_lookahead": -rng.randint(1, 3)},
        {"ifmap_read_width": 0, "ifmap_banks": width},
        {"ifmap_read_width": width, "ifmap_banks": width + rng.choice([1, 9])},
        {"ifmap_banks": -1},
        {"policy": "mask", "dispatch": "balanced_fill"},
        {"policy": "zap", "dispatch": "balanced_fill"},
        {"policy": "lookahead", "dispatch": "balanced_fill"},
        {"policy": "snapea", "skip_zero_activations": True, "gate_zero_activations": True,
         "ifmap_banks": 0},
        {"policy": "snapea", "skip_zero_activations": False, "ifmap_read_width": width,
         "ifmap_banks": rng.randint(1, width)},
        {"threshold": [0] * (layer.K + rng.choice([-1, 1]))},
        {"peeks": [[0, 0], rng.choice([[h, 0], [0, w]])]},
        {"ifmap_buffer_bytes": max(1, 2 * ifmap - 1)},
        {"ofmap_buffer_bytes": max(1, 2 * ofmap - 1)},
        {"weight_buffer_bytes": max(1, 2 * tap - 1)}]))


def draw_patches(rng, height, width, center):
    """A plane of flat patches with some noise, [height,width]: neighbors are much alike."""
    h, w = rng.randint(1, 6), rng.randint(1, 6)
    noise = rng.choice([0, 0.1, 0.5])
    patches = [[center + rng.randint(-3, 3) for _ in range(0, width, w)]
               for _ in range(0, height, h)]
    plane = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            plane[i, j] = patches[i // h][j // w]
            if rng.random() < noise:
                plane[i, j] += rng.randint(-8, 8) / 4
    return plane


def draw_ofmap(rng, layer):
    """[K,P,Q]; in some layers all channels are much alike, so that whole positions are gated."""
    center = rng.choice([-3, -2, -1, -1, 0, 2])
    shared = draw_patches(rng, layer.P, layer.Q, center)
    alike = rng.random() < 0.4
    return np.array([shared + (rng.random() < 0.2) if alike
                     else draw_patches(rng, layer.P, layer.Q, center + rng.randint(-2, 2))
                     for _ in range(layer.K)])


def draw_ifmap(rng, layer, sparse):
    """[C,H,W]; often what a ReLU left, with a -0 here and there; if sparse, also whole channels."""
    center = rng.choice([-2, 0, 1])
    ifmap = np.array([draw_patches(rng, layer.H, layer.W, center) for _ in range(layer.C)])
    if rng.random() < 0.7:
        ifmap = np.maximum(ifmap, 0)
    if sparse:
        dead = rng.choice([0, 0.2, 0.5, 0.9])
        for c in range(layer.C):
            if rng.random() < dead:
                ifmap[c] = 0
    if rng.random() < 0.2:
        ifmap = np.where(ifmap == 0, -0.0, ifmap)
    return ifmap


def draw_operands(rng, layer):
    """Weights, often a bias, and a residual if the layer has one; all are multiples of 1/4."""
    bias = residual = None
    if rng.random() < 0.5:
        bias = np.array([rng.randint(-8, 8) / 4 for _ in range(layer.K)])
    if layer.residual:
        residual = np.array([draw_patches(rng, layer.P, layer.Q, 0) for _ in range(layer.K)])
    levels = rng.choice([[0, 1], [1, 2, 3, 4], [0, 1, 1, 2, 3, 5, 8], [0, 0, 0, 1, 4, 6]])
    minus_zero = rng.random() < 0.2
    weights = np.array([draw_filter(rng, layer.L, levels) for _ in range(layer.K)])
    if minus_zero:
        weights = np.where(weights == 0, -0.0, weights)
    shape = (layer.K, layer.C // layer.groups, layer.R, layer.S)
    return Operands(weights.reshape(shape), bias, residual)


def draw_filter(rng, L, levels):
    """Weights of one output channel; quarters of `levels` with both signs, or one, or none."""
    below = rng.choice(8 * [0.5] + [0.2, 0.8, 0, 1])  # the share of negative weights
    if rng.random() < 0.05:
        return [0.0] * L
    signs = [-0.25 if rng.random() < below else 0.25 for _ in range(L)]
    return [rng.choice(levels) * sign + 0.0 for sign in signs]


def computed(layer, ifmap, operands):
    """The ofmap, [K,P,Q]."""
    one, planes = layer.one_group(), []
    for g in range(layer.groups):
        own = operands.of(slice(g * one.K, (g + 1) * one.K))
        planes.append(outputs(terms_of(one, ifmap[g * one.C:(g + 1) * one.C], ifmap, own)))
    return np.concatenate(planes)


def draw_near(rng, ofmap):
    """A threshold, or one per channel: 0, or what some output is, or about that."""
    def near(values):
        other = rng.choice(values) + rng.choice([-0.25, 0.25])
        return rng.choice([0, 0, rng.choice(values) + 0.0, other + 0.0])

    if rng.random() < 0.4:
        return [near(plane.flatten().tolist()) for plane in ofmap]
    return near(ofmap.flatten().tolist())
