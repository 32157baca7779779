"""tools/explore.py: a multi-objective search over machines."""
import contextlib
import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

import peeksim
from peeksim.commands import explore
from peeksim.errors import ExtractError
from peeksim.explore import axes, search

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

PEEK = os.path.join(ROOT, "configs", "peek-16x16.yaml")
TRACE = os.path.join(ROOT, "traces", "cifar_resnet20.h5")
signal.signal(signal.SIGINT, signal.default_int_handler)  # why: tests/tools/extracting.py


class Exploring(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w") as f:
                f.write(text)
        return path

    def words(self, *more):
        return [
            PEEK, "--trace", TRACE, "--images", "1", "--axis", "array.rows=4,8,16,32",
            "--axis", "array.dispatch=gate,packed", *more,
        ]  # fmt: skip

    def call(self, *more):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = explore.main(self.words(*more))
        return code, out.getvalue(), err.getvalue()

    def rows(self, *more):
        path = self.path("all.csv")
        code, _, err = self.call("--csv", path, *more)
        self.assertEqual((code, err), (0, ""))
        with open(path) as f:
            return list(csv.DictReader(f))


class ASearch(Exploring):
    def test_its_front_is_what_no_other_trial_beats(self):
        code, out, err = self.call("--trials", "20", "--csv", self.path("a.csv"))
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"^20 trials, 0 without result; \d+ that none beats:")
        with open(self.path("a.csv")) as f:
            rows = list(csv.DictReader(f))
        self.assertEqual(len(rows), 20)
        values = [(float(r["cycles"]), float(r["energy"])) for r in rows]
        for row, one in zip(rows, values):
            beaten = any(o != one and o[0] <= one[0] and o[1] <= one[1] for o in values)
            self.assertEqual(row["front"], "0" if beaten else "1")

    def test_the_same_seed_gives_the_same_trials_and_another_gives_others(self):
        for sampler in ("nsga2", "tpe"):
            words = ["--trials", "14", "--sampler", sampler, "--axis", "dram.latency=1..200:log"]
            first = self.rows(*words, "--seed", "3")
            self.assertEqual(self.rows(*words, "--seed", "3"), first)
            self.assertNotEqual(self.rows(*words, "--seed", "4"), first)

    def test_it_goes_on_where_its_storage_is_and_refuses_another_search(self):
        kept = ["--storage", self.path("study.db")]
        self.assertEqual(len(self.rows(*kept, "--trials", "3")), 3)
        rows = self.rows(*kept, "--trials", "8")
        self.assertEqual(len(rows), 8)
        self.assertEqual(self.rows(*kept, "--trials", "8"), rows)
        code, out, err = self.call(*kept, "--objective", "edp")
        self.assertEqual((code, out), (6, ""))
        code, _, err = self.call(*kept, "--axis", "dram.latency=1..5")
        self.assertEqual(code, 6)
        self.assertIn("is the study of another command", err)

    def test_ctrl_c_leaves_a_study_that_goes_on(self):
        words = ["--storage", self.path("study.db"), "--trials", "100000"]
        process = subprocess.Popen(
            [sys.executable, os.path.join(ROOT, "tools", "explore.py"), *self.words(*words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        while self.complete(self.path("study.db")) < 2:
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=300)
        self.assertEqual((process.returncode, out), (130, ""), err)
        self.assertRegex(err, "interrupted; the same command goes on from there")
        done = self.complete(words[1])
        self.assertGreaterEqual(len(self.rows(*words[:2], "--trials", "2")), done)

    def complete(self, path):
        """Trials of a study that succeeded; 0 while it is being made."""
        try:
            with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % path, uri=True)) as kept:
                sql = "SELECT count(*) FROM trials WHERE state = 'COMPLETE'"
                return kept.execute(sql).fetchone()[0]
        except sqlite3.OperationalError:
            return 0

    def test_any_metric_is_an_objective_and_each_has_its_direction(self):
        rows = self.rows("--objective", "mac_reduction", "--objective", "edp:min", "--trials", "6")
        self.assertGreater(float(rows[0]["mac_reduction"]), 0)
        self.assertEqual(
            search.objectives(["speed_up", "cycles", "utilisation:min"], ["speed_up"]),
            {"speed_up": "maximize", "cycles": "minimize", "utilisation": "minimize"},
        )

    def test_conditions_keep_machines_out_and_out_of_the_count(self):
        sweep = self.path(
            "sweep.yaml",
            "axes: {array.cols: [4, 8, 16]}\nwhere: array.rows * array.cols == 64\n",
        )
        rows = self.rows("--sweep", sweep, "--where", "array.cols != 8", "--trials", "6")
        self.assertEqual(len(rows), 6)
        self.assertLessEqual(
            {(row["array.rows"], row["array.cols"]) for row in rows}, {("4", "16"), ("16", "4")}
        )
        code, _, err = self.call("--where", "array.rows == 3", "--trials", "2")
        self.assertEqual(code, 2)
        self.assertIn("1000 machines in a row: the machine is excluded by where: array.rows", err)

    def test_accuracy_comes_from_files_by_the_name_of_machine_or_overlay(self):
        def results(**top1):
            machines = [{"machine": m, "top1": {"value": v}} for m, v in top1.items()]
            return self.path("accuracy.json", json.dumps({"machines": machines}))

        sweep = self.path(
            "sweep.yaml",
            "axes:\n  calibration:\n    overlays:\n      careful: {prediction.threshold: -0.1}\n"
            "      daring: {prediction: {peeks: corner}}\n",
        )
        words = ["--objective", "accuracy", "--objective", "cycles", "--trials", "8"]
        code, _, err = self.call(*words)
        self.assertEqual(code, 2)
        self.assertIn("no accuracy of 'peek-16x16'; measure it with tools/peek_accuracy.py", err)
        accuracy = ["--accuracy", results(**{"peek-16x16": 0.75})]
        self.assertEqual({r["accuracy"] for r in self.rows(*words, *accuracy)}, {"0.75"})
        accuracy = ["--sweep", sweep, "--accuracy", results(careful=0.9, daring=0.8)]
        found = {(r["calibration"], r["accuracy"]) for r in self.rows(*words, *accuracy)}
        self.assertEqual(found, {("careful", "0.9"), ("daring", "0.8")})
        results(careful=0.9)
        code, _, err = self.call(*words, *accuracy)
        self.assertEqual(code, 2)
        self.assertIn("no accuracy of 'daring'", err)

    def test_what_is_wrong_with_every_point_is_said_in_one_line(self):
        for code, part, words in (
            (3, "did you mean 'array.lanes'?", ["--axis", "array.lane=1,2"]),
            (2, "no metric 'cycle'", ["--objective", "cycle"]),
            (2, "no scope 'net'", ["--scope", "net"]),
            (2, "an axis is there twice", ["--axis", "array.rows=1,2"]),
            (4, "there is no such file", ["--trace", "nowhere.h5"]),
            (6, "cannot be written", ["--csv", "/nowhere/a.csv"]),
            (6, "cannot be used as a study", ["--storage", self.path("no.db", "no database")]),
        ):
            found, _, err = self.call(*words, "--trials", "3")
            self.assertEqual(found, code, err)
            self.assertIn(part, err)
            self.assertEqual(err.count("\n"), 1)

    def test_a_machine_that_cannot_run_is_a_trial_without_result(self):
        code, out, _ = self.call("--axis", "buffers.ofmap_bytes=64,65536", "--trials", "10")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^10 trials, [1-9] without result")


