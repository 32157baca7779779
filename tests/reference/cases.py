"""Cases in files, in the format of tests/vectors/README.md."""
import json
import os

import numpy as np

from model import simulate
from operands import Operands
from prediction import Masks
from shapes import CannotRun, Layer, Machine
from zap import Networks


# Counters that a case in a file may leave out; they are not compared then.
NEW_COUNTERS = ("multicast_reads weight_selects latched_operands zero_flags jobs_peak "
                "queue_peak decision_macs cut_short interpolated tiles_lookahead lookahead_macs "
                "lookahead_ifmap_reads lookahead_weight_reads").split()


class Case:
    """One caseNNN.json: a layer on a machine, with what is expected of it."""

    def __init__(self, layer, machine, ofmap, ifmap=None, expected=None, expected_error=None,
                 masks=None, operands=None, networks=None):
        self.layer, self.machine = layer, machine
        self.ofmap, self.ifmap, self.masks, self.operands = ofmap, ifmap, masks, operands
        self.networks = networks
        self.expected, self.expected_error = expected, expected_error

    def simulate(self):
        """(counters, None), or (None, why the machine cannot run the layer)."""
        try:
            return simulate(self.layer, self.machine, self.ofmap, self.ifmap, self.masks,
                            self.operands, self.networks), None
        except CannotRun as error:
            return None, str(error)

    def to_json(self):
        fields = {"layer": vars(self.layer), "machine": vars(self.machine)}
        if self.expected_error is None:
            fields["expected"] = self.expected
        else:
            fields["expected_error"] = self.expected_error
        fields["ofmap"] = numbers(self.ofmap)
        if self.ifmap is not None:
            fields["ifmap"] = numbers(self.ifmap)
        if self.masks is not None:
            fields["first"] = numbers(self.masks.first.astype(int))
            fields["gated"] = numbers(self.masks.gated.astype(int))
            fields["decision_macs"] = self.masks.decision_macs
        if self.networks is not None:
            fields["zap"] = {"pattern": self.networks.pattern,
                             "kernel1": numbers(self.networks.kernel1),
                             "bias1": numbers(self.networks.bias1),
                             "kernel2": numbers(self.networks.kernel2),
                             "bias2": numbers(self.networks.bias2)}
        if self.operands is not None:
            fields.update({name: numbers(values) for name, values in vars(self.operands).items()
                           if values is not None})
        return json.dumps(fields, separators=(",", ":"))


def numbers(values):
    """Nested lists of an array, whole numbers without a fraction; -0 keeps its sign."""
    if isinstance(values, np.ndarray):
        return [numbers(v) for v in values.tolist()]
    if isinstance(values, list):
        return [numbers(v) for v in values]
    whole = values == int(values) and str(values) != "-0.0"
    return int(values) if whole else values


def read(path):
    with open(path) as file:
        fields = json.load(file)

    def array(name):
        return np.array(fields[name]) if name in fields else None

    masks = operands = networks = None
    if "weights" in fields:
        operands = Operands(array("weights"), array("bias"), array("residual"))
    if "first" in fields:
        masks = Masks(np.array(fields["first"]) != 0, np.array(fields["gated"]) != 0,
                      fields["decision_macs"])
    if "zap" in fields:
        own = dict(fields["zap"])
        networks = Networks(own.pop("pattern"), **{name: np.array(own[name]) for name in own})
    return Case(Layer(**fields["layer"]), Machine(**fields["machine"]), array("ofmap"),
                array("ifmap"), fields.get("expected"), fields.get("expected_error"), masks,
                operands, networks)


def paths(folder):
    """The case files of a folder, in order of their names."""
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith(".json")]


def differences(case):
    """What the model says otherwise than the case, one line each."""
    counters, error = case.simulate()
    if counters is None:
        if case.expected_error is None:
            return ["cannot run: %s; expected to run" % error]
        return []
    if case.expected_error is not None:
        return ["runs; expected: cannot run, %s" % case.expected_error]
    left_out = set(NEW_COUNTERS) - set(case.expected)
    names = sorted((set(counters) | set(case.expected)) - left_out)
    return ["%s: expected %s, the model says %s" % (n, case.expected.get(n), counters.get(n))
            for n in names if case.expected.get(n) != counters.get(n)]
