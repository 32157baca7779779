"""Each ONNX operator that peeksim.trace builds computes what torch computes."""
import numpy as np
import torch
from onnx import helper
from torch.nn import functional as F

from test_own_models import Computing
from peeksim.trace import onnx_model
from peeksim.trace.analyse import analyse


class OnnxOperators(Computing):
    def test_pads_may_differ_on_the_sides_or_follow_from_the_size(self):
        weight = np.random.RandomState(0).randn(4, 3, 3, 2).astype("f4")
        w = torch.from_numpy(weight)
        for expected, more in (
            (lambda x: F.conv2d(F.pad(x, (3, 1, 0, 2)), w), {"pads": [0, 3, 2, 1]}),
            (lambda x: F.conv2d(F.pad(x, (0, 1, 1, 1)), w), {"auto_pad": "SAME_UPPER"}),
            (lambda x: F.conv2d(F.pad(x, (1, 0, 1, 1)), w), {"auto_pad": "SAME_LOWER"}),
            (
                lambda x: F.conv2d(F.pad(x, (0, 0, 0, 1)), w, None, 2),
                {"auto_pad": "SAME_UPPER", "strides": [2, 2]},
            ),
            (
                lambda x: F.conv2d(x, w, None, (1, 2), 0, (2, 1)),
                {"auto_pad": "VALID", "strides": [1, 2], "dilations": [2, 1]},
            ),
        ):
            with self.subTest(more):
                self.assert_computes(expected, "Conv", ("x", "w"), {"w": weight}, **more)

    def test_poolings_count_pads_as_they_say(self):
        def average(x, ceil, count):
            return F.avg_pool2d(x, 3, 2, 1, ceil, count)

        def uneven(x):
            pads = (0, 1, 0, 1)
            return F.avg_pool2d(F.pad(x, pads), 2) / F.avg_pool2d(F.pad(x * 0 + 1, pads), 2)

        window = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4}
        small = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0, 0, 1, 1]}
        for kind, expected, more in (
            ("MaxPool", lambda x: F.max_pool2d(x, 3, 2, 1), window),
            (
                "MaxPool",
                lambda x: F.max_pool2d(x, 3, 2, 0, 1, True),
                dict(window, pads=[0] * 4, ceil_mode=1),
            ),
            ("MaxPool", lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-1e9), 2), small),
            ("AveragePool", lambda x: average(x, False, False), window),
            (
                "AveragePool",
                lambda x: average(x, True, True),
                dict(window, count_include_pad=1, ceil_mode=1),
            ),
            ("AveragePool", uneven, small),
            (
                "AveragePool",
                lambda x: F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 2),
                dict(small, count_include_pad=1),
            ),
            ("GlobalAveragePool", lambda x: x.mean((2, 3), True), {}),
            ("GlobalMaxPool", lambda x: x.amax((2, 3), True), {}),
        ):
            with self.subTest(kind, **more):
                self.assert_computes(expected, kind, **more)

    def test_activations(self):
        limits = {"low": np.float32(0), "high": np.float32(6)}
        for expected, words, more in (
            (F.relu, ("Relu",), {}),
            (F.relu6, ("Clip", ("x", "low", "high"), limits), {}),
            (F.relu6, ("Clip",), {"opset": 9, "min": 0.0, "max": 6.0}),
            (F.relu, ("Clip", ("x", "low"), limits), {}),
            (lambda x: x.clamp(max=0.5), ("Clip",), {"opset": 9, "max": 0.5}),
            (lambda x: F.leaky_relu(x, 0.2), ("LeakyRelu",), {"alpha": 0.2}),
            (
                lambda x: torch.where(x > 0, x, x * 0.3),
                ("PRelu", ("x", "s"), {"s": np.full((3, 1, 1), 0.3, "f4")}),
                {},
            ),
            (F.elu, ("Elu",), {}),
            (torch.sigmoid, ("Sigmoid",), {}),
            (torch.tanh, ("Tanh",), {}),
            (lambda x: (x * 0.2 + 0.5).clamp(0, 1), ("HardSigmoid",), {}),
            (F.hardsigmoid, ("HardSigmoid",), {"alpha": 1 / 6}),
            (F.hardswish, ("HardSwish",), {"opset": 14}),
            (lambda x: x.softmax(-1), ("Softmax",), {}),
            (lambda x: x.flatten(1).softmax(1).reshape(x.shape), ("Softmax",), {"opset": 11}),
            (lambda x: x.log_softmax(1), ("LogSoftmax",), {"axis": 1}),
            (
                lambda x: F.local_response_norm(x, 3, 0.1, 0.5, 2.0),
                ("LRN",),
                {"size": 3, "alpha": 0.1, "beta": 0.5, "bias": 2.0},
            ),
            (lambda x: x, ("Dropout",), {}),
            (lambda x: x + 0, ("Identity",), {}),
        ):
            with self.subTest(words[0], **more):
                if words[0] in ("Dropout", "Identity"):  # no network without an operation
                    self.network(
                        [
                            helper.make_node(words[0], ["x"], ["z"]),
                            helper.make_node("Abs", ["z"], ["y"]),
                        ]
                    )
                    torch.testing.assert_close(
                        onnx_model.load(self.home)(-torch.ones(1, 3, 8, 8)), torch.ones(1, 3, 8, 8)
                    )
                else:
                    self.assert_computes(expected, *words, **more)

    def test_arithmetic_with_constants_and_itself(self):
        c = np.array([2, -4, 0.5], "f4").reshape(3, 1, 1)
        t = torch.from_numpy(c)
        for kind, expected in (
            ("Add", lambda a, b: a + b),
            ("Sub", lambda a, b: a - b),
            ("Mul", lambda a, b: a * b),
            ("Div", lambda a, b: a / b),
        ):
            with self.subTest(kind):
                self.assert_computes(lambda x: expected(x, t), kind, ("x", "c"), {"c": c})
                self.assert_computes(lambda x: expected(t, x), kind, ("c", "x"), {"c": c})
                self.assert_computes(lambda x: expected(x, x), kind, ("x", "x"))
        self.assert_computes(lambda x: 2 * x + t, "Sum", ("x", "x", "c"), {"c": c})
        self.assert_computes(
            lambda x: x.sqrt().nan_to_num() * 0 + 1, "Pow", ("x", "z"), {"z": np.float32(0)}
        )

    def test_moves(self):
        def whole(*numbers):
            return np.array(numbers, "i8")

        for expected, words, more in (
            (lambda x: torch.cat([x, x], 1), ("Concat", ("x", "x")), {"axis": 1}),
            (lambda x: x.flatten(1), ("Flatten",), {}),
            (lambda x: x.reshape(2 * 3, 64), ("Flatten",), {"axis": 2}),
            (lambda x: x.reshape(2, 3, 64), ("Reshape", ("x", "s"), {"s": whole(0, 3, -1)}), {}),
            (lambda x: x.reshape(2, 192), ("Reshape", ("x", "s"), {"s": whole(1, -1)}), {}),
            (lambda x: x.permute(0, 2, 3, 1), ("Transpose",), {"perm": [0, 2, 3, 1]}),
            (lambda x: x[:, None], ("Unsqueeze", ("x", "a"), {"a": whole(1)}), {}),
            (lambda x: x[..., None, None], ("Unsqueeze",), {"opset": 11, "axes": [4, 5]}),
            (
                lambda x: F.pad(x, (1, 4, 2, 3), value=0.5),
                (
                    "Pad",
                    ("x", "p", "v"),
                    {"p": whole(0, 0, 2, 1, 0, 0, 3, 4), "v": np.float32(0.5)},
                ),
                {},
            ),
            (
                lambda x: F.pad(x, (1, 1, 2, 0), "reflect"),
                ("Pad",),
                {"opset": 9, "mode": "reflect", "pads": [0, 0, 2, 1, 0, 0, 0, 1]},
            ),
            (
                lambda x: F.pad(x, (0, 0, 0, 0, 1, 2)),
                ("Pad",),
                {"opset": 9, "pads": [0, 1, 0, 0, 0, 2, 0, 0]},
            ),
            (lambda x: x.mean((2, 3)), ("ReduceMean",), {"axes": [2, 3], "keepdims": 0}),
            (
                lambda x: x.mean((1,), True),
                ("ReduceMean", ("x", "a"), {"a": whole(1)}),
                {"opset": 18},
            ),
            (lambda x: x.sum((2, 3), True), ("ReduceSum", ("x", "a"), {"a": whole(2, -1)}), {}),
            (
                lambda x: x[:, :, ::2, 1:-1],
                (
                    "Slice",
                    ("x", "s", "e", "a", "t"),
                    {"s": whole(0, 1), "e": whole(2**62, -1), "a": whole(2, 3), "t": whole(2, 1)},
                ),
                {},
            ),
            (
                lambda x: x.flip(2),
                (
                    "Slice",
                    ("x", "s", "e", "a", "t"),
                    {"s": whole(-1), "e": whole(-(2**62)), "a": whole(2), "t": whole(-1)},
                ),
                {},
            ),
            (lambda x: x[:, [2, 0]], ("Gather", ("x", "i"), {"i": whole(2, -3)}), {"axis": 1}),
            (lambda x: x[:, :, 5], ("Gather", ("x", "i"), {"i": np.int64(5)}), {"axis": 2}),
        ):
            with self.subTest(words[0], **more):
                self.assert_computes(expected, *words, **more)
        self.network(
            [
                helper.make_node("Split", ["x"], ["a", "b", "c"], axis=1),
                helper.make_node("Squeeze", ["b", "one"], ["y"]),
            ],
            {"one": np.array([1], "i8")},
        )
        x = torch.randn(2, 3, 8, 8)
        torch.testing.assert_close(onnx_model.load(self.home)(x), x[:, 1])

    def test_matrix_products_with_constants_are_fully_connected_layers(self):
        w, b = np.random.RandomState(0).randn(192, 5).astype("f4"), np.arange(5, dtype="f4")
        flat = helper.make_node("Flatten", ["x"], ["flat"])
        relu = helper.make_node("Relu", ["z"], ["y"])
        x = torch.randn(2, 3, 8, 8)
        expected = (x.flatten(1) @ torch.from_numpy(w) + torch.from_numpy(b)).relu()
        for nodes, constants in (
            ([helper.make_node("Gemm", ["flat", "w", "b"], ["z"])], {"w": w, "b": b}),
            (
                [
                    helper.make_node(
                        "Gemm", ["flat", "w", "b"], ["z"], transB=1, alpha=0.5, beta=2.0
                    )
                ],
                {"w": 2 * w.T, "b": b / 2},
            ),
            (
                [
                    helper.make_node("MatMul", ["flat", "w"], ["m"], name="z"),
                    helper.make_node("Add", ["b", "m"], ["z"]),
                ],
                {"w": w, "b": b},
            ),
        ):
            net = onnx_model.load(self.network([flat] + nodes + [relu], constants))
            torch.testing.assert_close(net(x), expected, rtol=1e-5, atol=1e-4)
            layers = analyse(net, x[:1])[1].find()
            self.assertEqual(
                [(l.name, l.kind, l.activation) for l in layers], [("z", "fc", "relu")]
            )
            self.assertIsNotNone(layers[0].op.params["bias"])

    def test_names_become_names_of_modules_whatever_they_are(self):
        names = ("forward", "a.b", "a", 'x"); raise SystemExit("', "lambda.7", "a", "/graph/conv")
        tensors = ["x"] + ["v%d" % i for i in range(len(names) - 1)] + ["y"]
        nodes = [
            helper.make_node("Conv", [tensors[i], "w"], [tensors[i + 1]], name=n)
            for i, n in enumerate(names)
        ]
        net = onnx_model.load(self.network(nodes, {"w": np.ones((3, 3, 1, 1), "f4")}))
        found = [l.name for l in analyse(net, torch.zeros(1, 3, 8, 8))[1].find()]
        self.assertEqual(
            found,
            ["forward_", "a.b", "a", "x____raise_SystemExit__", "lambda_.7", "a_", "graph/conv"],
        )
