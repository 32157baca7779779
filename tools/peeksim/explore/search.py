"""A search: an Optuna study whose trials are design points, and what it found."""
import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from .. import client
from ..errors import OUTPUT, USAGE, ExtractError
from . import accuracy, axes

MAX_FAILURES = 20  # in a row without one success: the axes are wrong, not the machines
MAX_EXCLUDED = 1000  # machines in a row: `where` excludes nearly everything


def objectives(words: Sequence[str], larger_is_better: Sequence[str]) -> dict[str, str]:
    """{metric: "minimize" or "maximize"}"""
    found = {}
    for word in words or ["cycles", "energy"]:
        name, colon, way = word.partition(":")
        if (colon and way not in ("min", "max")) or name in found:
            raise ExtractError(
                USAGE, "--objective %s: expected METRIC, METRIC:min or METRIC:max, once" % word
            )
        larger = way == "max" if colon else name in larger_is_better
        found[name] = "maximize" if larger else "minimize"
    return found


class Search:
    """An Optuna study, and the conversion of its trials to design points and metric values."""

    def __init__(self, options: argparse.Namespace, session: client.Session) -> None:
        """Errors that affect every point are raised before a study is created. Throws
        PeeksimError."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna = optuna
        self.options = options
        self.session = session
        self.axes = [axes.parse(text) for text in options.axis]
        self.where = list(options.where)
        self.derived: dict[str, str] = {}
        if options.sweep:
            found, where, self.derived = axes.from_sweep(options.sweep)
            self.axes += found
            self.where += where
        names = [axis.name for axis in self.axes]
        if not names or len(set(names)) < len(names):
            raise ExtractError(
                USAGE, "an axis is there twice" if names else "no axes; add --axis KEY=VALUES"
            )
        self.accuracies = accuracy.load(options.accuracy)
        base = session.run(options.machine, options.trace, images=options.images)
        self.objectives = objectives(options.objective, base.larger_is_better + ["accuracy"])
        if "accuracy" in self.objectives:
            labels = [list(axis.choices or ()) for axis in self.axes]
            accuracy.require(self.accuracies, labels, base.machine)
        for name in self.objectives:
            if name != "accuracy":
                self._value(name, base, [])
        self.storage: Any = None  # of the study, in a file; None: in memory
        self.study = self._open()
        self.asked: dict[int, tuple[Any, list[str]]] = {}  # id of a point: (trial, labels)
        self.excluded = 0  # in a row
        self.failed = 0
        self.error: client.PeeksimError | None = None

    def _open(self) -> Any:
        options, samplers = self.options, self.optuna.samplers
        try:
            if options.storage:
                path = "sqlite:///" + os.path.abspath(options.storage)
                self.storage = self.optuna.storages.RDBStorage(path)
            study = self.optuna.create_study(
                study_name="explore",
                storage=self.storage,
                directions=list(self.objectives.values()),
                load_if_exists=True,
            )
            what = {
                "machine": options.machine,
                "trace": options.trace,
                "images": options.images,
                "scope": options.scope,
                "axes": json.dumps([vars(axis) for axis in self.axes]),
                "where": self.where,
                **({"derived": self.derived} if self.derived else {}),
                "objectives": json.dumps(self.objectives),
            }
            if study.user_attrs.get("what", what) != what:
                raise ExtractError(
                    OUTPUT,
                    "%s is the study of another command; name a new file" % options.storage,
                )
            study.set_user_attr("what", what)
        except Exception as error:
            self.close()
            if type(error).__module__.split(".")[0] not in ("sqlalchemy", "optuna", "alembic"):
                raise
            raise ExtractError(
                OUTPUT, "%s cannot be used as a study: %s" % (options.storage, error)
            )
        # A resumed search must not draw the same trials again.
        seed = options.seed + len(study.trials)
        if options.sampler == "nsga2":
            study.sampler = samplers.NSGAIISampler(seed=seed, population_size=20)
        elif options.sampler == "tpe":
            study.sampler = samplers.TPESampler(seed=seed)
        else:
            study.sampler = samplers.RandomSampler(seed=seed)
        return study

    def close(self) -> None:
        """Closes the file of the study, which is not read afterwards."""
        if self.storage is not None:
            self.storage.remove_session()
            self.storage.engine.dispose()

    def ended(self) -> list[Any]:
        """The trials that count: those of machines that `where` excludes do not."""
        states = self.optuna.trial.TrialState
        return [
            t
            for t in self.study.trials
            if t.state in (states.COMPLETE, states.FAIL) and "excluded" not in t.user_attrs
        ]

    def points(self, count: int) -> Iterator[client.Point]:
        """Design points that the sampler asks for, so many."""
        for _ in range(count):
            trial = self.study.ask()
            labels, overrides = [], {}
            for axis in self.axes:
                label, keys = axis.suggest(trial)
                labels.append(label)
                overrides.update(keys)
            point = client.Point(
                self.options.machine,
                self.options.trace,
                overrides,
                self.options.images,
                where=self.where,
                derived=self.derived,
            )
            self.asked[id(point)] = (trial, labels)
            yield point

    def take(self, point: client.Point, found: client.Result | client.PeeksimError) -> bool:
        """Records the outcome of a point. Returns whether its trial counts."""
        trial, labels = self.asked.pop(id(point))
        if isinstance(found, client.Excluded):
            trial.set_user_attr("excluded", True)
            self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
            self.excluded += 1
            if self.excluded == MAX_EXCLUDED:
                raise ExtractError(USAGE, "%d machines in a row: %s" % (MAX_EXCLUDED, found))
            return False
        self.excluded = 0
        if isinstance(found, client.PeeksimError):
            trial.set_user_attr("error", found.message)
            self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
            self.failed += 1
            self.error = self.error or found
        else:
            self.study.tell(trial, [self._value(name, found, labels) for name in self.objectives])
        return True

    def _value(self, name: str, found: client.Result, labels: Sequence[str]) -> float:
        if name == "accuracy":
            return accuracy.of(self.accuracies, labels, found.machine)
        known = found.metrics.get(self.options.scope)
        if known is None:
            raise ExtractError(
                USAGE, "no scope '%s'; one of %s" % (self.options.scope, ", ".join(found.metrics))
            )
        if name not in known:
            raise ExtractError(
                USAGE, "no metric '%s'; one of %s, accuracy" % (name, ", ".join(known))
            )
        return known[name]

    def forget(self) -> None:
        """Marks unfinished trials as failed, so that none seems to be running."""
        for trial, _ in self.asked.values():
            self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)

    def run(self) -> None:
        """Runs the trials that are left, and shows how far they are. Throws ExtractError."""
        count, before, start = self.options.trials, len(self.ended()), time.monotonic()
        show = sys.stderr.isatty()
        done = before
        while done < count:
            for point, found in self.session.batch(self.points(count - done), errors="yield"):
                done += self.take(point, found)
                if self.error and self.failed == MAX_FAILURES == done - before:
                    raise ExtractError(self.error.exit_code, "every point fails: %s" % self.error)
                if show:
                    rate = (done - before) / (time.monotonic() - start)
                    sys.stderr.write(
                        "\r\033[K%d of %d trials, %.1f a second, %.0f s left, %d failed"
                        % (done, count, rate, (count - done) / max(rate, 1e-9), self.failed)
                    )
                    sys.stderr.flush()
        if show:
            sys.stderr.write("\r\033[K")
        if self.error and self.failed == done - before:
            raise ExtractError(self.error.exit_code, "every point fails: %s" % self.error)

    def rows(self) -> tuple[list[str], list[list[Any]]]:
        """(header, rows) of the trials that succeeded; `front` first."""
        complete = [t for t in self.study.trials if t.values is not None]
        best = {t.number for t in self.study.best_trials}
        header = ["front", "trial"] + [a.name for a in self.axes] + list(self.objectives)
        return header, [
            [int(t.number in best), t.number] + [t.params[a.name] for a in self.axes] + t.values
            for t in complete
        ]

    def table(self) -> str:
        """The front as text."""
        from ..accuracy.results import aligned

        header, rows = self.rows()
        first = header.index(next(iter(self.objectives)))
        front, seen = [], set()
        for row in sorted((r for r in rows if r[0]), key=lambda r: (r[first], r[1])):
            if str(row[2:]) not in seen:  # a point that was drawn again
                seen.add(str(row[2:]))
                front.append(["%.6g" % c if isinstance(c, float) else str(c) for c in row[1:]])
        return "%d trials, %d without result; %d that none beats:\n\n%s" % (
            len(self.ended()),
            len(self.ended()) - len(rows),
            len(front),
            aligned([header[1:]] + front),
        )
