"""A user's own network: ONNX files and state dicts, through the front end of the programs."""
import argparse
import contextlib
import io
import os
import sys
import types
import unittest
import warnings
from unittest import mock

import numpy as np
import onnx
import torch
import torchvision
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from extracting import Basic, Extracting, Functional, Inverted, PreActivation, Tokens, shake
from peeksim.commands import extract_trace
from peeksim.trace import loading, onnx_model
from peeksim.trace.analyse import analyse


class Own(Extracting):
    def setUp(self):
        super().setUp()
        self.home = os.path.join(self.folder, "net.onnx")

    def export(self, net, shape=(3, 12, 12), opset=13, **more):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                net, torch.zeros((1,) + shape), self.home, opset_version=opset, **more
            )
        return self.home

    def network(
        self,
        nodes,
        constants=None,
        shape=("N", 3, 8, 8),
        opset=13,
        outputs=("y",),
        kind=TensorProto.FLOAT,
    ):
        """A file of the given ONNX nodes, from x to y."""
        graph = helper.make_graph(
            nodes,
            "g",
            [helper.make_tensor_value_info("x", kind, shape)],
            [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs],
            [numpy_helper.from_array(np.asarray(v), k) for k, v in (constants or {}).items()],
        )
        onnx.save(
            helper.make_model(
                graph,
                opset_imports=[
                    helper.make_opsetid("", opset),
                    helper.make_opsetid("com.microsoft", 1),
                ],
            ),
            self.home,
        )
        return self.home

    def one(
        self,
        kind,
        inputs=("x",),
        constants=None,
        opset=13,
        outputs=("y",),
        shape=("N", 3, 8, 8),
        **attributes
    ):
        node = helper.make_node(kind, inputs, outputs, name="node", **attributes)
        return self.network([node], constants, shape, opset, outputs)


class Computing(Own):
    def assert_computes(self, expected, *words, shape=(3, 8, 8), **more):
        """The one-node network gives what the function gives, for two images [2, *shape]."""
        self.one(*words, shape=("N",) + shape, **more)
        self.assert_gives(expected, shape)

    def assert_gives(self, expected, shape=(3, 8, 8)):
        x = torch.randn((2,) + shape, generator=torch.Generator().manual_seed(3))
        with torch.no_grad():
            found = onnx_model.load(self.home)(x)
        torch.testing.assert_close(found, expected(x), rtol=1e-5, atol=1e-5)


