"""Quantised ONNX files compute what integer arithmetic, written here in NumPy, computes; their
layers hold the file's integers, and their graphs the steps between integers and values.
"""
import unittest

import numpy as np
import torch
from onnx import TensorProto, helper
from torch import nn
from torch.nn import functional as F

from test_own_models import Own
from peeksim.trace import codes, onnx_model, tracing
from peeksim.errors import ExtractError

RANGES = {"u1": (0, 255), "i1": (-128, 127)}
SIZE = ("N", 3, 8, 8)


def rounded(values, scale, zero, kind):
    low, high = RANGES[kind]
    return np.clip(np.rint(values / np.float64(scale)) + int(zero), low, high).astype("i4")


def sums(q, w, pads=(0, 0, 0, 0), stride=1):
    """int32 sums [N, K, P, Q] of integers [N, C, H, W] and [K, C, R, S]; padding is 0."""
    top, left, bottom, right = pads
    q = np.pad(q, ((0, 0), (0, 0), (top, bottom), (left, right)))
    views = np.lib.stride_tricks.sliding_window_view(q, w.shape[2:], (2, 3))
    return np.einsum("nchwrs,kcrs->nkhw", views[:, :, ::stride, ::stride], w, dtype="i4")


class Integers(Own):
    def setUp(self):
        super().setUp()
        self.random = np.random.RandomState(3)
        self.constants = {}

    def whole(self, low, high, *shape, kind="i4"):
        return self.random.randint(low, high + 1, shape).astype(kind)

    def terms(self, name, scale, zero):
        """The names of a scale and a zero point that are now constants of the file."""
        self.constants.update({name + "_scale": np.float32(scale), name + "_zero": zero})
        return [name + "_scale", name + "_zero"]

    def pair(self, x, y, scale, zero):
        """QuantizeLinear and DequantizeLinear from tensor x to tensor y."""
        terms = self.terms(y, scale, zero)
        return [
            helper.make_node("QuantizeLinear", [x] + terms, [y + "_q"]),
            helper.make_node("DequantizeLinear", [y + "_q"] + terms, [y]),
        ]

    def decoded(self, name, integers, scale, zero, **more):
        """The DequantizeLinear that makes the tensor `name` of constant integers."""
        self.constants[name + "_q"] = integers
        inputs = [name + "_q"] + self.terms(name, scale, zero)
        return helper.make_node("DequantizeLinear", inputs, [name], **more)

    def run_file(self, nodes, x, shape=SIZE, **more):
        """(the network in double precision, its output for x)."""
        self.network(nodes, self.constants, shape, **more)
        net = onnx_model.load(self.home).double()
        with torch.no_grad():
            return net, net(torch.from_numpy(x).double()).numpy()

    def images(self, *shape):
        return self.random.randn(*shape).astype("f4")

    def assert_integers(self, found, exact, scale, zero, kind):
        """found: values of integers; exact: values before they are rounded, maybe at a tie."""
        found = found / np.float64(np.float32(scale)) + int(zero)
        np.testing.assert_allclose(found, np.rint(found), 0, 1e-6)
        steps = exact / np.float64(np.float32(scale))
        tie = np.abs(steps - np.floor(steps) - 0.5) < 1e-4
        wrong = np.rint(found) != rounded(exact, np.float32(scale), zero, kind)
        self.assertEqual(int((wrong & ~tie).sum()), 0)


