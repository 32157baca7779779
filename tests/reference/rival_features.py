"""What a case of `zap`, `lookahead`, `snapea` or `perforate` exercises, by name; see features.py.
"""
from dataclasses import replace

import numpy as np

import chunks
import lookahead
import snapea
import zap
from operands import has_negative, terms_of
from prediction import thresholds
from shapes import up
from windows import windows


def of_rivals(case, group):
    """`group` is the first of the layer; it may run as `none`."""
    policy = case.machine.policy
    if policy == "snapea" and group.machine.policy == "none":
        return true({"snapea in an image with a negative activation": True,
                     "retire alone in an image with a negative activation":
                         case.machine.retire_alone})
    of = {"zap": of_zap, "lookahead": of_lookahead, "snapea": of_snapea,
          "perforate": of_perforation}
    return of[policy](case, group) if policy in of else set()


def true(named):
    return {name for name, holds in named.items() if holds}


def tiles_of(group):
    """(Tile, Chunk) of all."""
    return [(tile, chunk) for step in group.program.steps for tile, own in step.tiles
            for chunk in own]


def terms_and_thresholds(case):
    """Of the first group."""
    layer = case.layer.one_group()
    terms = terms_of(layer, case.ifmap[:layer.C], case.ifmap,
                     case.operands.of(slice(0, layer.K)))
    return terms, np.reshape(thresholds(case.layer, case.machine)[:layer.K], (-1, 1, 1))


def of_operands(case, policy):
    weights = case.operands.weights
    own = weights.reshape(case.layer.K, case.layer.L)
    return true({policy + " with a bias": case.operands.bias is not None,
                 policy + " with a residual": case.operands.residual is not None,
                 policy + " in groups": case.layer.groups > 1,
                 policy + " with zero gating": case.machine.gate_zero_activations,
                 policy + " without zero gating": not case.machine.gate_zero_activations,
                 "a channel of zeros with " + policy: any((w == 0).all() for w in own),
                 "a weight of -0 with " + policy: any(np.signbit(own[own == 0]))})


def of_zap(case, group):
    machine, prediction, ofmap = group.machine, group.prediction, group.ofmap
    networks = case.networks.of(slice(0, group.layer.K))
    tau = np.reshape(thresholds(case.layer, case.machine)[:group.layer.K], (-1, 1, 1))
    first, gated, m = prediction.peeks, prediction.gated, prediction.decision_macs
    n = np.count_nonzero(~first)
    some_first = [any(first[x] for x in step.block.raster) for step in group.program.steps]

    def matters(**otherwise):
        """Whether the decisions would differ."""
        other = [other_scores(plane, first, *own, **otherwise)
                 for plane, *own in zip(ofmap, *networks.parameters)]
        return (gated != (~first & (np.array(other) <= tau))).any()

    return true({
        "zap on a checkerboard": networks.pattern == "checkerboard" and n,
        "zap on thirds": networks.pattern == "thirds" and n,
        "zap on a quarter": networks.pattern == "quarter" and n,
        "zap in groups": case.layer.groups > 1,
        "zap with nothing to decide": n == 0,
        "a channel of zap that gates nothing": n and not gated.any(axis=(1, 2)).all(),
        "a channel of zap that gates all": n and (gated == ~first).all(axis=(1, 2)).any(),
        "zap that gates some": gated.any() and not (gated == ~first).all(),
        "zap with decisions that take time": m and machine.decision_macs_per_cycle,
        "zap with decisions without time": m and not machine.decision_macs_per_cycle,
        "MACs of a decision that round up": n and 9 * first.size % n,
        "zap in many blocks": len({step.block for step in group.program.steps}) > 1,
        "a step of zap without an output that is computed first": not all(some_first),
        "zap over streamed weights": group.program.chunks is not None,
        "zap that skips":
            any(chunk.live and chunk.a < len(chunk.taps) for _, chunk in tiles_of(group)),
        "zap with banks": machine.ifmap_banks > 0,
        "a score at the threshold":
            ((zap.scores(networks, ofmap) == tau) & ~first).any(),
        "a score at a threshold that is not 0":
            ((zap.scores(networks, ofmap) == tau) & ~first & (tau != 0)).any(),
        "a score that gates by error": (gated & (ofmap > 0)).any(),
        "a score that misses a zero": (~gated & ~first & (ofmap <= 0)).any(),
        "a decision by the values of the pattern alone": matters(all_values=True),
        "a decision by the ReLU between the kernels": matters(relu=False),
        "a decision by the rounding of h": matters(rounds_h=False),
        "a decision by a score that is not rounded": matters(rounds_s=True),
        "a decision by the 0 of h outside the plane": matters(h_outside=True),
        "a decision by the order of the first sum": matters(backwards="first"),
        "a decision by the order of the second sum": matters(backwards="second"),
        "a decision by the two kernels not turned": matters(turned=True)})


