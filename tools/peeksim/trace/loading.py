"""Loads models, preprocessing and images by their names on the command line.

    path/file.py:callable   package.module:callable   torchvision:resnet18   path/file.onnx
"""
import csv
import importlib
import importlib.util
import inspect
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch

from ..errors import MODEL, USAGE, ExtractError
from . import states

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".webp", ".tif", ".tiff", ".gif")
TEXT_ENDINGS = (".csv", ".txt", ".md", ".json", "no ending")
WEIGHT_ENDINGS = (".pt", ".pth", ".npz", ".safetensors", ".ckpt")
T = TypeVar("T")
Preprocess = Callable[[Any], Any]  # from a PIL image to a tensor [C, H, W]
Item = tuple[str, Any, int]  # name, PIL image or tensor, label
Source = Callable[[int], Iterator[Item]]  # of the number of images to skip
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Sample(NamedTuple):
    """An image as the network gets it."""

    name: str
    tensor: torch.Tensor  # [C, H, W]
    label: int  # -1 when unknown


Samples = Callable[..., Iterable[Sample]]  # gives the same ones at every call


def load_object(spec: str) -> Any:
    """What "file.py:name" or "package.module:name" names. Throws ExtractError(USAGE)."""
    place, _, name = spec.rpartition(":")
    if not place or not name:
        raise ExtractError(
            USAGE,
            "'%s' names nothing: write path/file.py:callable or package.module:callable" % spec,
        )
    try:
        module = _load_file(place) if place.endswith(".py") else importlib.import_module(place)
    except ExtractError:
        raise
    except Exception as e:
        raise ExtractError(
            USAGE, "%s cannot be imported: %s: %s" % (place, type(e).__name__, e)
        ) from e
    if not hasattr(module, name):
        raise ExtractError(USAGE, "%s has no '%s'" % (place, name))
    return getattr(module, name)


def _load_file(path: str) -> types.ModuleType:
    if not os.path.isfile(path):
        raise ExtractError(USAGE, "%s: no such file" % path)
    folder, stem = os.path.dirname(os.path.abspath(path)), os.path.basename(path)[:-3]
    if folder not in sys.path:
        sys.path.insert(1, folder)  # so that the file finds its neighbors
    spec = importlib.util.spec_from_file_location(stem, path)
    assert spec and spec.loader  # there is such a file, and it ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(stem, module)
    spec.loader.exec_module(module)
    return module


def load_model(
    spec: str, arguments: Sequence[str] = (), state_dict: str | None = None
) -> tuple[torch.nn.Module, Any, bool]:
    """(network in eval mode, meta or None, trained). `trained`: not known as random."""
    torch.manual_seed(0)
    if spec.lower().endswith(WEIGHT_ENDINGS):
        raise ExtractError(
            USAGE,
            "%s is a file of weights: give the network as MODEL, and use the file with --state-dict"
            % spec,
        )
    if is_onnx(spec):
        net, meta, trained = _load_onnx(spec, arguments), None, True
        if state_dict and not net.state_dict():
            raise ExtractError(
                USAGE,
                "%s leaves its images' size open and has no weights before it is known: drop "
                "--state-dict, or export it with a size" % spec,
            )
    elif spec.startswith("torchvision:"):
        net, meta = _make("torchvision.models:" + spec.split(":", 1)[1], arguments)
        trained = bool(state_dict)
    else:
        (net, meta), trained = _make(spec, arguments), True
    if state_dict:
        states.load_state(net, state_dict)
    return net.eval(), meta, trained


def is_onnx(spec: str) -> bool:
    """Whether MODEL is an ONNX file."""
    return spec.lower().endswith(".onnx")


def network_name(spec: str, arguments: Sequence[str] = ()) -> str:
    """What to call the network that load_model gives."""
    if is_onnx(spec):
        return os.path.splitext(os.path.basename(spec))[0]
    return arguments[-1] if arguments else spec.rpartition(":")[2]


def _load_onnx(path: str, arguments: Sequence[str]) -> torch.nn.Module:
    from . import onnx_model

    if arguments:
        raise ExtractError(USAGE, "%s: an ONNX file takes no --model-arg" % path)
    return onnx_model.load(path)


def _make(spec: str, arguments: Sequence[str]) -> tuple[torch.nn.Module, Any]:
    """(network, meta or None) of what the callable gives."""
    made = load_object(spec)
    try:
        if not isinstance(made, torch.nn.Module):
            made = made(*arguments)
    except Exception as e:
        raise ExtractError(
            MODEL, "%s(%s) failed: %s: %s" % (spec, ", ".join(arguments), type(e).__name__, e)
        ) from e
    net, meta = (
        (made[0], made[1] if len(made) > 1 else None) if isinstance(made, tuple) else (made, None)
    )
    if not isinstance(net, torch.nn.Module):
        raise ExtractError(
            MODEL,
            "%s gave a %s, expected a torch.nn.Module or a tuple that starts with one"
            % (spec, type(net).__name__),
        )
    return _unwrapped(spec, net), meta


