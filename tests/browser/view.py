"""Pages of `peeksim view` for tests: made of shipped traces, and asked for what they show."""
import csv
import io
import os

from browser import ABrowser, peeksim

MACHINE = "configs/peek-16x16.yaml"

# Sets the number beside the slider as typing does; returns the counts that the page then shows.
COUNTS_AT = """
const number = document.getElementById("number");
number.value = arguments[0];
number.dispatchEvent(new Event("input"));
const text = (role) => document.getElementById("count-" + role).textContent;
const count = (role) => Number(text(role).replaceAll(",", ""));
return ["peek", "computed", "right", "wrong"].map(count);
"""


def view(page, trace, *more):
    """Writes a page of a trace on the machine; returns its path."""
    peeksim("view", trace, "--machine", MACHINE, "-o", page, "--force", *more)
    return page


def shipped(name):
    return os.path.join("traces", name + ".h5")


class AView(ABrowser):
    def page(self, name):
        return os.path.join(self.folder, name + ".html")

    def counts_at(self, threshold):
        """(peeks, computed, gated rightly, gated wrongly) at a threshold of all channels."""
        return tuple(self.script(COUNTS_AT, str(threshold)))

    def told(self):
        """What the simulator gates at the machine's thresholds: [outputs, of these wrongly]."""
        return self.script("const { shown } = view.simulator;"
                           "return [shown.predicted_zero, shown.false_zero]")

    def gated(self):
        """The same, as the page has it now."""
        return self.script("const sum = total(judged); return [sum.gated, sum.wrong]")

    def mouse(self, kind, canvas, x, y):
        """An event of the mouse at a place of a canvas."""
        self.script("""
            const [canvas, kind, x, y] = arguments;
            const { left, top } = canvas.getBoundingClientRect();
            canvas.dispatchEvent(new MouseEvent(kind, { clientX: left + x, clientY: top + y }));
            """, canvas, kind, x, y)

    def figures(self):
        return [figure.text for figure in self.find_all(".figure b")]

    def rows(self, name):
        """The rows of a table that the page has saved as CSV."""
        return list(csv.DictReader(io.StringIO(self.saved(name))))