def other_scores(plane, first, a, b, c, d, all_values=False, relu=True, rounds_h=True,
                 rounds_s=False, h_outside=False, backwards=None, turned=False):
    """Those of a channel, if a sentence of the page were another one."""
    x = np.pad(plane if all_values else np.where(first, plane, 0), 1 if h_outside else 0)
    a, c = (kernel[::-1, ::-1] if turned else kernel for kernel in (a, c))

    def convolved(which, values, kernel, constant):
        if backwards == which:
            return zap.convolved(values[::-1, ::-1], kernel[::-1, ::-1], constant)[::-1, ::-1]
        return zap.convolved(values, kernel, constant)

    h = convolved("first", x, a, b)
    h = np.maximum(0, h) if relu else h
    s = convolved("second", h.astype(np.float32) if rounds_h else h, c, d)
    s = s[1:-1, 1:-1] if h_outside else s
    return s.astype(np.float32) if rounds_s else s


def of_lookahead(case, group):
    machine, gated = group.machine, group.prediction.gated
    terms, tau = terms_and_thresholds(case)
    s_x = terms.largest / (2 ** machine.lookahead_bits - 1)
    first = [(tile, chunk) for tile, chunk in tiles_of(group) if tile.kind == "lookahead"]
    whole = [chunks.whole_cycles(group.layer, machine, tile, chunk) for tile, chunk in first]
    left = [any(tile.kind == "neighbor" for tile, _ in step.tiles) for step in group.program.steps]
    return of_operands(case, "look-ahead") | true({
        "a look-ahead tile that skips": any(chunk.a < len(chunk.taps) for _, chunk in first),
        "a look-ahead tile with banks": machine.ifmap_banks > 0,
        "a look-ahead chunk that rounds up": any(cycles % machine.lookahead_ratio
                                                 for cycles in whole),
        "a look-ahead of one to one": machine.lookahead_ratio == 1,
        "a look-ahead over streamed weights": group.program.chunks is not None,
        "a step in which nothing is left to compute after the look-ahead": not all(left),
        "a step after one in which nothing is left": not all(left[:-1]),
        "a look-ahead at 2 bits": machine.lookahead_bits == 2,
        "a look-ahead at 8 bits": machine.lookahead_bits == 8,
        "a look-ahead over nothing but zeros": terms.largest == 0,
        "a look-ahead over signed activations": terms.signed,
        "a look-ahead over activations without a sign": not terms.signed,
        "a look-ahead where another group has the largest activation":
            terms.largest > np.max(np.abs(case.ifmap[:group.layer.C])),
        "an activation that is rounded to 0":
            (lookahead.integers(terms.activations, s_x) == 0)[terms.activations != 0].any(),
        "an activation that is rounded to even":
            s_x and not terms.signed and ((terms.activations / s_x) % 1 == 0.5).any(),
        "an estimate at the threshold":
            (lookahead.estimates(machine.lookahead_bits, terms) == tau).any(),
        "an estimate that gates by error": (gated & (group.ofmap > tau)).any(),
        "an estimate that misses a zero": (~gated & (group.ofmap <= tau)).any()})


def of_snapea(case, group):
    cut, machine = group.prediction.cut, group.machine
    L, m, taken = group.layer.L, cut.speculated, cut.taken
    terms, tau = terms_and_thresholds(case)
    short = taken < L
    names = of_operands(case, "snapea") | true({
        "an exact layer": m == 0, "speculation": m > 0, "speculation over all taps": m == L,
        "a guess": (taken[short] == m).any(),
        "a cut that is certain": (taken[short] > m).any(),
        "speculation and a cut that is certain": m and (taken[short] > m).any(),
        "speculation that guesses wrong": (short & (group.ofmap > 0)).any(),
        "a zero that is not cut short": (~short & (group.ofmap <= 0)).any(),
        "no output cut short": not short.any(),
        "a reduction of one tap": L == 1,
        "a channel of negative weights alone": m == 0 and (terms.weights < 0).all(axis=1).any(),
        "an output cut short after its first tap": m == 0 and (taken[short] == 1).any(),
        "weights of equal magnitude": any(
            len(set(map(abs, w))) < L for w in terms.weights.tolist()),
        "retire alone with streamed weights":
            machine.retire_alone and group.program.chunks is not None})
    for k, p, q in zip(*np.nonzero(short)):
        names |= of_cut(terms, tau[k, 0, 0], cut, (k, p, q))
    for k, weights in enumerate(terms.weights.tolist()):
        names |= true({"a speculated tap with a negative weight":
                       any(weights[tap] < 0 for tap in cut.orders[k][:m])})
    for tile, chunk in tiles_of(group):
        names |= of_alone(machine, tile, chunk) if tile.alone else of_cut_tile(machine, tile, chunk)
    return names | true({"retire alone in many steps": machine.retire_alone
                         and len(group.program.steps) > 2 and group.program.chunks is None})


