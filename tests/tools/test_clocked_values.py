"""Traces with weights through the clocked engine: it computes every output as the network did, and
gives the same results and events as the event engine.
"""
import os
import subprocess
import unittest

import h5py

from extracting import (
    HAS_MODELS,
    NO_MODELS,
    ROOT,
    SHARED,
    Basic,
    Extracting,
    Fire,
    Functional,
    Inverted,
    Tokens,
    images,
    shake,
)
from peeksim.trace import loading

PEEKSIM = os.environ.get("PEEKSIM", os.path.join(ROOT, "build/release/peeksim"))
MACHINE = os.path.join(ROOT, "configs/peek-16x16.yaml")
IN_INTEGERS = {"quantize": True}
IN_FLOATS = {"weights": True, "type": "f32"}


class Clocked(Extracting):
    def peeksim(self, engine, *more, code=0):
        """Standard error of a run, whose results and events lie in self.folder afterwards."""
        outputs = [
            "--out",
            os.path.join(self.folder, engine),
            "--events",
            os.path.join(self.folder, engine + ".jsonl"),
            "--force",
        ]
        done = subprocess.run(
            [PEEKSIM, "run", MACHINE, "--trace", self.path, "--engine", engine, *outputs, *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def both_engines_agree(self):
        self.peeksim("clocked", "--check-values")
        self.peeksim("event")
        for name in ("%s/results.json", "%s/layers.csv", "%s.jsonl"):
            with open(os.path.join(self.folder, name % "event"), "rb") as event:
                with open(os.path.join(self.folder, name % "clocked"), "rb") as clocked:
                    self.assertEqual(event.read(), clocked.read(), name)

    def trained(self, name, count, **options):
        graph_net = os.path.join(SHARED, "models", "graph_net.py")
        net, meta, _ = loading.load_model(graph_net + ":load", [name])
        preprocess = loading.preprocessing(graph_net + ":preprocess", meta)
        folder = "cifar10_eval" if name.startswith("cifar") else "imagenet_calibration"
        given = loading.Inputs(os.path.join(SHARED, "images", folder), preprocess, count)
        self.extract(net, given, **options)


class SmallNetworks(Clocked):
    def test_every_output_is_computed_as_the_network_computed_it(self):
        for net in (Basic(), Inverted(), Fire(), Functional(), Tokens()):
            for options in (IN_INTEGERS, IN_FLOATS):
                with self.subTest(net=type(net).__name__, **options):
                    self.extract(shake(net), images(2), force=True, **options)
                    self.both_engines_agree()

    def test_one_changed_weight_stops_the_run_and_is_named(self):
        self.extract(shake(Basic()), images(1), **IN_INTEGERS)
        with h5py.File(self.path, "r+") as f:
            f["layers/0000/weight"][1, 2, 1, 1] += 40
        message = self.peeksim("clocked", "--check-values", code=4)
        self.assertRegex(
            message,
            r"layer 'conv1': image 0: channel 1, position \(0, 0\), drained in cycle \d+ of its "
            r"program: expected \S+ as in the trace, got \S+",
        )
        self.assertFalse(os.path.exists(os.path.join(self.folder, "clocked")))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "clocked.jsonl")))
        self.peeksim("event")  # computes nothing, and so finds nothing

    def test_a_wrong_output_of_a_later_image_is_found_where_nothing_is_predicted(self):
        self.extract(shake(Basic()), images(3), **IN_INTEGERS)
        with h5py.File(self.path, "r+") as f:
            ofmap = f["layers/0000/ofmap"]
            ofmap[2, 1, 0, 0] = 1 if ofmap[2, 1, 0, 0] != 1 else 2
        for policy in ("none", "peek"):
            with self.subTest(policy=policy):
                message = self.peeksim(
                    "clocked", "--check-values", "--set", "prediction.policy=" + policy, code=4
                )
                self.assertRegex(message, r"layer 'conv1': image 2: channel 1, position \(0, 0\)")

    def test_rounded_values_cannot_be_checked(self):
        self.extract(shake(Basic()), images(1), weights=True, type="i8")
        self.assertIn(
            "its values are rounded (i8)", self.peeksim("clocked", "--check-values", code=4)
        )
        self.peeksim("clocked")


class TrainedNetworks(Clocked):
    @unittest.skipUnless(HAS_MODELS, NO_MODELS)
    def test_resnet20_in_integers_and_in_floats(self):
        for options in (IN_INTEGERS, IN_FLOATS):
            with self.subTest(**options):
                self.trained("cifar_resnet20", 2, force=True, **options)
                self.both_engines_agree()

    @unittest.skipUnless(HAS_MODELS, NO_MODELS)
    def test_squeezenet_in_integers(self):
        self.trained("squeezenet1_1", 1, **IN_INTEGERS)
        self.both_engines_agree()


if __name__ == "__main__":
    unittest.main()
