"""The shipped traces are those that traces/README.md describes, and can be made again."""
import hashlib
import os
import re
import subprocess
import sys
import unittest

import h5py

from extracting import HAS_MODELS, NO_MODELS, ROOT, SHARED
import make_traces


class TheShippedTraces(unittest.TestCase):
    folder = os.path.join(ROOT, "traces")

    def test_each_is_whole_holds_no_weights_and_is_the_one_that_the_readme_names(self):
        with open(os.path.join(self.folder, "README.md")) as f:
            readme = f.read()
        size = 0
        for network, _ in make_traces.TRACES:
            path = os.path.join(self.folder, network + ".h5")
            size += os.path.getsize(path)
            with open(path, "rb") as f:
                self.assertIn(hashlib.sha256(f.read()).hexdigest(), readme)
            with h5py.File(path, "r") as f:
                self.assertEqual(f.attrs["network"].decode(), network)
                for group in f["layers"].values():
                    self.assertEqual(set(group), {"ifmap", "ofmap"})
                    self.assertEqual(group["ofmap"][...].shape[0], int(f.attrs["images"]))
        self.assertLessEqual(size, 12e6)
        self.assertEqual(len(re.findall(r"\b[0-9a-f]{64}\b", readme)), len(make_traces.TRACES))

    def test_the_cat_is_a_cat_and_the_coffee_a_coffee(self):
        cats = {281, 282, 285}  # tabby, tiger cat, Egyptian cat
        top = {}
        for network, _ in make_traces.TRACES:
            with h5py.File(os.path.join(self.folder, network + ".h5"), "r") as f:
                last = f["layers"][sorted(f["layers"])[-1]]
                scores = last["ofmap"][...].astype(float)
                if last.attrs["activation"] == b"relu":
                    scores = scores.clip(0)
                classes = scores.mean((2, 3)).argmax(1).tolist()
                top[network] = dict(zip(f["image_names"][...].tolist(), classes))
        self.assertIn(top["resnet18"][b"chelsea"], cats)
        self.assertIn(top["squeezenet1_1"][b"chelsea"], cats)
        self.assertEqual(top["squeezenet1_1"][b"coffee"], 967)
        self.assertEqual(top["cifar_resnet20"][b"chelsea"], 3)
        self.assertEqual(top["cifar_resnet20"][b"chelsea-face"], 3)

    @unittest.skipUnless(HAS_MODELS, NO_MODELS)
    def test_recreating_one_gives_the_same_bytes(self):
        done = subprocess.run(
            [
                sys.executable,
                os.path.join(ROOT, "tools", "make_traces.py"),
                "--check",
                "--shared",
                SHARED,
                "cifar_resnet20",
            ],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("same bytes as traces/cifar_resnet20.h5", done.stdout)