class Layers(Integers):
    def test_a_convolution_between_pairs_is_that_of_its_integers(self):
        for kind, zero, weight_kind, weight_zero, channels, pads in (
            ("u1", 0, "i1", 0, False, [0] * 4),
            ("u1", 128, "i1", 0, True, [1] * 4),
            ("u1", 37, "i1", 0, True, [0, 1, 2, 1]),
            ("i1", 0, "i1", 0, True, [1] * 4),
            ("i1", -5, "u1", 128, False, [1] * 4),
            ("u1", 37, "i1", 3, False, [1] * 4),
        ):
            with self.subTest(kind=kind, zero=zero, weights=weight_kind, channels=channels):
                w = self.whole(-120, 120, 4, 3, 3, 3) + weight_zero
                b = self.whole(-2000, 2000, 4)
                xs = np.float32(0.0213)
                ws = np.float32(self.random.rand(4) * 0.01 + 0.001 if channels else 0.0071)
                zeros = np.full(ws.shape, weight_zero, weight_kind)
                nodes = self.pair("x", "x1", xs, np.array(zero, kind))
                nodes += [
                    self.decoded("w", w.astype(weight_kind), ws, zeros, axis=0),
                    self.decoded("b", b, ws * xs, np.zeros(ws.shape, "i4"), axis=0),
                    helper.make_node("Conv", ["x1", "w", "b"], ["c"], pads=pads, name="conv"),
                    helper.make_node("Relu", ["c"], ["r"]),
                ]
                nodes += self.pair("r", "y", 0.05, np.array(zero, kind))
                x = self.images(2, 3, 8, 8)
                net, found = self.run_file(nodes, x)
                q = rounded(x, xs, zero, kind) - zero
                products = sums(q, w - weight_zero, pads) + b.reshape(-1, 1, 1)
                exact = products * (np.float64(xs) * ws.astype("f8").reshape(-1, 1, 1))
                self.assert_integers(found, np.maximum(exact, 0), 0.05, zero, kind)
                coded = net.conv.coded
                self.assertEqual(coded.weight.dtype, torch.int64)
                np.testing.assert_array_equal(coded.weight, w - weight_zero)
                np.testing.assert_array_equal(coded.scale, ws.flatten())
                np.testing.assert_array_equal(coded.bias, b)

    def test_a_bias_that_is_no_integer_or_of_another_step_stays_a_float(self):
        w = self.decoded("w", self.whole(-9, 9, 4, 3, 1, 1, kind="i1"), 0.5, np.int8(0))
        x = self.pair("x", "x1", 0.25, np.uint8(7))
        conv = helper.make_node("Conv", ["x1", "w", "b"], ["y"], name="conv")
        b = self.whole(-9, 9, 4)
        bias = self.decoded("b", b, 0.5, np.int32(0))
        net, _ = self.run_file(x + [w, bias, conv], self.images(1, 3, 8, 8))
        self.assertIsNone(net.conv.coded.bias)
        np.testing.assert_array_equal(net.conv.bias.detach(), b * 0.5)
        self.constants["b"] = b.astype("f4")
        self.assertIsNone(self.run_file(x + [w, conv], self.images(1, 3, 8, 8))[0].conv.coded.bias)

    def test_weights_beyond_eight_bits_with_a_sign_make_an_ordinary_layer(self):
        w = self.decoded("w", self.whole(0, 255, 4, 3, 1, 1, kind="u1"), 0.5, np.uint8(9))
        conv = helper.make_node("Conv", ["x1", "w"], ["y"], name="conv")
        nodes = self.pair("x", "x1", 0.25, np.uint8(7)) + [w, conv]
        self.assertFalse(hasattr(self.run_file(nodes, self.images(1, 3, 8, 8))[0].conv, "coded"))

    def test_matrix_products_hold_their_integers_in_the_shape_of_a_layer(self):
        w, ws = self.whole(-127, 127, 192, 5, kind="i1"), np.float32(self.random.rand(5) + 0.1)
        start = [helper.make_node("Flatten", ["x"], ["f"])]
        start += self.pair("f", "f1", 0.02, np.uint8(99))
        for kind, more in (("MatMul", {}), ("Gemm", {}), ("Gemm", {"transB": 1})):
            stored, axis = (w.T, 0) if more else (w, 1)
            node = self.decoded("w", stored, ws, np.zeros(5, "i1"), axis=axis)
            layer = helper.make_node(kind, ["f1", "w"], ["y"], name="layer", **more)
            x = self.images(2, 3, 8, 8)
            net, found = self.run_file(start + [node, layer], x)
            np.testing.assert_array_equal(net.layer.coded.weight, w.T)
            np.testing.assert_array_equal(net.layer.coded.scale, ws)
            q = rounded(x.reshape(2, -1), np.float32(0.02), 99, "u1") - 99
            exact = (q @ w.astype("i4")) * (np.float64(np.float32(0.02)) * ws)
            np.testing.assert_allclose(found, exact, 1e-6)

    def test_weights_that_the_file_quantises_itself_hold_integers_too(self):
        w = self.random.randn(5, 192).astype("f4")
        terms = self.terms("w", 0.03, np.int8(0))
        self.constants["w"] = w
        nodes = [helper.make_node("Flatten", ["x"], ["f"])] + self.pair("f", "f1", 0.02, np.int8(0))
        nodes += [
            helper.make_node("QuantizeLinear", ["w"] + terms, ["wq"]),
            helper.make_node("DequantizeLinear", ["wq"] + terms, ["wd"]),
            helper.make_node("Transpose", ["wd"], ["wt"], perm=[1, 0]),
            helper.make_node("MatMul", ["f1", "wt"], ["y"], name="layer"),
        ]
        coded = self.run_file(nodes, self.images(1, 3, 8, 8))[0].layer.coded
        np.testing.assert_array_equal(coded.weight, rounded(w, np.float32(0.03), 0, "i1"))

    def test_transposed_convolutions_compute_with_decoded_weights(self):
        w = self.whole(-127, 127, 3, 2, 2, 2, kind="i1")
        node = self.decoded("w", w, [0.5, 0.25], np.zeros(2, "i1"), axis=1)
        up = helper.make_node("ConvTranspose", ["x", "w"], ["y"])
        x = self.images(1, 3, 8, 8)
        values = torch.from_numpy(w * np.float64([0.5, 0.25]).reshape(2, 1, 1))
        expected = F.conv_transpose2d(torch.from_numpy(x).double(), values)
        np.testing.assert_allclose(self.run_file([node, up], x)[1], expected, 1e-6, 1e-6)

    def test_a_network_of_pairs_with_a_residual_and_pooling(self):
        """conv, ReLU; conv plus its input; max-pooling of integers; fully connected."""
        s = {k: np.float32(v) for k, v in dict(x=0.02, a=0.06, c=0.11, d=0.15, y=0.9).items()}
        z = dict(x=110, a=0, c=131, d=120, y=77)
        wa, wc = (self.whole(-127, 127, 4, n, 3, 3, kind="i1") for n in (3, 4))
        wy, ba = self.whole(-127, 127, 64, 5, kind="i1"), self.whole(-999, 999, 4)
        ws = np.float32(self.random.rand(4) * 0.01 + 0.002)

        def pair(source, name):
            return self.pair(source, name, s[name], np.uint8(z[name]))

        def zeros(kind="i1"):
            return np.zeros(4, kind)

        nodes = [
            pair("x", "x")[0],
            helper.make_node("DequantizeLinear", ["x_q", "x_scale", "x_zero"], ["x1"]),
            self.decoded("wa", wa, ws, zeros(), axis=0),
            self.decoded("ba", ba, ws * s["x"], zeros("i4"), axis=0),
            helper.make_node("Conv", ["x1", "wa", "ba"], ["conv_a"], pads=[1] * 4),
            helper.make_node("Relu", ["conv_a"], ["relu_a"]),
            *pair("relu_a", "a"),
            self.decoded("wc", wc, ws, zeros(), axis=0),
            helper.make_node("Conv", ["a", "wc"], ["conv_c"], pads=[1] * 4),
            *pair("conv_c", "c"),
            helper.make_node("Add", ["c", "a"], ["sum"]),
            *pair("sum", "d"),
            helper.make_node("MaxPool", ["d_q"], ["pool"], kernel_shape=[2, 2], strides=[2, 2]),
            helper.make_node("Flatten", ["pool"], ["flat"]),
            helper.make_node("DequantizeLinear", ["flat", "d_scale", "d_zero"], ["values"]),
            self.decoded("wy", wy, 0.004, np.int8(0)),
            helper.make_node("MatMul", ["values", "wy"], ["product"]),
            *pair("product", "y"),
        ]
        x = self.images(2, 3, 8, 8)
        net, found = self.run_file(nodes, x)
        f = ws.astype("f8").reshape(4, 1, 1)
        q = rounded(x, s["x"], z["x"], "u1") - z["x"]
        a = (sums(q, wa, [1] * 4) + ba.reshape(4, 1, 1)) * (f * np.float64(s["x"]))
        a = rounded(np.maximum(a, 0), s["a"], 0, "u1")
        c = sums(a, wc, [1] * 4) * (f * np.float64(s["a"]))
        c = rounded(c, s["c"], z["c"], "u1") - z["c"]
        d = rounded(c * np.float64(s["c"]) + a * np.float64(s["a"]), s["d"], z["d"], "u1")
        d = d.reshape(2, 4, 4, 2, 4, 2).max((3, 5)).reshape(2, -1) - z["d"]
        exact = (d @ wy.astype("i4")) * (np.float64(s["d"]) * np.float64(np.float32(0.004)))
        self.assert_integers(found, exact, s["y"], z["y"], "u1")


