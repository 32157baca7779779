"""ONNX's own tests of its operators, which the package python3-onnx brings along: of each operator
that peeksim.trace builds, every form computes what ONNX says or is refused.
"""
import collections
import os
import re
import unittest
import warnings
from unittest import mock

import numpy as np
import torch
from onnx.backend.test.case import node as onnx_cases
from torch import fx

import extracting
from peeksim.trace import onnx_model
from peeksim.trace.onnx_graph import Builder, Node, Refusal, Value
from peeksim.trace.onnx_operators import OPERATORS, ROOT

# Forms that the suite computes and this builder refuses, with a part of the message. Later suites
# have more of them.
REFUSED = {
    "ArgMax": "last of equal values",
    "ArgMin": "last of equal values",
    "AveragePool": "its window is dilated",
    "BatchNormalization": "training mode",
    "Cast": "casts to the type 8 of ONNX",  # strings
    "ConstantOfShape": "depends on the image",
    "ConvInteger": "dynamic quantisation",
    "CumSum": "exclusive or in reverse",
    "DequantizeLinear": "a scale for each (channel|block)",
    "Dropout": "training mode",
    "DynamicQuantizeLinear": "dynamic quantisation",
    "GatherND": "batch_dims is 1",
    "Gemm": "first operand is transposed|third operand is no bias",
    "MatMulInteger": "dynamic quantisation",
    "NonZero": "depends on the image",
    "QuantizeLinear": "a scale for each (channel|block)|expected uint8 or int8",
    "Range": "depends on the image",
    "ReduceMax": "an empty set",
    "ReduceMin": "an empty set",
    "Resize": "tf_crop_and_resize|antialias|keep_aspect_ratio_policy",
    "ScatterElements": "its reduction is",
    "ScatterND": "its reduction is",
}
# What this builder computes otherwise: floating point stays as wide as it is, whole numbers that
# depend on the image are floating point, and align_corners is from the whole size of the result
# (as in ONNX Runtime), where the suite takes the one before rounding. Integers saturate, as the text of
# ONNX says, where a later suite's results of QLinearMatMul wrap around (20 for -236).
OTHERWISE = (
    "_to_FLOAT16|BFLOAT16|div_uint8|downsample_scales_(linear|cubic)_align_corners"
    "|qlinearmatmul_.D_int8_"
)
EARLIER = {"float": float, "bool": bool, "int": int, "object": object}  # names of older NumPy


def cases():
    """The suite's tests of one node of a known operator."""
    with mock.patch.dict(np.__dict__, EARLIER), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = onnx_cases.collect_testcases(None)
    for case in {c.name: c for c in found}.values():
        nodes = case.model.graph.node
        if len(nodes) == 1 and nodes[0].op_type in ROOT and not re.search(OTHERWISE, case.name):
            yield case.name, nodes[0], case.model.opset_import, case.data_sets[0]


def tensor(array):
    array = np.asarray(array)
    return torch.tensor(array if array.dtype == bool else array.astype("f4"))


def computed(proto, opsets, inputs):
    """The outputs of a graph of the one node; its first input is the image."""
    build, values, image = Builder(None), {}, tensor(inputs[0]) if inputs else None
    for i, (name, array) in enumerate(zip([n for n in proto.input if n], inputs)):
        whole = i > 0 and np.asarray(array).dtype.kind in "iu"
        t = tensor(array).long() if whole else tensor(array)
        node = build.graph.placeholder("image") if i == 0 else None
        values[name] = Value(t, node, np.asarray(array).dtype.name)
    opset = max(o.version for o in opsets)
    node = Node(proto, opset, values, onnx_model._constant, collections.Counter())
    made = ROOT[proto.op_type](build, node, *node.inputs)
    made = made if isinstance(made, list) else [made]
    if all(v.fixed for v in made):
        return [v.tensor for v in made]
    build.graph.output([v.node for v in made])
    return fx.GraphModule(build.parts, build.graph)(image)


class OnnxSuite(unittest.TestCase):
    def test_operators_compute_what_onnx_says_or_are_refused(self):
        agreed = collections.Counter()
        for name, proto, opsets, (inputs, expected) in cases():
            if any(np.asarray(a).dtype.kind not in "fiub" for a in [*inputs, *expected]):
                continue  # sequences and strings
            with self.subTest(name):
                try:
                    found = computed(proto, opsets, inputs)
                except Refusal as e:
                    self.assertRegex(str(e), REFUSED.get(proto.op_type, "no refusal expected"))
                    continue
                for a, b in zip(found, expected):
                    self.assertEqual(list(a.shape), list(np.asarray(b).shape))
                    np.testing.assert_allclose(a.detach().double(), b, 1e-4, 1e-5)
                agreed[proto.op_type] += 1
        self.assertGreater(sum(agreed.values()), 450)

    def test_the_documentation_names_every_operator(self):
        with open(os.path.join(extracting.ROOT, "traces", "README.md")) as f:
            words = set(re.findall(r"\w+", f.read()))
        known = {kind for kinds in OPERATORS.values() for kind in kinds}
        self.assertEqual(sorted(known - words), [])


if __name__ == "__main__":
    unittest.main()