class OnnxOfTorch(Own):
    def assert_same(self, net, path, shape):
        """Equal outputs, for a batch too, and equal layers, whose names are those of the nodes."""
        found = loading.load_model(path)[0]
        x = torch.randn((2,) + shape, generator=torch.Generator().manual_seed(7))
        with torch.no_grad():
            expected = net(x)
            largest = float(expected.abs().max())
            self.assertLess(float((found(x) - expected).abs().max()), 1e-4 * largest)
            theirs, ours = (analyse(n, x[:1])[1].find() for n in (net, found))

        def seen(layer):
            return (
                layer.kind,
                layer.activation,
                layer.pad,
                layer.stride,
                layer.kernel,
                layer.groups,
                layer.K,
                len(layer.residual),
            )

        self.assertEqual([seen(l) for l in ours], [seen(l) for l in theirs])
        names = [n.name.strip("/") for n in onnx.load(path).graph.node]
        self.assertEqual([l.name for l in ours if l.name not in names], [])

    def test_small_networks_compute_the_same_and_have_the_same_layers(self):
        for kind in (Basic, Inverted, PreActivation, Functional, Tokens):
            net = shake(kind())
            with self.subTest(kind.__name__):
                self.assert_same(net, self.export(net), (3, 12, 12))

    def test_older_and_newer_opsets_say_the_same_otherwise(self):
        for opset in (9, 11, 16):
            net = shake(Inverted())
            with self.subTest(opset):
                self.assert_same(net, self.export(net, opset=opset), (3, 12, 12))

    def test_batch_norm_that_the_exporter_did_not_fold_stays_a_batch_norm(self):
        net = shake(Basic())
        training = torch.onnx.TrainingMode.PRESERVE
        path = self.export(net, training=training, do_constant_folding=False)
        self.assertIn("BatchNormalization", [n.op_type for n in onnx.load(path).graph.node])
        self.assert_same(net, path, (3, 12, 12))

    def test_known_networks_compute_the_same_and_have_the_same_layers(self):
        for name in (
            "resnet18",
            "mobilenet_v2",
            "squeezenet1_1",
            "googlenet",
            "shufflenet_v2_x0_5",
        ):
            more = {"init_weights": False} if name == "googlenet" else {}
            torch.manual_seed(1)
            net = getattr(torchvision.models, name)(**more).eval()
            with self.subTest(name):
                self.assert_same(net, self.export(net, (3, 48, 48)), (3, 48, 48))

    def test_a_batch_of_any_size_goes_through_reshapes_made_for_one(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(144, 5)

            def forward(self, x):
                x = self.conv(x).relu()
                return self.fc(x.view(x.shape[0], -1))

        net, x = shake(Net()), torch.randn(3, 3, 8, 8)
        for more in ({}, {"input_names": ["x"], "dynamic_axes": {"x": {0: "images"}}}):
            found = onnx_model.load(self.export(net, (3, 8, 8), **more))
            torch.testing.assert_close(found(x), net(x))

    def test_the_command_traces_an_onnx_file(self):
        self.export(shake(Basic()))
        images = os.path.join(self.folder, "images.py")
        with open(images, "w") as f:
            f.write("import torch\ndef two():\n    yield from torch.ones(2, 3, 12, 12)\n")
        out, err = io.StringIO(), io.StringIO()
        words = [self.home, "--images", images + ":two", "-o", self.path, "--with-weights"]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = extract_trace.main(words)
        self.assertEqual((code, err.getvalue()), (0, ""))
        self.assertIn("network  net\n", out.getvalue())
        layers = self.read()
        self.assertEqual(list(layers), ["conv1/Conv", "down/down.0/Conv", "conv2/Conv", "fc/Gemm"])
        self.assertEqual(
            [l["activation"] for l in layers.values()], ["relu", "none", "relu", "none"]
        )
        self.assertEqual(layers["conv2/Conv"]["weight"].shape, (4, 4, 3, 3))


class OnnxRefused(Own):
    def refused_onnx(self, code, pattern, path=None):
        with self.assertRaisesRegex(loading.ExtractError, pattern) as caught:
            loading.load_model(path or self.home)
        self.assertEqual(caught.exception.code, code)

    def test_the_first_operator_that_is_not_built_is_named(self):
        relu = helper.make_node("Relu", ["x"], ["z"])
        self.network([relu, helper.make_node("Det", ["z"], ["y"], name="the_one")])
        self.refused_onnx(
            4, r"cannot build .*net.onnx: node 'the_one' is a Det \(opset 13\), which"
        )
        self.network([relu, helper.make_node("Relu", ["z"], ["y"], domain="com.me")])
        self.refused_onnx(4, r"node 'y' is a Relu of com.me \(opset 13\), which is not among")

    def test_forms_of_an_operator_that_are_not_built_are_named(self):
        w = {"w": np.ones((3, 3, 1, 1), "f4")}
        conv = helper.make_node("Abs", ["x"], ["c"])
        for pattern, nodes in (
            (
                "node 'y', a Conv .*: its weight is missing or depends on the image",
                [conv, helper.make_node("Conv", ["x", "c"], ["y"])],
            ),
            ("a LRN .*: its size, 4, is even", [helper.make_node("LRN", ["x"], ["y"], size=4)]),
            (
                "nothing before it computes its input 'c'",
                [helper.make_node("Conv", ["c", "w"], ["y"])],
            ),
            ("auto_pad is BEST", [helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="BEST")]),
            (
                "a Concat .*: RuntimeError: ",
                [helper.make_node("Concat", ["x", "w"], ["y"], axis=1)],
            ),
        ):
            self.network(nodes, w)
            self.refused_onnx(4, "cannot build .*" + pattern)

    def test_what_is_no_onnx_file(self):
        for text in (b"this is a text", b"", b"\x08\x07\x12"):
            with open(self.home, "wb") as f:
                f.write(text)
            self.refused_onnx(4, "net.onnx is not an ONNX file")
        self.refused_onnx(2, "no.onnx: no such file", os.path.join(self.folder, "no.onnx"))
        with self.assertRaisesRegex(loading.ExtractError, "takes no --model-arg"):
            loading.load_model(self.home, ["4"])

    def test_weights_that_lie_elsewhere_are_read_or_missed(self):
        self.one("Conv", ("x", "w"), {"w": np.random.rand(9, 3, 8, 8).astype("f4")})
        expected = onnx_model.load(self.home)(torch.ones(1, 3, 8, 8))
        model = onnx.load(self.home)
        onnx.save(model, self.home, save_as_external_data=True, location="net.bin")
        torch.testing.assert_close(onnx_model.load(self.home)(torch.ones(1, 3, 8, 8)), expected)
        os.truncate(os.path.join(self.folder, "net.bin"), 9)
        self.refused_onnx(4, "cannot build .*'w'|weights in other files cannot be read")
        os.remove(os.path.join(self.folder, "net.bin"))
        self.refused_onnx(4, "'w' lies in the file net.bin, which is not beside it")

    def test_old_opsets_and_more_inputs(self):
        self.one("Relu", opset=5)
        self.refused_onnx(4, "opset 5, 6 is the oldest")
        self.one("Relu")
        model = onnx.load(self.home)
        model.graph.input.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, [1]))
        onnx.save(model, self.home)
        self.refused_onnx(4, r"it has 2 inputs \(x, z\)")

    def test_without_the_package_the_message_names_it(self):
        with mock.patch.dict(sys.modules, {"onnx": None}):
            self.refused_onnx(2, "ONNX files need Debian's python3-onnx, which is missing")


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