class Operators(Integers):
    def on_integers(self, kind, operands, expected, out=(0.07, np.uint8(31)), **more):
        """The operator of the operands (integers' scale, zero point), made of x; against expected,
        a function of their values, as integers."""
        nodes, inputs, values = [], [], []
        x = self.images(2, 3, 8, 8)
        for i, (scale, zero) in enumerate(operands):
            name = "x%d" % i
            terms = self.terms(name, scale, zero)
            nodes.append(helper.make_node("QuantizeLinear", ["x"] + terms, [name]))
            inputs += [name] + terms
            q = rounded(x, np.float32(scale), zero, zero.dtype.str[1:])
            values.append((q - int(zero)) * np.float64(np.float32(scale)))
        last = self.terms("y", *out)
        inputs = last + inputs if kind == "QLinearConcat" else inputs + last
        nodes.append(helper.make_node(kind, inputs, ["yq"], domain="com.microsoft", **more))
        nodes.append(helper.make_node("DequantizeLinear", ["yq"] + last, ["y"]))
        _, found = self.run_file(nodes, x)
        self.assert_integers(found, expected(*values), *out, out[1].dtype.str[1:])

    def test_operators_of_com_microsoft_work_on_the_values_of_integers(self):
        one, two = [(0.03, np.uint8(120))], [(0.03, np.uint8(120)), (0.05, np.uint8(3))]
        signed, out = [(0.03, np.int8(-7)), (0.05, np.int8(3))], (0.02, np.int8(-5))

        def tensor(function):
            return lambda v: function(torch.from_numpy(v)).numpy()

        pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
        for kind, operands, expected, more in (
            ("QLinearAdd", two, lambda a, b: a + b, {}),
            ("QLinearAdd", signed, lambda a, b: a + b, {"out": out}),
            ("QLinearMul", two, lambda a, b: a * b, {}),
            ("QLinearConcat", two, lambda a, b: np.concatenate([a, b], 1), {"axis": 1}),
            ("QLinearGlobalAveragePool", one, lambda a: a.mean((2, 3), keepdims=True), {}),
            ("QLinearAveragePool", one, tensor(lambda v: F.avg_pool2d(v, 2)), pool),
            ("QLinearLeakyRelu", one, tensor(lambda v: F.leaky_relu(v, 0.1)), {"alpha": 0.1}),
            ("QLinearSigmoid", one, tensor(torch.sigmoid), {"out": (1 / 256, np.uint8(0))}),
        ):
            with self.subTest(kind):
                self.on_integers(kind, operands, expected, **more)

    def test_layers_on_integers_are_those_of_their_integers(self):
        w, b = self.whole(-127, 127, 4, 3, 3, 3, kind="i1"), self.whole(-999, 999, 4)
        ws, x = np.float32(self.random.rand(4) * 0.01 + 0.002), self.images(2, 3, 8, 8)
        xt, yt = self.terms("q", 0.02, np.uint8(111)), self.terms("y", 0.1, np.uint8(99))
        self.constants.update(w=w, ws=ws, wz=np.zeros(4, "i1"), b=b)
        nodes = [
            helper.make_node("QuantizeLinear", ["x"] + xt, ["q"]),
            helper.make_node(
                "QLinearConv",
                ["q"] + xt + ["w", "ws", "wz"] + yt + ["b"],
                ["yq"],
                name="conv",
                pads=[1] * 4,
                strides=[2, 2],
            ),
            helper.make_node("DequantizeLinear", ["yq"] + yt, ["y"]),
        ]
        net, found = self.run_file(nodes, x)
        q = rounded(x, np.float32(0.02), 111, "u1") - 111
        f = np.float64(np.float32(0.02)) * ws.astype("f8").reshape(4, 1, 1)
        exact = (sums(q, w, [1] * 4, 2) + b.reshape(4, 1, 1)) * f
        self.assert_integers(found, exact, 0.1, 99, "u1")
        np.testing.assert_array_equal(net.conv.coded.weight, w)
        np.testing.assert_array_equal(net.conv.coded.bias, b)

    def test_matrix_products_on_integers(self):
        w, b = self.whole(-127, 127, 192, 5, kind="i1"), self.whole(-999, 999, 5)
        x, ws = self.images(2, 3, 8, 8), np.float32(0.01)
        xt, yt = self.terms("q", 0.02, np.uint8(111)), self.terms("y", 0.5, np.uint8(99))
        self.constants.update(w=w, ws=ws, wz=np.int8(0), b=b, t=np.ascontiguousarray(w.T))
        start = [
            helper.make_node("Flatten", ["x"], ["f"]),
            helper.make_node("QuantizeLinear", ["f"] + xt, ["q"]),
        ]
        end = helper.make_node("DequantizeLinear", ["yq"] + yt, ["y"])
        q = rounded(x.reshape(2, -1), np.float32(0.02), 111, "u1") - 111
        for kind, inputs, bias, more in (
            ("QLinearMatMul", ["w", "ws", "wz"] + yt, 0, {}),
            ("QGemm", ["w", "ws", "wz", "b"] + yt, b, {"domain": "com.microsoft"}),
            ("QGemm", ["t", "ws", "wz", "b"] + yt, b, {"domain": "com.microsoft", "transB": 1}),
        ):
            node = helper.make_node(kind, ["q"] + xt + inputs, ["yq"], name="layer", **more)
            net, found = self.run_file(start + [node, end], x)
            exact = (q @ w.astype("i4") + bias) * (np.float64(np.float32(0.02)) * np.float64(ws))
            self.assert_integers(found, exact, 0.5, 99, "u1")
            np.testing.assert_array_equal(net.layer.coded.weight, w.T)

    def test_an_image_of_integers_is_read_as_they_are(self):
        terms = self.terms("x", 0.5, np.uint8(9))
        node = helper.make_node("DequantizeLinear", ["x"] + terms, ["y"])
        x = self.whole(0, 255, 2, 3, 8, 8).astype("f4")
        _, found = self.run_file([node], x, kind=TensorProto.UINT8)
        np.testing.assert_array_equal(found, (x - 9) * 0.5)


