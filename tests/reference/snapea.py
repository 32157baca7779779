"""Outputs that are cut short: docs/machine.md, section 2, "SnaPEA", and section 5, "Outputs that
are cut short".
"""
from dataclasses import dataclass

import numpy as np

from operands import sums
from shapes import up


@dataclass
class Cut:
    """How far every output of a convolution with one group is computed."""

    orders: list  # of each channel: its L taps in the order in which it takes them
    taken: np.ndarray  # int [K,P,Q]: n, the taps that an output takes; L if it is not cut short
    speculated: int  # m


def speculated_taps(weights, m):
    """Item 1: m of the taps of a channel, of all magnitudes."""
    ascending = sorted(range(len(weights)), key=lambda tap: (abs(weights[tap]), tap))
    return [ascending[(i + 1) * len(weights) // m - 1] for i in range(m)]


def last_taps(weights, m):
    """Item 3: the taps with a negative weight that are not speculated."""
    first = speculated_taps(weights, m)
    negative = [tap for tap, w in enumerate(weights) if w < 0 and tap not in first]
    return sorted(negative, key=lambda tap: (-abs(weights[tap]), tap))


def order(weights, m):
    """The taps of a channel in the order in which its outputs take them."""
    first, last = speculated_taps(weights, m), last_taps(weights, m)
    return first + [tap for tap in range(len(weights)) if tap not in first + last] + last


def taps_taken(values, m, last, tau):
    """n of an output: `values` are its values so far, after 1 to L taps, `last` its taps of item 3.

    All L, unless it is cut short.
    """
    L = len(values)
    for n in range(1, L):
        guessed = n == m and values[n - 1] <= tau
        known = L - n <= last and values[n - 1] <= 0
        if guessed or known:
            return n
    return L


def cut(machine, tau, terms):
    """The Cut of all outputs, with thresholds `tau` [K]."""
    K, L = terms.weights.shape
    m = up(L * machine.speculated_percent, 100)
    orders = [order(list(weights), m) for weights in terms.weights]
    last = [len(last_taps(list(weights), m)) for weights in terms.weights]
    taken = np.zeros(terms.shape, dtype=int)
    for k, p, q in np.ndindex(terms.shape):
        values = values_so_far(terms, k, p, q, orders[k])
        taken[k, p, q] = taps_taken(values, m, last[k], tau[k])
    return Cut(orders, taken, m)


def values_so_far(terms, k, p, q, taps):
    """Of an output, after each of the `taps` in their order."""
    return [terms.value(k, p, q, total)
            for total in sums(terms.activations[p, q, taps], terms.weights[k, taps])]


def executed(taken, places):
    """e of every PE, by column, in a chunk of the `places` of the orders; `taken` are their n."""
    f, l = places.start, len(places)
    return [[min(l, max(0, n - f)) for n in column] for column in taken]


def total(columns):
    return sum(map(sum, columns))


def longest(columns):
    """The sum over the columns of the most that one of its PEs executes."""
    return sum(max(column) for column in columns)


def port_cycles(elements, width):
    return up(elements, width) if width else 0


def cycles(machine, columns):
    """What a chunk takes whose PEs execute the taps `columns`."""
    return max(1, up(max(map(max, columns)), machine.lanes),
               port_cycles(total(columns), machine.ifmap_read_width),
               port_cycles(longest(columns), machine.weight_read_width))


def cycles_alone(machine, columns):
    """What a tile takes of whose columns each takes one output after another (`retire_alone`)."""
    positions = len(columns[0])
    return max(max(last_done(machine, column) for column in columns),
               port_cycles(total(columns), machine.ifmap_read_width),
               port_cycles(total(columns), machine.weight_read_width),
               positions - min(machine.rows, positions))


def last_done(machine, column):
    """When the last PE of a column is done, whose outputs take so many taps each."""
    free = [0] * machine.rows
    for n in column:
        row = free.index(min(free))  # the lowest, of several
        free[row] += up(n, machine.lanes)
    return max(free)