class StateDicts(Own):
    def setUp(self):
        super().setUp()
        self.net = shake(Basic())
        self.state = self.net.state_dict()
        self.model = os.path.join(self.folder, "own.py")
        with open(self.model, "w") as f:
            f.write("from extracting import Basic\n")

    def load(self, name, save):
        path = os.path.join(self.folder, name)
        save(path)
        return loading.load_model(self.model + ":Basic", (), path)

    def assert_loaded(self, name, save):
        net, _, trained = self.load(name, save)
        self.assertTrue(trained)
        for key, value in net.state_dict().items():
            torch.testing.assert_close(value, self.state[key], rtol=0, atol=0)

    def test_files_of_torch_alone_or_in_a_checkpoint(self):
        parallel = {"module." + k: v for k, v in self.state.items()}
        self.assert_loaded("a.pth", lambda p: torch.save(self.state, p))
        self.assert_loaded("b.pt", lambda p: torch.save({"state_dict": self.state, "epoch": 3}, p))
        self.assert_loaded("c.pt", lambda p: torch.save({"model": parallel, "lr": 0.1}, p))

    def test_parameters_and_views_are_read_as_they_are(self):
        state = {k: nn.Parameter(v, False) for k, v in self.state.items()}
        wide = torch.cat([self.state["fc.weight"], torch.zeros(5, 3)], 1)
        state["fc.weight"] = wide[:, :4]
        state["conv1.weight"] = (
            self.state["conv1.weight"].permute(3, 2, 1, 0).clone().permute(3, 2, 1, 0)
        )
        self.assert_loaded("a.pth", lambda p: torch.save(state, p))

    def test_what_else_a_checkpoint_holds_is_not_run(self):
        marker = os.path.join(self.folder, "ran")

        class Code:
            def __reduce__(self):
                return open, (marker, "w")

        options = argparse.Namespace(lr=0.1)
        more = {"optimizer": {"lr": np.float64(0.1)}, "args": options, "x": Code(), "t": torch.half}
        self.assert_loaded("a.pth", lambda p: torch.save(dict(more, model=self.state), p))
        old = {"_use_new_zipfile_serialization": False}
        self.assert_loaded("b.pth", lambda p: torch.save(self.state, p, **old))
        self.assert_loaded("c.pth", lambda p: torch.save(dict(more, net=self.state), p, **old))
        self.assertFalse(os.path.exists(marker))

    def test_an_old_file_that_was_cut_short_is_refused(self):
        path = os.path.join(self.folder, "a.pth")
        torch.save(self.state, path, _use_new_zipfile_serialization=False)
        with open(path, "rb") as f:
            whole = f.read()
        for size in (3, 100, len(whole) // 2, len(whole) - 1):
            with self.assertRaisesRegex(loading.ExtractError, "cannot be read as weights"):
                self.load("b.pth", lambda p, n=size: write(p, whole[:n]))

    def test_the_weights_are_found_under_any_key_and_behind_any_wrapper(self):
        for key in ("net", "model_state_dict", "weights", "best_state", "params"):
            self.assert_loaded(key + ".pt", lambda p, k=key: torch.save({k: self.state}, p))
        self.assert_loaded("deep.pt", lambda p: torch.save({"a": {"b": self.state}}, p))
        for prefix in ("module.", "_orig_mod.", "model.", "net.", "backbone."):
            state = {prefix + name: value for name, value in self.state.items()}
            self.assert_loaded("p.pt", lambda p, s=state: torch.save(s, p))
        other = {"model": {"x": torch.zeros(2)}, "optimizer": {"state": {0: torch.zeros(1)}}}
        self.assert_loaded("o.pt", lambda p: torch.save(dict(other, ema=self.state), p))

    def test_of_several_sets_of_weights_that_fit_none_is_guessed(self):
        tuned = {name: value + 1 for name, value in self.state.items()}
        self.refused_state(
            "a.pt holds several sets of weights that fit: 'model', 'ema'; save the one",
            {"model": self.state, "ema": tuned},
        )
        self.assert_loaded("s.pt", lambda p: torch.save({"a": self.state, "b": self.state}, p))
        self.refused_state(
            "a.pt does not hold this network's weights: .*; it has 'model', 'head', of which 'head'",
            {"model": {"x%d" % i: torch.zeros(1) for i in range(40)}, "head": {"y": torch.ones(1)}},
        )

    def test_arrays_of_numpy_with_or_without_the_counters(self):
        arrays = {k: v.numpy() for k, v in self.state.items()}
        self.assert_loaded("a.npz", lambda p: np.savez(p, **arrays))
        few = {k: v for k, v in arrays.items() if not k.endswith("num_batches_tracked")}
        self.assert_loaded("b.npz", lambda p: np.savez_compressed(p, **few))

    def test_safetensors_with_its_package_only(self):
        package = types.ModuleType("safetensors")
        package.torch = types.ModuleType("safetensors.torch")
        package.torch.load_file = lambda path: self.state
        package.__spec__ = object()
        known = {"safetensors": package, "safetensors.torch": package.torch}
        with mock.patch.dict(sys.modules, known):
            self.assert_loaded("a.safetensors", lambda p: open(p, "w").close())
        with mock.patch("importlib.util.find_spec", return_value=None):
            with self.assertRaisesRegex(
                loading.ExtractError, "a.safetensors: the Python package safetensors, .*npz"
            ) as caught:
                self.load("a.safetensors", lambda p: open(p, "w").close())
        self.assertEqual(caught.exception.code, 2)

    def refused_state(self, pattern, state, name="a.pt", **more):
        with self.assertRaisesRegex(loading.ExtractError, pattern) as caught:
            self.load(name, lambda p: torch.save(state, p, **more))
        self.assertEqual(caught.exception.code, 4)

    def test_what_is_missing_unexpected_or_of_another_shape_is_counted_and_named(self):
        few = {k: v for k, v in self.state.items() if not k.startswith("bn")}
        few.update({"fc.weight": torch.zeros(7, 4), "head": torch.zeros(1)})
        self.refused_state(
            r"a.pt does not hold this network's weights: "
            r"8 missing \(bn1.weight, bn1.bias, bn1.running_mean, ...\); 1 unexpected \(head\); "
            r"1 of another shape \(fc.weight: \[7, 4\], the network has \[5, 4\]\)",
            few,
        )

    def test_weights_in_the_place_of_the_model_are_told_where_they_go(self):
        for name in ("weights.pth", "a.pt", "a.npz", "a.safetensors", "a.CKPT"):
            with self.assertRaisesRegex(loading.ExtractError, name + " .*--state-dict") as caught:
                loading.load_model(os.path.join(self.folder, name))
            self.assertEqual(caught.exception.code, 2)

    def test_a_wrapped_network_is_unwrapped_and_one_without_layers_is_named(self):
        def model(body):
            with open(self.model, "a") as f:
                f.write("import torch\ndef made():\n    %s\n" % body)
            sys.modules.pop("own", None)
            return loading.load_model(self.model + ":made")[0]

        self.assertEqual(type(model("return torch.nn.DataParallel(Basic())")).__name__, "Basic")
        norm = model("return torch.nn.SyncBatchNorm(3)")
        norm(torch.zeros(1, 3, 2, 2))  # without a GPU
        compiled = "n = Basic(); n._orig_mod = Basic(); return n"
        self.assertEqual(type(model(compiled)).__name__, "Basic")
        self.assertFalse(hasattr(model(compiled), "_orig_mod"))
        for body, kind in (
            ("return torch.jit.script(torch.nn.Conv2d(3, 4, 3))", "TorchScript"),
            (
                "return torch.nn.Sequential(torch.jit.script(torch.nn.Conv2d(3, 4, 3)))",
                "TorchScript",
            ),
            ("return torch.ao.nn.quantized.Conv2d(3, 4, 3)", "quantised"),
        ):
            with self.assertRaisesRegex(loading.ExtractError, kind + ".*give the original") as caught:
                model(body)
            self.assertEqual(caught.exception.code, 4)

    def test_what_is_no_state_dict(self):
        self.refused_state("a.pt cannot be read as weights .*whole object, expected", self.net)
        self.refused_state("expected a state dict", [1, 2])
        self.refused_state("its 'epoch' is a int, expected a tensor", {"epoch": 3})
        with self.assertRaisesRegex(loading.ExtractError, "b.npz cannot be read as weights"):
            self.load("b.npz", lambda p: open(p, "w").close())
        with self.assertRaisesRegex(loading.ExtractError, "no such file"):
            loading.load_model(self.model + ":Basic", (), os.path.join(self.folder, "no.pth"))

    def test_a_network_from_onnx_takes_one_too(self):
        net = onnx_model.load(self.export(self.net))
        shake(net, seed=9)
        path = os.path.join(self.folder, "tuned.pth")
        torch.save(net.state_dict(), path)
        found = loading.load_model(self.home, (), path)[0]
        x = torch.ones(1, 3, 12, 12)
        torch.testing.assert_close(found(x), net(x))


if __name__ == "__main__":
    unittest.main()
