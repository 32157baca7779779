"""The shipped traces are those that traces/README.md describes, and can be made again."""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
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
    def test_recreating_one_gives_the_same_values_and_with_the_same_hdf5_the_same_bytes(self):
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
        same = "bytes" if h5py.version.hdf5_version.startswith("1.10.") else "(bytes|values)"
        self.assertRegex(done.stdout, "same %s as traces/cifar_resnet20.h5" % same)

    def test_another_value_is_found(self):
        shipped = os.path.join(self.folder, "cifar_resnet20.h5")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "changed.h5")
            shutil.copy(shipped, path)
            self.assertTrue(make_traces.check("cifar_resnet20", path))
            with h5py.File(path, "r+") as f:
                f["layers/0003/ofmap"][1, 2, 3, 4] += 1
            self.assertFalse(make_traces.check("cifar_resnet20", path))
            shutil.copy(shipped, path)
            with h5py.File(path, "r+") as f:
                f["layers/0003"].attrs["groups"] = 2
            self.assertFalse(make_traces.check("cifar_resnet20", path))