class Graphs(Integers):
    def test_the_steps_between_integers_and_values_stay_calls_when_the_network_is_traced(self):
        nodes = self.pair("x", "y", 0.25, np.uint8(7))
        self.network(nodes, self.constants)
        net = onnx_model.load(self.home)
        for module in (net, tracing.trace(net, torch.zeros(1, 3, 8, 8))[0]):
            steps = [codes.quantize, codes.dequantize]
            called = [n for n in module.graph.nodes if n.target in steps]
            self.assertEqual([n.target for n in called], steps)
            self.assertEqual([n.args[1:] for n in called], [(0.25, 7, 0, 255), (0.25, 7)])

    def test_what_torch_exports_after_training_for_integers(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 4, 3)

            def forward(self, x):
                fake = torch.fake_quantize_per_tensor_affine
                scales, zeros = torch.full((4,), 0.01), torch.zeros(4, dtype=torch.int32)
                w = torch.fake_quantize_per_channel_affine(
                    self.conv.weight, scales, zeros, 0, -128, 127
                )
                y = F.conv2d(fake(x, 0.03, 120, 0, 255), w, self.conv.bias)
                return fake(y, 0.05, 99, 0, 255)

        net = Net().eval()
        self.export(net, (3, 8, 8))
        x = torch.randn(1, 3, 8, 8)
        found = onnx_model.load(self.home)
        self.assertEqual(len([m for m in found.modules() if hasattr(m, "coded")]), 1)
        torch.testing.assert_close(found(x), net(x))

    def test_what_cannot_be_built_is_named(self):
        x, yt = self.pair("x", "q", 0.5, np.uint8(0))[0], self.terms("y", 0.5, np.int16(0))
        self.constants.update(w=self.whole(0, 9, 4, 3, 1, 1, kind="u1"), s=np.ones(3, "f4"))
        for pattern, nodes in (
            (
                r"a ConvInteger .*dynamic quantisation.*: quantise the network statically",
                [x, helper.make_node("ConvInteger", ["q_q", "w"], ["y"])],
            ),
            (
                "a DynamicQuantizeLinear .*dynamic quantisation",
                [helper.make_node("DynamicQuantizeLinear", ["x"], ["y", "scale", "zero"])],
            ),
            (
                "gives integers of type int16, expected uint8 or int8",
                [helper.make_node("QuantizeLinear", ["x"] + yt, ["y"])],
            ),
            (
                "a scale for each channel of values that depend on the image",
                [helper.make_node("QuantizeLinear", ["x", "s"], ["y"], axis=1)],
            ),
        ):
            self.network(nodes, self.constants)
            with self.assertRaisesRegex(ExtractError, pattern):
                onnx_model.load(self.home)


if __name__ == "__main__":
    unittest.main()