def of_cut(terms, tau, cut, output):
    """Of an output that is cut short."""
    n = cut.taken[output]
    taps = cut.orders[output[0]]
    value = snapea.values_so_far(terms, *output, taps)[n - 1]
    total = sum(terms.activations[output[1:]][taps[:n]] * terms.weights[output[0], taps[:n]])
    guessed = n == cut.speculated
    return true({"a guess at the threshold": guessed and value == tau,
                 "a guess above 0": guessed and value > 0,
                 "a cut at exactly 0": not guessed and value == 0,
                 "a cut because of what is added to the sum": not guessed and total > 0})


def of_cut_tile(machine, tile, chunk):
    e, places = chunk.cut, chunk.taps
    busy = snapea.cycles(machine, e)
    ideal = replace(machine, ifmap_read_width=0, weight_read_width=0)
    n = [n for column in tile.taken for n in column]
    limit = busy > snapea.cycles(ideal, e)
    return true({
        "an output cut short in the middle of a chunk":
            chunk.weights and any(places.start < x < places.stop for x in n),
        "a chunk that no PE reaches": not snapea.total(e),
        "a chunk that some PEs do not reach":
            chunk.weights and any(x <= places.start for x in n) and snapea.total(e),
        "snapea with the ifmap port as the limit":
            limit and busy == snapea.port_cycles(snapea.total(e), machine.ifmap_read_width),
        "snapea with the weight port as the limit":
            limit and busy == snapea.port_cycles(snapea.longest(e), machine.weight_read_width),
        "columns that are done at different times": len(set(map(max, e))) > 1})


def of_alone(machine, tile, chunk):
    n = chunk.cut
    done = max(snapea.last_done(machine, column) for column in n)
    total, positions = snapea.total(n), len(n[0])
    drain = positions - min(machine.rows, positions)
    ifmap = snapea.port_cycles(total, machine.ifmap_read_width)
    weights = snapea.port_cycles(total, machine.weight_read_width)
    waves = sum(max(up(x, machine.lanes) for column in n for x in column[i:i + machine.rows])
                for i in range(0, positions, machine.rows))
    return true({
        "retire alone with the last PE as the limit": done > max(ifmap, weights, drain),
        "retire alone with the ifmap port as the limit": ifmap > max(done, weights, drain),
        "retire alone with the weight port as the limit": weights > max(done, ifmap, drain),
        "retire alone with the drain as the limit": drain > max(done, ifmap, weights),
        "retire alone with fewer positions than rows": positions < machine.rows,
        "retire alone that saves time": done < waves})


def of_perforation(case, group):
    machine, layer, perforation = group.machine, group.layer, group.prediction.perforation
    some = perforation.interpolated.any()
    ties, whole = False, False
    for inside, peeks in windows(machine, layer.P, layer.Q):
        whole |= not peeks
        for x in set(inside) - set(peeks):
            distances = sorted((x[0] - p) ** 2 + (x[1] - q) ** 2 for p, q in peeks)
            ties |= distances[:1] == distances[1:2] != []
    drains = case.expected["drain_stall"]
    return true({
        "an interpolated output with a residual": some and layer.residual,
        "interpolated outputs in groups": some and case.layer.groups > 1,
        "interpolation with known weights": some and case.operands is not None,
        "interpolation without weights": some and case.operands is None,
        "a window without a peek that is computed whole": whole and some,
        "an interpolated output at equal distance from two peeks": ties,
        "nothing interpolated": not some,
        "a peek that several outputs have their value from": perforation.copies.max() > 1,
        "a drain that interpolated outputs make longer than a tile": some and drains,
        "perforation over streamed weights": some and group.program.chunks is not None,
        "perforation in many blocks": some and len(group.program.steps) > 2,
        "perforation with a negative activation":
            some and case.ifmap is not None and has_negative(case.ifmap),
        "perforation that skips":
            some and any(chunk.live and chunk.a < len(chunk.taps) for _, chunk in tiles_of(group))})
