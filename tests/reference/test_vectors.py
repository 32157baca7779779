"""The model and the cases that are kept in tests/vectors."""
import contextlib
import io
import json
import os
import shutil
import tempfile
import unittest

import cases
import check

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")


def run_check(folder):
    """(exit code, output) of check.py."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = check.main([folder])
    return code, output.getvalue()


class Vectors(unittest.TestCase):
    def test_the_model_agrees_with_every_number_of_every_vector(self):
        self.assertGreaterEqual(len(cases.paths(VECTORS)), 324)
        for path in cases.paths(VECTORS):
            self.assertEqual(cases.differences(cases.read(path)), [], path)


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def vector(self, runs, **changed):
        """Writes the first vector that runs, or that does not, with other fields of its own."""
        for path in cases.paths(VECTORS):
            with open(path) as file:
                fields = json.load(file)
            if ("expected" in fields) == runs:
                break
        fields.update({name: change(fields.get(name)) for name, change in changed.items()})
        with open(os.path.join(self.folder, "case.json"), "w") as file:
            json.dump({k: v for k, v in fields.items() if v is not None}, file)

    def test_a_folder_that_agrees_is_fine(self):
        self.vector(runs=True)
        self.assertEqual(run_check(self.folder), (0, "1 of 1 cases agree\n"))

    def test_the_counter_that_differs_is_named(self):
        self.vector(runs=True, expected=lambda e: {**e, "tail": e["tail"] + 1})
        code, output = run_check(self.folder)
        self.assertEqual(code, 1)
        self.assertIn("case.json: tail: expected 283, the model says 282", output)
        self.assertIn("0 of 1 cases agree", output)

    def test_a_counter_that_the_model_does_not_know_is_named(self):
        self.vector(runs=True, expected=lambda e: {**e, "heads": 2})
        self.assertIn("heads: expected 2, the model says None", run_check(self.folder)[1])

    def test_only_the_latest_counters_may_be_left_out_and_are_compared_where_they_are_not(self):
        self.vector(runs=True, expected=lambda e: {**e, "jobs_peak": 77})
        self.assertIn("jobs_peak: expected 77, the model says 0", run_check(self.folder)[1])
        self.vector(runs=True, expected=lambda e: {n: e[n] for n in e if n != "tail"})
        self.assertIn("tail: expected None, the model says 282", run_check(self.folder)[1])

    def test_a_case_that_runs_against_expectation_is_named(self):
        self.vector(runs=True, expected=lambda _: None, expected_error=lambda _: "too small")
        code, output = run_check(self.folder)
        self.assertEqual(code, 1)
        self.assertIn("runs; expected: cannot run, too small", output)

    def test_a_case_that_cannot_run_against_expectation_is_named(self):
        self.vector(runs=False, expected=lambda _: {}, expected_error=lambda _: None)
        code, output = run_check(self.folder)
        self.assertEqual(code, 1)
        self.assertIn("cannot run: ", output)

    def test_an_empty_folder_is_an_error(self):
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
            check.main([self.folder])


if __name__ == "__main__":
    unittest.main()
