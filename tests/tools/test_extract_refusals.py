"""tools/extract_trace.py refuses what it cannot record with one clear line, and leaves nothing."""
import os
import resource

import torch
from torch import nn
from torch.nn import functional as F

from extracting import Basic, ExtractError, Extracting, Fire, Sample, images, shake


class WhatIsRefused(Extracting):
    def test_control_flow_that_depends_on_values(self):
        class Net(nn.Module):
            def forward(self, x):
                if x.sum() > 0:
                    return x
                return -x

        self.refused(
            4,
            r"cannot trace Net: .*test_extract_refusals.py:\d+ in forward: `if x.sum",
            self.extract,
            Net(),
            images(1),
        )

    def test_a_network_without_a_layer_that_a_trace_can_hold(self):
        class Up(nn.Module):
            def forward(self, x):
                return F.conv_transpose2d(x, torch.ones(3, 2, 2, 2))

        nothing = "no 1-D or 2-D convolution and no fully connected layer"
        self.refused(4, nothing + r".*conv_transpose2d: 3,456", self.extract, Up(), images(1))
        self.refused(4, nothing, self.extract, nn.ReLU(), images(1))

    def test_a_network_of_two_inputs_unless_the_second_is_optional(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)

            def forward(self, x, y=None):
                return self.conv(x if y is None else x + y)

        class Two(nn.Module):
            def forward(self, x, y):
                return x + y

        self.refused(4, "failed on the first image: TypeError", self.extract, Two(), images(1))
        self.extract(Net(), images(1))
        self.assertEqual(list(self.read()), ["conv"])

    def test_a_traced_network_that_computes_something_else(self):
        class View(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)

            def forward(self, x):
                y = self.conv(x)
                y.view(-1).relu_()
                return y * 2

        class Random(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(3, 3, 1)

            def forward(self, x):
                return F.dropout(self.conv(x))

        for net in (View(), Random()):
            self.refused(
                4, "does not compute what the network computes", self.extract, net, images(1)
            )

    def test_values_that_are_not_finite_or_do_not_fit(self):
        net = shake(Basic())
        net.conv1.weight.data[0, 0, 0, 0] = float("nan")
        self.refused(4, "NaN|does not compute", self.extract, net, images(1))
        big = shake(Basic())
        big.conv1.weight.data *= 1e7
        self.refused(4, "does not fit into f16", self.extract, big, images(1), type="f16")

    def test_a_layer_that_is_made_inside_forward(self):
        class Net(nn.Module):
            def forward(self, x):
                return nn.Conv2d(3, 2, 1)(nn.ReLU()(x))

        self.refused(
            4,
            r"Conv2d is made inside a forward\(\), with new weights at every call: make it in "
            r"__init__\(\) \(met at .*test_extract_refusals.py:\d+ in forward: ",
            self.extract,
            Net(),
            images(1),
        )

    def test_images_that_change_or_differ_in_size(self):
        random = torch.Generator().manual_seed(0)
        self.refused(
            2,
            "others the second time",
            self.extract,
            shake(Basic()),
            lambda: [Sample("x", torch.randn(3, 8, 8, generator=random), -1)],
        )
        self.refused(
            2,
            "another size than the images before it; all need one size$",
            self.extract,
            shake(Fire()),
            images(1) + images(1, (3, 8, 8)),
        )

    def test_an_existing_file_is_kept_without_force(self):
        with open(self.path, "w") as f:
            f.write("mine")
        with self.assertRaisesRegex(ExtractError, "exists; --force replaces it"):
            self.extract(shake(Basic()), images(1))
        with open(self.path) as f:
            self.assertEqual(f.read(), "mine")

    def test_a_full_or_missing_folder_leaves_nothing(self):
        self.refused(
            6,
            "no such folder",
            self.extract,
            shake(Basic()),
            images(1),
            path=os.path.join(self.folder, "no", "trace.h5"),
        )
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, before[1]))
        try:
            self.refused(
                6,
                "cannot be written: .*nothing is left",
                self.extract,
                shake(Basic()),
                images(8, (3, 64, 64)),
            )
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
