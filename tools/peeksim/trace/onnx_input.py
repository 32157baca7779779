"""What an ONNX file says of its image input, and how an image [C, H, W] becomes that input."""
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import fx, nn

from ..errors import MODEL, ExtractError
from .onnx_graph import Builder, Value

WHOLE = {"UINT8": (0, 255), "INT8": (-128, 127)}
FLOATS = ("FLOAT", "FLOAT16", "DOUBLE", "BFLOAT16")
CHANNELS = (1, 3, 4)  # of images
# What does not care which axis has the channels, and so may come before the Transpose of a file
# that was exported from TensorFlow.
ELEMENTWISE = (
    *("Add", "Cast", "Clip", "DequantizeLinear", "Div", "Identity", "Mul", "Neg"),
    *("QuantizeLinear", "Sub"),
)
CHANNELS_SECOND = (
    *("AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "DepthToSpace"),
    *("GlobalAveragePool", "InstanceNormalization", "LRN", "MaxPool", "PRelu"),
    *("QLinearConv", "SpaceToDepth"),
)


class Input:
    """The file's input: `sizes` [N, ...], 0 where a size is left open.

    Of four sizes, [N, C, H, W] or [N, H, W, C] (channels_last); of three, the image's without the
    one that is 1; of two, all values of the image in the order C, H, W.
    """

    def __init__(self, entry: Any, nodes: Iterable[Any]) -> None:
        """entry: its ValueInfoProto. Throws ValueError for what no image can be."""
        from onnx import TensorProto

        tensor = entry.type.tensor_type
        self.name, kind = entry.name, TensorProto.DataType.Name(tensor.elem_type)
        if kind not in WHOLE and kind not in FLOATS:
            raise ValueError(
                "its input '%s' is of type %s, an image's is floating point, UINT8 or INT8: export "
                "it with such an input" % (self.name, kind)
            )
        self.whole = WHOLE.get(kind)
        self.sizes = [max(0, d.dim_value) for d in tensor.shape.dim]
        if len(self.sizes) not in (2, 3, 4):
            raise ValueError(
                "its input '%s' has the shape [%s]; it needs [N, C, H, W], [N, C, L] or "
                "[N, features]" % (self.name, ", ".join(map(_shown, tensor.shape.dim)))
            )
        self.channels_last = (
            len(self.sizes) == 4
            and self.sizes[3] in CHANNELS
            and self.sizes[1] not in CHANNELS
            and not _read_with_channels_second(nodes, self.name)
        )
        self.batch = max(1, self.sizes[0])  # 1 where it is left open

    def image(self) -> list[int] | None:
        """[C, H, W] of the images, or None where that is left open."""
        sizes = self.sizes[1:]
        if not all(sizes):
            return None
        if self.channels_last:
            return sizes[-1:] + sizes[:-1]
        return {1: sizes + [1, 1], 2: sizes[:1] + [1] + sizes[1:], 3: sizes}[len(sizes)]

    def sizes_for(self, image: Sequence[int]) -> list[int]:
        """The input's sizes after N for an image [C, H, W]. Throws ValueError for another size."""
        c, h, w = image
        shapes = {1: [[c * h * w]], 2: [[c, w]] * (h == 1) + [[h, w]] * (c == 1)}
        given = shapes.get(len(self.sizes) - 1, [[h, w, c] if self.channels_last else [c, h, w]])
        for sizes in given:
            if all(s in (0, g) for s, g in zip(self.sizes[1:], sizes)):
                return sizes
        wanted = ", ".join("any" if s == 0 else str(s) for s in self.sizes[1:])
        order = " (height, width, channels)" if self.channels_last else ""
        raise ValueError(
            "the ONNX file's input '%s' is [%s]%s for each image, here it is [%d, %d, %d]; "
            "--preprocess makes the images of that size" % (self.name, wanted, order, c, h, w)
        )

    def arrange(self, build: Builder, image: Value, sizes: list[int]) -> Value:
        """The input's Value from the images' [N, C, H, W]; sizes: those after N."""
        if self.channels_last:
            return build.call(torch.permute, image, [0, 2, 3, 1])
        if len(sizes) == 1:
            return build.call(torch.flatten, image, 1)
        return build.reshape(image, [self.batch] + sizes) if len(sizes) == 2 else image

    def check(self, images: torch.Tensor) -> None:
        """Throws ValueError for images [N, C, H, W] that the file cannot take."""
        if isinstance(images, fx.Proxy):
            return  # the network is being traced
        if images.dim() != 4:
            raise ValueError("the images are of shape %s, not [N, C, H, W]" % list(images.shape))
        self.sizes_for(images.shape[1:])
        if self.whole and not _are_whole(images, *self.whole):
            raise ValueError(
                "the ONNX file's input '%s' takes whole numbers from %d to %d: give such images "
                "with --preprocess" % ((self.name,) + self.whole)
            )


class OpenSizes(nn.Module):
    """A file that leaves sizes of its images open: a network for each size that is asked for."""

    def __init__(self, make: Callable[[list[int]], fx.GraphModule]) -> None:
        """make: from [C, H, W] to a GraphModule."""
        super().__init__()
        self.make = make
        self.made: dict[tuple[int, ...], fx.GraphModule] = {}

    def for_images(self, first: torch.Tensor) -> fx.GraphModule:
        """The GraphModule for images like `first`, [1, C, H, W], in its type.

        Throws ExtractError(MODEL).
        """
        size = tuple(first.shape[1:])
        if size not in self.made:
            try:
                self.made[size] = self.make(list(size))
            except ValueError as e:
                raise ExtractError(MODEL, e) from e
        return self.made[size].to(first.dtype)

    def forward(self, x: torch.Tensor) -> Any:
        return self.for_images(x)(x)


def _shown(size: Any) -> str:
    return str(size.dim_value) if size.dim_value > 0 else size.dim_param or "?"


def _are_whole(values: torch.Tensor, low: int, high: int) -> bool:
    return bool(((values == values.round()) & (values >= low) & (values <= high)).all())


def _read_with_channels_second(nodes: Iterable[Any], name: str) -> bool:
    """Whether an operator that takes [N, C, ...] reads the input before any other has moved it."""
    images = {name}
    for node in nodes:
        if not images.isdisjoint(node.input):
            if node.op_type in CHANNELS_SECOND:
                return True
            if node.op_type in ELEMENTWISE:
                images.update(node.output)
    return False
