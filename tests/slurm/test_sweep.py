"""`peeksim sweep --slurm` on a real Slurm: job arrays, dead tasks, and the results of an undisturbed
run, byte by byte."""

import contextlib
import os
import pathlib
import re
import sqlite3
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEEKSIM = os.environ.get("PEEKSIM", str(ROOT / "build/release/peeksim"))
# Holds a task in mid-run: tests/support/preloaded/hold_points.cpp.
HOLD_POINTS = os.environ.get(
    "PEEKSIM_HOLD_POINTS", str(ROOT / "build/release/tests/libhold_points.so"))

SWEEP = f"""
name: twelve points
machine: {ROOT}/configs/peek-16x16-packed.yaml
trace: {ROOT}/traces/resnet18.h5
axes:
  prediction.window: [[2, 2], [2, 4], [4, 4]]
  prediction.threshold: [0, 0.2, 0.3, 0.4]
"""
POINTS, TASKS = 12, 4
DEAD = 1  # the task that is ended in mid-run
KILL = ("scancel", "--full", "--signal=KILL")
ODD = "it's a \"50%a\" #folder of $HOME"


def setUpModule():
    global cluster
    cluster = Cluster().__enter__()
    unittest.addModuleCleanup(cluster.__exit__)


class SlurmSweepTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="peeksim-test-")
        self.addCleanup(folder.cleanup)
        self.addCleanup(self.empty_queue)
        self.folder = pathlib.Path(folder.name) / ODD
        self.folder.mkdir()
        (self.folder / "sweep.yaml").write_text(SWEEP)
        self.hold = self.folder / "hold"
        self.hold.touch()

    def test_a_dead_task_is_run_again_alone_and_the_results_are_those_of_an_undisturbed_run(self):
        said = self.submit()
        job = re.search(r"(\d+) submitted as job (\d+)", said)
        self.assertEqual(job[1], str(TASKS))
        self.assertIn(f"squeue --jobs={job[2]}", said)

        # While a task is in the queue, the same command leaves it alone.
        self.assertIn("4 in Slurm's queue, 0 submitted", self.submit())

        self.end_in_mid_run(job[2], *KILL)
        self.hold.unlink()
        self.wait_for_queue()
        self.assertEqual(self.points_done(DEAD), 1)

        # What stands in the databases now can be merged, and again when there is more.
        self.merge()
        alone = re.search(r"^ +(sbatch .*)--array=1 (.*)$", said, re.MULTILINE)
        subprocess.run(alone[1] + f"--array={DEAD} " + alone[2], shell=True, check=True,
                       env=cluster.environment(), stdout=subprocess.DEVNULL)
        self.wait_for_queue()
        self.assertIn("2 points run, 3 done", self.log(DEAD))

        self.assertIn("4 of 4 shards complete, 0 in Slurm's queue, 0 submitted", self.submit())
        self.merge()
        merged = self.export("sweep.db")
        self.peeksim("sweep", "sweep.yaml", "--out", "undisturbed.db", "--jobs", "2")
        self.assertEqual(merged, self.export("undisturbed.db"))
        self.assertEqual(merged.count("\n"), 1 + POINTS)

        before = self.tables("sweep.db")
        self.merge()
        self.assertEqual(self.tables("sweep.db"), before)
        # The merged database is the sweep's: it alone says that nothing is left to run.
        for part in (self.folder / "sweep.db.shards").glob("*.db"):
            part.unlink()
        self.assertIn("4 of 4 shards complete, 0 in Slurm's queue, 0 submitted", self.submit())

    def test_the_same_command_submits_what_is_not_complete(self):
        job = re.search(r"as job (\d+)", self.submit())[1]
        self.end_in_mid_run(job, *KILL)
        cluster.run("scancel", job)
        self.wait_for_queue()
        # A database of another division of the sweep counts as well.
        self.peeksim("sweep", "sweep.yaml", "--shard", "1/2", "--out", "sweep.db.shards/other.db")
        self.assertIn(": 2 of 4 shards complete, 0 in Slurm's queue, 2 submitted", self.submit())

    def test_a_task_that_slurm_ends_keeps_what_is_done_and_goes_on_when_it_is_requeued(self):
        job = re.search(r"as job (\d+)", self.submit())[1]
        self.end_in_mid_run(job, "scancel", "--full", "--signal=TERM")
        self.assertIn("interrupted: 2 points are left to run", self.log(DEAD))
        self.assertIn(" ExitCode=130:0", cluster.run("scontrol", "show", "job", f"{job}_{DEAD}").stdout)
        cluster.run("scancel", job)
        self.wait_for_queue()

        # Once more: it has one point already, is held when it has two, and is put back in the queue.
        job = re.search(r"as job (\d+)", self.submit())[1]
        self.end_in_mid_run(job, "scontrol", "requeue", done=2)
        self.hold.unlink()
        self.wait_for_queue()
        self.assertEqual(self.points_done(DEAD), 3)
        self.assertIn("1 point run, 3 done", self.log(DEAD))

    def test_what_slurm_refuses_is_said_in_its_words(self):
        result = self.sweep_on_slurm("--partition=nowhere")
        self.assertEqual(result.returncode, 9)
        self.assertRegex(result.stderr, r"peeksim: error: sbatch: .*invalid partition.*nowhere.*\n$")

    # What the tests say

    def sweep_on_slurm(self, options):
        """With tasks that are held when they have run one point, while there is a file `hold`."""
        return cluster.run("env", f"LD_PRELOAD={HOLD_POINTS}", f"HOLD_POINTS={self.hold}", PEEKSIM,
                           "sweep", "sweep.yaml", "--out", "sweep.db", "--slurm", options,
                           cwd=self.folder)

    def submit(self):
        result = self.sweep_on_slurm(f"--partition=x --array-size={TASKS} --comment 'two words'")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def peeksim(self, *arguments):
        result = cluster.run(PEEKSIM, *arguments, cwd=self.folder)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def merge(self):
        parts = sorted(str(path) for path in (self.folder / "sweep.db.shards").glob("*.db"))
        self.peeksim("sweep", "merge", "-o", "sweep.db", *parts)

    def export(self, database):
        return self.peeksim("sweep", "export", database, "--csv", "--all")

    def tables(self, database):
        with sqlite3.connect(self.folder / database) as sql:
            return list(sql.iterdump())

    def shard(self, task, kind):
        return self.folder / "sweep.db.shards" / f"shard-{task}-of-{TASKS}.{kind}"

    def log(self, task):
        return self.shard(task, "log").read_text()

    def points_done(self, task):
        database = self.shard(task, "db")
        if not database.exists() or database.stat().st_size == 0:
            return 0
        with contextlib.closing(sqlite3.connect(database.as_uri() + "?mode=ro", uri=True)) as sql:
            try:
                return sql.execute("SELECT count(*) FROM points WHERE status = 'done'").fetchone()[0]
            except sqlite3.OperationalError:  # it has no tables yet
                return 0

    def end_in_mid_run(self, job, *command, done=1):
        """Gives the command for the task DEAD, which is held when it has so many of its points."""
        self.wait_until(lambda: self.points_done(DEAD) == done)
        self.assertEqual(cluster.run(*command, f"{job}_{DEAD}").stderr, "")
        self.wait_until(lambda: not self.queue("--states=running,completing", f"{job}_{DEAD}"))

    def queue(self, *arguments):
        jobs = [f"--jobs={argument}" if argument[0] != "-" else argument for argument in arguments]
        return cluster.run("squeue", "--noheader", *jobs).stdout

    def wait_for_queue(self):
        self.wait_until(lambda: not self.queue())

    def wait_until(self, ready):
        latest = time.monotonic() + 300  # only a fault takes that long
        while not ready():
            if time.monotonic() > latest:
                self.fail("waited in vain" + self.queue() + cluster.logs())
            time.sleep(0.1)

    def empty_queue(self):
        cluster.run("scancel", "--me")
        self.wait_for_queue()


if __name__ == "__main__":
    unittest.main()
