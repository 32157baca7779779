"""Shows how far long work is: a bar on a terminal, nothing in a pipe."""
import sys
import time
from collections.abc import Callable

WIDTH = 30  # of the bar


class Progress:
    """A line that is written again and again: a bar, done of total, the time left, the rate."""

    def __init__(
        self, total: int | None, what: str = "", unit: str = "images", done: int = 0
    ) -> None:
        """total: None where it is not known; what: before the bar; done: at the start."""
        self.total, self.unit, self.before = total, unit, done
        self.start, self.lead = time.monotonic(), what + " " if what else ""

    def show(self, done: int) -> None:
        """Shows that so many are done."""
        if not sys.stderr.isatty():
            return
        rate = (done - self.before) / max(1e-9, time.monotonic() - self.start)
        text = "%d %s" % (done, self.unit)
        if self.total:
            filled = WIDTH * done // self.total
            bar = "#" * filled + "." * (WIDTH - filled)
            text = "[%s] %d of %d %s" % (bar, done, self.total, self.unit)
            if rate > 0:
                text += ", %d s left" % round((self.total - done) / rate)
        line = "%s%s, %.1f a second" % (self.lead, text, rate)
        print("\r\033[K" + line, end="", file=sys.stderr, flush=True)

    @staticmethod
    def clear() -> None:
        """Removes the line."""
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Work:
    """The same for work of several stages, whose sizes are known beforehand in a common unit."""

    def __init__(self, total: float) -> None:
        """total: the sum of the stages' sizes."""
        self.total, self.before, self.size = max(total, 1e-9), 0.0, 0.0
        self.start, self.what = time.monotonic(), ""

    def stage(self, what: str, size: float) -> Callable[[float], None]:
        """Starts a stage; what to call with the share of it that is done."""
        self.before += self.size  # of the stage before, which is over whatever it has shown
        self.what, self.size = what, size
        self.show(0)
        return self.show

    def show(self, share: float) -> None:
        """Shows that this share of the stage is done."""
        if not sys.stderr.isatty():
            return
        done = min(1.0, (self.before + share * self.size) / self.total)
        text = "[%s] %d %%" % (("#" * int(WIDTH * done)).ljust(WIDTH, "."), 100 * done)
        if done > 0.01:
            left = (time.monotonic() - self.start) * (1 - done) / done
            text += ", %d:%02d min left" % divmod(round(left), 60)
        print("\r\033[K%s, %s" % (text, self.what), end="", file=sys.stderr, flush=True)

    clear = staticmethod(Progress.clear)
