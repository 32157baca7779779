"""What the commands have in common: arguments, errors, exit codes.

Imports nothing but the standard library, so that find_packages can look for the rest first.
"""
import argparse
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import ExtractError

SYSTEM_PYTHON = "/usr/bin/python3"
NEEDED = ("torch", "h5py", "numpy", "PIL")
DEBIAN = "python3-torch python3-h5py python3-numpy python3-pil"


def find_packages(program: str, needed: Sequence[str] = NEEDED, debian: str = DEBIAN) -> None:
    """Restarts the program under Debian's Python if this one lacks the packages and that one has
    them."""
    missing = [n for n in needed if importlib.util.find_spec(n) is None]
    if not missing:
        return
    script = os.path.abspath(sys.argv[0])
    look = (
        "import importlib.util as u, sys; sys.path[0] = %r; sys.exit(not all(map(u.find_spec, %r)))"
        % (os.path.dirname(script), (*needed, "peeksim"))
    )
    if (
        "PEEKSIM_PYTHON" not in os.environ
        and os.access(SYSTEM_PYTHON, os.X_OK)
        and subprocess.call([SYSTEM_PYTHON, "-c", look]) == 0
    ):
        os.environ["PEEKSIM_PYTHON"] = SYSTEM_PYTHON  # tried once
        sys.stdout.flush()
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, script] + sys.argv[1:])
    sys.exit(
        fail(
            program,
            2,
            "%s has no %s; install Debian's %s, or run with a Python that has them"
            % (sys.executable, ", ".join(missing), debian),
        )
    )


def fail(program: str, code: int, message: object) -> int:
    """Prints the message; returns the exit code."""
    print("%s: %s" % (program, message), file=sys.stderr)
    return code


def add_model(parser: argparse.ArgumentParser, meaning: str) -> None:
    """MODEL and how to make, fill and feed it: what loading.py takes."""
    add = parser.add_argument
    add(
        "model",
        metavar="MODEL",
        help=meaning + ": path/file.py:callable or package.module:callable, which gives a "
        "torch.nn.Module or a tuple that starts with one; torchvision:NAME; or FILE.onnx",
    )
    add(
        "--model-arg",
        action="append",
        default=[],
        metavar="TEXT",
        help="an argument of MODEL's callable; may be repeated",
    )
    add(
        "--state-dict",
        metavar="FILE",
        help="weights for MODEL, named as in its state_dict(): of torch.save, .npz or .safetensors",
    )
    add(
        "--preprocess",
        metavar="CALLABLE",
        help="file.py:callable, PIL image to tensor [C,H,W]; if it takes two arguments, the "
        "second is the second item of MODEL's tuple (default: torchvision's for ImageNet, 224x224)",
    )


def add_images(parser: argparse.ArgumentParser, more: str = "") -> None:
    """--images; more: the end of its help."""
    parser.add_argument(
        "--images",
        "--inputs",
        required=True,
        metavar="FOLDER_OR_CALLABLE",
        help="a folder of images (labels.csv with file,label_index is used when there) or of "
        "folders, one per class, or "
        "file.py:callable that yields tensors [C,H,W] or PIL images, alone or as "
        "(name, image[, label])" + more,
    )


def add_count(parser: argparse.ArgumentParser) -> None:
    """--count, which loading.Inputs takes."""
    parser.add_argument(
        "--count",
        type=int,
        metavar="N",
        help="N images only, at equal distances in the order of names; the first N of a callable "
        "(default: all)",
    )


def add_predictor(parser: argparse.ArgumentParser, meaning: str, **more: Any) -> None:
    """--predictor, which accuracy.named.load takes."""
    parser.add_argument(
        "--predictor",
        metavar="CLASS",
        help="file.py:CLASS or package.module:CLASS, a predictor of your own "
        "(docs/own-predictor.md), " + meaning,
        **more
    )


def add_debug(parser: argparse.ArgumentParser) -> None:
    """--debug, which guarded() takes."""
    parser.add_argument(
        "--debug", action="store_true", help="show the Python traceback of an error"
    )


def guarded(
    program: str, run: Callable[[], None], debug: bool, interrupted: Callable[[], str]
) -> int:
    """Runs a command; -> its exit code. interrupted(): the message after Ctrl-C."""
    signals = []

    def interrupt(number: int, _: object) -> None:
        signals.append(number)  # torch sometimes turns a KeyboardInterrupt into a RuntimeError
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        run()
        return 0
    except (Exception, KeyboardInterrupt) as e:
        if signals or isinstance(e, KeyboardInterrupt):
            print(file=sys.stderr)
            return fail(program, 130, interrupted())
        if debug:
            raise
        if isinstance(e, ExtractError):
            return fail(program, e.code, e)
        return fail(
            program, 1, "internal error: %s: %s; --debug shows where" % (type(e).__name__, e)
        )