def _unwrapped(spec: str, net: torch.nn.Module) -> torch.nn.Module:
    """The network that DataParallel or torch.compile was given. Throws ExtractError(MODEL) for one
    whose layers cannot be followed."""
    while True:
        if isinstance(net, (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)):
            net = net.module
        elif isinstance(getattr(net, "_orig_mod", None), torch.nn.Module):
            net = net._orig_mod
        else:
            break
    for module in net.modules():
        if isinstance(module, torch.nn.SyncBatchNorm):  # whose own forward() needs a GPU
            module.forward = types.MethodType(torch.nn.BatchNorm2d.forward, module)
        kind = (
            "a TorchScript module"
            if isinstance(module, torch.jit.ScriptModule)
            else "a layer that PyTorch has quantised"
            if ".quantized" in type(module).__module__ and "torch" in type(module).__module__
            else None
        )
        if kind:
            raise ExtractError(
                MODEL, "%s gave %s, whose layers cannot be followed: give the original nn.Module"
                % (spec, kind if module is net else "a network with " + kind)
            )
    return net


def standard_preprocess(image: Any) -> torch.Tensor:
    """torchvision's for ImageNet: short side 256, centre 224, mean and deviation."""
    image = image.convert("RGB")
    w, h = image.size
    size = (256, int(256 * h / w)) if w < h else (int(256 * w / h), 256)
    a = np.asarray(image.resize(size, 2)).astype(np.float32) / 255
    top, left = int(round((a.shape[0] - 224) / 2)), int(round((a.shape[1] - 224) / 2))
    a = (a[top : top + 224, left : left + 224] - np.array(MEAN, np.float32)) / np.array(
        DEVIATION, np.float32
    )
    return torch.from_numpy(np.ascontiguousarray(a.transpose(2, 0, 1)))


def preprocessing(spec: str | None, meta: Any) -> Preprocess:
    """A function from a PIL image to a tensor [C, H, W]; one of two arguments gets `meta` too."""
    if not spec:
        return standard_preprocess
    function: Callable[..., Any] = load_object(spec)
    needed = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    if len(needed) < 2:
        return function
    return lambda image: function(image, meta)


