"""The command tools/extract_trace.py: its words, its exit codes, its output."""
import contextlib
import io
import os
import signal
import subprocess
import sys
import unittest

import h5py
import numpy as np
import torch
from torch import nn

from extracting import ROOT, Extracting
from peeksim.commands import extract_trace


MODEL_FILE = """
import os, signal
import torch
from torch import nn

def load(width="4"):
    net = nn.Sequential(nn.Conv2d(3, int(width), 3), nn.ReLU(), nn.Conv2d(int(width), 2, 1))
    for p in net.parameters():
        p.data.fill_(0.1)
    return net, {"offset": 1.0}

def tensors():
    for i in range(3):
        yield torch.full((3, 6, 6), float(i) - 1)

def sizes():
    yield "first", torch.zeros(3, 6, 6)
    yield "second", torch.zeros(3, 7, 6)

def preprocess(image, meta):
    return torch.full((3, 6, 6), image.size[0] / 10 + meta["offset"])

def broken():
    raise ValueError("no disk")

calls = []

def interrupted():
    calls.append(1)
    yield torch.zeros(3, 6, 6)
    if len(calls) == 3:  # while recording
        os.kill(os.getpid(), signal.SIGINT)
    yield torch.ones(3, 6, 6)
"""


class TheCommand(Extracting):
    def setUp(self):
        super().setUp()
        self.model = os.path.join(self.folder, "small_model.py")
        with open(self.model, "w") as f:
            f.write(MODEL_FILE)

    def call(self, *words):
        """Runs the command in this process: exit code, stdout, stderr."""
        out, err = io.StringIO(), io.StringIO()
        before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = extract_trace.main(list(words) + ["-o", self.path])
            except SystemExit as e:
                code = e.code
        for number, handler in before.items():
            signal.signal(number, handler)
        return code, out.getvalue(), err.getvalue()

    def photographs(self, labels=None):
        from PIL import Image

        folder = os.path.join(self.folder, "photographs")
        os.makedirs(folder)
        for name, width in (("b.png", 300), ("a.png", 280)):
            ramp = np.arange(width * 260 * 3, dtype=np.uint32).reshape(260, width, 3) % 251
            Image.fromarray(ramp.astype(np.uint8)).save(os.path.join(folder, name))
        if labels:
            with open(os.path.join(folder, "labels.csv"), "w") as f:
                f.write(labels)
        return folder

    def test_a_callable_of_tensors_becomes_a_trace_with_a_short_table(self):
        code, out, err = self.call(
            self.model + ":load",
            "--model-arg",
            "5",
            "--inputs",
            self.model + ":tensors",
            "--count",
            "2",
            "--network",
            "small",
        )
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(
            out,
            r"(?s)network +small\n +images +2\n +layers +2, 1 followed by a ReLU\n"
            r" +zeros +\d+\.\d % of the 160 values.*\n +size ",
        )
        self.assertEqual(list(self.read()), ["0", "2"])
        with h5py.File(self.path, "r") as f:
            self.assertEqual(f.attrs["network"], b"small")
            self.assertNotIn("labels", f)
            self.assertEqual(f["layers/0000/ofmap"].shape, (2, 5, 4, 4))

    def test_a_folder_is_read_in_order_of_its_names_or_of_its_labels(self):
        from peeksim.trace import loading

        folder = self.photographs()
        given = list(loading.Inputs(folder, loading.standard_preprocess)())
        self.assertEqual(
            [(s.name, s.label, tuple(s.tensor.shape)) for s in given],
            [("a.png", -1, (3, 224, 224)), ("b.png", -1, (3, 224, 224))],
        )
        with open(os.path.join(folder, "labels.csv"), "w") as f:
            f.write("file,label_index\nb.png,3\na.png,1\n")
        code, _, err = self.call(
            self.model + ":load",
            "--images",
            folder,
            "--preprocess",
            self.model + ":preprocess",
            "--type",
            "f32",
        )
        self.assertEqual((code, err), (0, ""))
        with h5py.File(self.path, "r") as f:
            self.assertEqual(f["image_names"][:].tolist(), [b"b.png", b"a.png"])
            self.assertEqual(f["labels"][:].tolist(), [3, 1])
            np.testing.assert_allclose(f["layers/0000/ifmap"][:, 0, 0, 0], [31, 29])

    def samples(self, folder):
        from peeksim.trace import loading

        return [
            (sample.name, sample.label, float(sample.tensor[0, 112, 112]))
            for sample in loading.Inputs(folder, loading.standard_preprocess)()
        ]

    def test_a_grey_image_of_sixteen_bits_is_as_bright_as_the_same_one_of_eight(self):
        from PIL import Image

        folder = os.path.join(self.folder, "grey")
        os.makedirs(folder)
        ramp = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
        Image.fromarray(ramp, "L").save(os.path.join(folder, "8.png"))
        Image.fromarray(ramp.astype(np.uint16) * 257).save(os.path.join(folder, "16.png"))
        given = self.samples(folder)
        self.assertEqual(given[0][2], given[1][2])
        Image.fromarray(ramp.astype(np.float32)).save(os.path.join(folder, "float.tif"))
        code, _, err = self.call(self.model + ":load", "--images", folder)
        self.assertEqual(code, 2)
        self.assertIn("float.tif has values beyond 16 bits", err)

    def test_folders_of_a_folder_are_classes_in_the_order_of_their_names(self):
        from PIL import Image

        folder = os.path.join(self.folder, "classes")
        for name, image in (("dog", "1.png"), ("cat", "2.png"), ("cat", "1.png"), ("empty", None)):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
            if image:
                pixels = np.zeros((256, 256, 3), np.uint8)
                Image.fromarray(pixels).save(os.path.join(folder, name, image))
        self.assertEqual(
            [(name, label) for name, label, _ in self.samples(folder)],
            [("cat/1.png", 0), ("cat/2.png", 0), ("dog/1.png", 1)],
        )

    def test_labels_may_begin_with_a_mark_and_say_what_they_leave_out(self):
        folder = self.photographs("\ufefffile,label_index\na.png,7\n")
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            given = self.samples(folder)
        self.assertEqual([(name, label) for name, label, _ in given], [("a.png", 7)])
        self.assertIn("labels.csv names 1 of the images beside it; 1 are left out", err.getvalue())

    def test_a_count_takes_images_at_equal_distances_in_the_order_of_names(self):
        from PIL import Image
        from peeksim.trace import loading

        def names(count):
            found = loading.Inputs(folder, loading.standard_preprocess, count)
            self.assertEqual(len(list(found(1))), count - 1)
            return [sample.name for sample in found()]

        folder = os.path.join(self.folder, "sorted")
        os.makedirs(folder)
        image = Image.new("RGB", (256, 256))
        for i in range(10):
            image.save(os.path.join(folder, "%d.png" % i))
        self.assertEqual(names(4), ["0.png", "2.png", "5.png", "7.png"])
        with open(os.path.join(folder, "labels.csv"), "w") as f:
            f.write("file,label_index\n" + "".join("%d.png,1\n" % (9 - i) for i in range(10)))
        self.assertEqual(names(4), ["0.png", "2.png", "5.png", "7.png"])
        self.assertEqual(names(10), ["%d.png" % i for i in range(10)])

    def test_files_of_unknown_kinds_are_named(self):
        folder = os.path.join(self.folder, "phone")
        os.makedirs(folder)
        for name in ("a.heic", "b.HEIC", "notes"):
            open(os.path.join(folder, name), "w").close()
        code, _, err = self.call(self.model + ":load", "--images", folder)
        self.assertEqual(code, 2)
        self.assertIn("gives no image: it holds files of .heic, no ending; known are .png", err)

    def test_files_that_are_skipped_beside_images_are_named_by_kind(self):
        folder = self.photographs()
        for name in ("c.heic", "notes.txt", ".hidden.raw"):
            open(os.path.join(folder, name), "w").close()
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            self.assertEqual(len(self.samples(folder)), 2)
        self.assertIn("files of .heic are skipped; known are .png", err.getvalue())

    def test_images_of_several_sizes_are_refused_with_the_first_that_differs(self):
        load, sizes = self.model + ":load", self.model + ":sizes"
        code, _, err = self.call(load, "--images", sizes)
        self.assertEqual(code, 2)
        self.assertIn("second gives [3, 7, 6], the images before it [3, 6, 6]; all need one", err)

    def test_the_origin_says_whose_weights_they_are(self):
        words = [self.model + ":load", "--images", self.model + ":tensors", "--force"]
        weights = os.path.join(self.folder, "weights.npz")
        net = torch.nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 1))
        np.savez(weights, **{name: value.numpy() for name, value in net.state_dict().items()})
        for more, origin, synthetic in (
            ([], "; weights as the callable made them", 0),
            (["--random-weights"], "; random weights", 1),
            (["--state-dict", weights], " --state-dict " + weights, 0),
        ):
            self.assertEqual(self.call(*words, *more)[0], 0)
            with h5py.File(self.path, "r") as f:
                self.assertTrue(f.attrs["origin"].decode().endswith(origin))
                self.assertEqual(int(f.attrs["synthetic"]), synthetic)
        code, _, err = self.call(*words, "--random-weights", "--state-dict", weights)
        self.assertEqual(code, 2)
        self.assertIn("--random-weights says that there are none", err)

    def test_the_standard_preprocessing_is_torchvisions(self):
        from PIL import Image
        from torchvision import transforms as T
        from peeksim.trace import loading

        standard = T.Compose(
            [
                T.Resize(256),
                T.CenterCrop(224),
                T.ToTensor(),
                T.Normalize(loading.MEAN, loading.DEVIATION),
            ]
        )
        for name in os.listdir(self.photographs()):
            with Image.open(os.path.join(self.folder, "photographs", name)) as image:
                torch.testing.assert_close(loading.standard_preprocess(image), standard(image))

    def test_a_torchvision_network_without_weights_is_marked_as_synthetic(self):
        code, _, err = self.call(
            "torchvision:squeezenet1_1", "--images", self.photographs(), "--count", "1"
        )
        self.assertEqual(code, 0)
        self.assertIn("random weights", err)
        with h5py.File(self.path, "r") as f:
            self.assertEqual((int(f.attrs["synthetic"]), len(f["layers"])), (1, 26))

    def test_a_state_dict_is_loaded_and_a_foreign_one_refused(self):
        net = torch.nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 1))
        weights = os.path.join(self.folder, "weights.pt")
        torch.save({"state_dict": net.state_dict()}, weights)
        words = [self.model + ":load", "--images", self.model + ":tensors", "--with-weights"]
        self.assertEqual(self.call(*words, "--state-dict", weights)[0], 0)
        np.testing.assert_array_equal(self.read()["0"]["weight"], net[0].weight.detach().numpy())
        torch.save(nn.Linear(2, 2).state_dict(), weights)
        code, _, err = self.call(*words, "--state-dict", weights, "--force")
        self.assertEqual(code, 4)
        self.assertIn("does not hold this network's weights", err)

    def test_quantize_records_integers_calibrated_on_other_images(self):
        load, tensors = self.model + ":load", self.model + ":tensors"
        words = [load, "--images", tensors, "--count", "2", "--quantize", "int8"]
        calibration = ["--calibration", tensors, "--calibration-count"]
        code, out, err = self.call(*words, *calibration, "1")
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"size +.* MB, i8, in int8 arithmetic\n")
        with h5py.File(self.path, "r") as f:
            self.assertEqual(
                f.attrs["origin"].decode(),
                "tools/extract_trace.py %s --images %s --quantize int8 --calibration %s; "
                "weights as the callable made them; in int8 arithmetic, scales from 1 image" % (load, tensors, tensors),
            )
            self.assertEqual(f["image_names"].shape, (2,))
            for group in f["layers"].values():
                self.assertEqual(group.attrs["arithmetic"], b"i8")
                self.assertEqual(set(group), {"ofmap", "ifmap", "weight", "bias"})
        code, _, err = self.call(*words, *calibration, "4", "--force")
        self.assertEqual(code, 2)
        self.assertIn("gives 3 images, --calibration-count asks for 4", err)

    def test_words_that_contradict_quantize_are_refused(self):
        words = (self.model + ":load", "--images", self.model + ":tensors")
        quantize, calibration = ("--quantize", "int8"), ("--calibration", self.model + ":tensors")
        for pattern, more in (
            ("drop --type and --no-ifmap", quantize + ("--type", "f32")),
            ("drop --type and --no-ifmap", quantize + ("--no-ifmap",)),
            ("--calibration needs --quantize int8", calibration),
            ("--calibration-count needs --cal", quantize + ("--calibration-count", "1")),
            ("--calibration-count must", quantize + calibration + ("--calibration-count", "0")),
            ("invalid choice: 'int4'", ("--quantize", "int4")),
        ):
            code, out, err = self.call(*words, *more)
            self.assertEqual((code, out), (2, ""), err)
            self.assertIn(pattern, err)
            self.assertFalse(os.path.exists(self.path))
        self.assertEqual(self.call(*words, *quantize, "--type", "i8", "--with-weights")[0], 0)

    def test_wrong_words_give_one_clear_line(self):
        load, tensors = self.model + ":load", self.model + ":tensors"
        for code, pattern, words in (
            (2, "names nothing: write path/file.py:callable", ("nonsense", "--images", tensors)),
            (2, "no.py: no such file", ("no.py:load", "--images", tensors)),
            (2, "has no 'lod'", (self.model + ":lod", "--images", tensors)),
            (2, "cannot be imported: ModuleNotFoundError", ("nowhere.x:f", "--images", tensors)),
            (4, r"load\(x\) failed: ValueError", (load, "--model-arg", "x", "--images", tensors)),
            (4, "gave a generator, expected a torch.nn.Module", (tensors, "--images", tensors)),
            (2, "/no/where: no such folder", (load, "--images", "/no/where")),
            (2, "gives 3 images, --count asks for 4", (load, "--images", tensors, "--count", "4")),
            (2, "broken failed: ValueError: no disk", (load, "--images", self.model + ":broken")),
        ):
            found, out, err = self.call(*words)
            self.assertEqual((found, out), (code, ""), err)
            self.assertRegex(err, "^extract_trace: .*" + pattern)
            self.assertEqual(err.count("\n"), 1)
            self.assertFalse([n for n in os.listdir(self.folder) if ".h5" in n])
        self.assertEqual(self.call(load)[0], 2)
        self.assertEqual(self.call(load, "--images", tensors, "--count", "0")[0], 2)

    def test_an_interrupted_run_ends_with_130_and_leaves_nothing(self):
        done = subprocess.run(
            [
                sys.executable,
                os.path.join(ROOT, "tools", "extract_trace.py"),
                self.model + ":load",
                "--images",
                self.model + ":interrupted",
                "-o",
                self.path,
            ],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 130, done.stderr)
        self.assertIn("interrupted", done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse([n for n in os.listdir(self.folder) if ".h5" in n])

    @unittest.skipUnless(
        sys.executable.startswith("/usr/bin/"),
        "needs Debian's Python: %s is another" % sys.executable,
    )
    def test_a_python_without_the_packages_hands_over_or_names_them(self):
        words = [
            sys.executable,
            "-S",
            os.path.join(ROOT, "tools", "extract_trace.py"),
            "nonsense",
            "--images",
            "x",
            "-o",
            self.path,
        ]
        environment = {k: v for k, v in os.environ.items() if k != "PEEKSIM_PYTHON"}
        done = subprocess.run(words, capture_output=True, text=True, env=environment)
        self.assertEqual(done.returncode, 2)
        self.assertIn("names nothing", done.stderr)
        environment["PEEKSIM_PYTHON"] = "tried"
        done = subprocess.run(words, capture_output=True, text=True, env=environment)
        self.assertEqual(done.returncode, 2)
        self.assertIn("install Debian's python3-torch python3-h5py", done.stderr)