class AnAxis(unittest.TestCase):
    def test_values_are_numbers_lists_names_and_sizes(self):
        axis = axes.parse("prediction.window=[2,2],[2,4]")
        self.assertEqual(
            axis.choices,
            {w: {"prediction.window": json.loads(w)} for w in ("[2,2]", "[2,4]")},
        )
        axis = axes.parse("buffers.ifmap_bytes=64KiB..1MiB:log")
        self.assertEqual((axis.ends, axis.log), ((65536, 1048576), True))
        axis = axes.parse("array.rows=4..32:step=4")
        self.assertEqual((axis.ends, axis.step), ((4, 32), 4))
        axis = axes.parse("prediction.threshold=-0.5..0.5")
        self.assertEqual((axis.ends, axis.log, axis.step), ((-0.5, 0.5), False, None))

    def test_what_is_none_is_refused(self):
        for text in ("array.rows", "a=", "=4", "a=4,4", "a=4,,5", "a=9..4", "a=0..4:log",
                     "a=x..y", "a=1..4:step=0"):  # fmt: skip
            with self.assertRaises(ExtractError, msg=text) as caught:
                axes.parse(text)
            self.assertIn("--axis %s: " % text, str(caught.exception))

    def test_a_shipped_sweep_has_the_same_axes(self):
        path = os.path.join(ROOT, "configs", "sweeps", "array-and-window.yaml")
        found = {axis.name: list(axis.choices) for axis in axes.from_sweep(path)[0]}
        self.assertEqual(found["array.rows"], ["16", "32", "64"])
        self.assertEqual(found["prediction.window"], ["[2, 2]", "[2, 4]", "[4, 4]"])

    def test_values_that_a_sweep_derives_are_derived_here_too(self):
        path = os.path.join(ROOT, "configs", "sweeps", "aspect-and-dispatch.yaml")
        self.assertEqual(axes.from_sweep(path)[2], {"buffers.ifmap_read_width": "4 * array.rows"})
        half = {"buffers.ifmap_read_width": "array.rows / 2"}
        points = [
            peeksim.Point(PEEK, TRACE, {"array.rows": 8}, 1, True, derived=derived)
            for derived in (half, {})
        ]
        with peeksim.Session() as session:
            widths = [
                result.detail["machine"]["buffers"]["ifmap_read_width"]
                for _, result in session.batch(points)
            ]
        self.assertEqual(sorted(widths), [4, 8])


if __name__ == "__main__":
    unittest.main()