def spread(items: Sequence[T], count: int) -> list[T]:
    """`count` of the items, at equal distances: folders are often sorted by class, so that their
    first images would be of few classes."""
    return [items[i * len(items) // count] for i in range(count)]


class Inputs:
    """All Samples, each time that it is called: the images are read twice.

    With `count` N, image floor(i * M / N) for each i of a folder's M images in the order of their
    names; the first N of a callable. `total`: how many there are, or None. Throws
    ExtractError(USAGE).
    """

    def __init__(
        self,
        spec: str,
        preprocess: Preprocess,
        count: int | None = None,
        option: str = "--count",
    ):
        """spec: a folder or a callable; option: the name of `count` in messages."""
        self.spec, self.preprocess, self.count, self.option = spec, preprocess, count, option
        self.source: Source
        self.total: int | None
        if os.path.isdir(spec) or ":" not in spec:
            images = _images_of(spec)
            if count is not None and count <= len(images):
                images = spread(sorted(images), count)
            self.source, self.total = _read(spec, images), len(images)
        else:
            self.source, self.total = _callable(spec), count
        self.sizes: list[int] = []  # of the first image

    def __call__(self, skip: int = 0) -> Iterator[Sample]:
        """skip: the number of Samples to skip at the start, without preparing them."""
        given = skip
        for name, item, label in self.source(skip):
            if self.count is not None and given == self.count:
                break
            given += 1
            tensor = _tensor(name, item, self.preprocess)
            self.sizes = self.sizes or list(tensor.shape)
            if list(tensor.shape) != self.sizes:
                raise ExtractError(
                    USAGE,
                    "%s gives %s, the images before it %s; all need one size: --preprocess can "
                    "give them one" % (name, list(tensor.shape), self.sizes),
                )
            yield Sample(name, tensor, label)
        if given == 0:
            raise ExtractError(USAGE, "%s gives no image" % self.spec)
        if self.count is not None and given < self.count:
            raise ExtractError(
                USAGE,
                "%s gives %d images, %s asks for %d" % (self.spec, given, self.option, self.count),
            )


def _tensor(name: str, item: Any, preprocess: Preprocess) -> torch.Tensor:
    try:
        value = item if isinstance(item, (torch.Tensor, np.ndarray)) else preprocess(item)
        value = torch.as_tensor(value)
    except Exception as e:
        raise ExtractError(
            USAGE, "%s cannot be preprocessed: %s: %s" % (name, type(e).__name__, e)
        ) from e
    if value.dim() == 4 and value.shape[0] == 1:
        value = value[0]
    if value.dim() != 3 or not value.is_floating_point():
        raise ExtractError(
            USAGE,
            "%s is a tensor of %s of shape %s, expected floating point [C, H, W]"
            % (name, value.dtype, list(value.shape)),
        )
    return value


def _images_of(folder: str) -> list[tuple[str, int]]:
    """(name, label or -1) of a folder's images. Throws ExtractError(USAGE)."""
    if not os.path.isdir(folder):
        raise ExtractError(USAGE, "%s: no such folder" % folder)
    table = os.path.join(folder, "labels.csv")
    if os.path.isfile(table):
        with open(table, newline="", encoding="utf-8-sig") as f:  # spreadsheets write a mark first
            rows = list(csv.DictReader(f))
        try:
            names = [(row["file"], int(row["label_index"])) for row in rows]
        except (KeyError, ValueError, TypeError) as e:
            raise ExtractError(
                USAGE,
                "%s: expected the columns file,label_index with whole numbers (%s)" % (table, e),
            ) from e
        left_out = len(set(_images_in(folder)) - {name for name, _ in names})
        if left_out:
            _note(
                "%s names %d of the images beside it; %d are left out"
                % (table, len(names), left_out)
            )
    else:
        names = [(name, -1) for name in _images_in(folder)] or _classes_in(folder)
        _name_other_kinds(folder, bool(names))
    return names


def _read(folder: str, images: Sequence[tuple[str, int]]) -> Source:
    from PIL import Image

    def source(skip: int) -> Iterator[Item]:
        for name, label in images[skip:]:
            path = os.path.join(folder, name)
            try:
                with Image.open(path) as image:
                    image.load()
                    yield name, _eight_bit(path, image), label
            except OSError as e:
                raise ExtractError(USAGE, "%s cannot be read as an image: %s" % (path, e)) from e

    return source


def _images_in(folder: str) -> list[str]:
    return [n for n in sorted(os.listdir(folder)) if n.lower().endswith(IMAGE_ENDINGS)]


def _classes_in(folder: str) -> list[tuple[str, int]]:
    """(name, class) of the images in a folder of folders: one per class, in the order of their
    names, as torchvision's ImageFolder has it."""
    classes = [n for n in sorted(os.listdir(folder)) if os.path.isdir(os.path.join(folder, n))]
    return [
        (os.path.join(name, image), number)
        for number, name in enumerate(classes)
        for image in _images_in(os.path.join(folder, name))
    ]


def _name_other_kinds(folder: str, some: bool) -> None:
    """Says which files are skipped; some: there are images. Throws ExtractError(USAGE) if not."""
    names = [n for _, _, files in os.walk(folder) for n in files if not n.startswith(".")]
    kinds = sorted({os.path.splitext(n)[1].lower() or "no ending" for n in names})
    others = [k for k in kinds if k not in IMAGE_ENDINGS + TEXT_ENDINGS * some]
    known = "known are %s" % ", ".join(IMAGE_ENDINGS)
    if others and not some:
        raise ExtractError(
            USAGE,
            "%s gives no image: it holds files of %s; %s" % (folder, ", ".join(others), known),
        )
    if others:
        _note("%s: files of %s are skipped; %s" % (folder, ", ".join(others), known))


def _note(text: str) -> None:
    print("note: " + text, file=sys.stderr)


def _eight_bit(path: str, image: Any) -> Any:
    """A grey image of 16 bits as one of 8, which Pillow would clip; any other as it is."""
    from PIL import Image

    if not image.mode.startswith("I") and image.mode != "F":
        return image
    values = np.asarray(image).astype(np.float64)
    if image.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise ExtractError(
            USAGE, "%s has values beyond 16 bits: write it with 8 or 16 bits a channel" % path
        )
    return Image.fromarray(np.rint(values / 257).astype(np.uint8), "L")


def _callable(spec: str) -> Source:
    """Items are a tensor or a PIL image, alone or as (name, item) or (name, item, label)."""
    function = load_object(spec)

    def source(skip: int) -> Iterator[Item]:
        items = enumerate(_guarded_items(spec, function))
        for i, item in islice(items, skip, None):
            if not isinstance(item, tuple):
                item = ("%04d" % i, item)
            yield (str(item[0]), item[1], int(item[2]) if len(item) > 2 else -1)

    return source


def _guarded_items(spec: str, function: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    try:
        yield from function()
    except Exception as e:
        raise ExtractError(USAGE, "%s failed: %s: %s" % (spec, type(e).__name__, e)) from e
