"""Shows how far long work is, on a terminal only."""
import sys
import time

WIDTH = 24  # of the bar


class Progress:
    """A line that is written again and again: what, done of total, a bar, and the time left."""

    def __init__(self, what, total):
        """total: None where it is not known."""
        self.what, self.total, self.start = what, total, time.monotonic()

    def show(self, done, name):
        """done: images finished; name: of the one that is next."""
        if not sys.stderr.isatty():
            return
        if self.total:
            part = "%s %d of %d %s" % (self.what, done, self.total, self._bar(done))
        else:
            part = "%s image %d" % (self.what, done + 1)
        print("\r\033[K%s %s" % (part, name), end="", file=sys.stderr, flush=True)

    def _bar(self, done):
        full = WIDTH * done // self.total
        bar = "[%s%s]" % ("#" * full, " " * (WIDTH - full))
        if done == 0:
            return bar
        left = round((time.monotonic() - self.start) / done * (self.total - done))
        return "%s %d:%02d left" % (bar, left // 60, left % 60)

    @staticmethod
    def clear():
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
