"""Small networks of every kind are traced right, and docs/models.md says what their traces hold."""
import contextlib
import dataclasses
import io
import os
import unittest
from unittest import mock

from extracting import ROOT
from zoo import check, command, entry, networks, table  # noqa: F401

PAGE = os.path.join(ROOT, "docs", "models.md")


def zoo(*words):
    """(exit code, standard output, standard error)"""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = command.main(list(words))
        except SystemExit as e:
            code = e.code
    return code, out.getvalue(), err.getvalue()


def entry_of(name):
    return next(e for e in entry.ENTRIES if e.name == name)


class Zoo(unittest.TestCase):
    def test_every_network_passes_and_the_page_has_what_was_found(self):
        results = [check.check(e) for e in entry.ENTRIES]
        faults = ["%s: %s" % (r.entry.name, fault) for r in results for fault in r.faults]
        self.assertEqual(faults, [])
        found = table.small_networks(results)
        self.assertEqual(found, table.taken(PAGE, table.SMALL), "run tools/model_zoo.py -o " + PAGE)

    def test_names_are_unique_and_listed(self):
        names = [e.name for e in entry.ENTRIES]
        self.assertEqual(len(names), len(set(names)))
        code, out, _ = zoo("--list")
        self.assertEqual((code, [line.split()[0] for line in out.splitlines()]), (0, names))

    def test_all_of_torchvisions_models_are_on_the_page(self):
        code, out, _ = zoo("--torchvision", "--list")
        self.assertEqual(code, 0)
        rows = table.taken(PAGE, table.TORCHVISION).splitlines()[2:]
        self.assertEqual([row.split("`")[1] for row in rows], out.split())

    def test_whatever_differs_from_what_was_expected_is_named(self):
        for name, changes, message in (
            ("lenet", {"layers": 6}, "lenet: layers: expected 6, found 5"),
            ("lenet", {"relus": 3}, "lenet: relus: expected 3, found 4"),
            ("vit", {"left_out": 1}, "vit: left_out: expected 1, found 8976"),
            ("relu-chunks", {"behind": ()}, "lies behind something: expected (), found ('conv',)"),
            ("lenet", {"refused": "no layer"}, "lenet: refusal: expected /no layer/, found none"),
            ("decides", {"refused": "no layer"}, "expected /no layer/, found torch.fx cannot"),
        ):
            changed = dataclasses.replace(entry_of(name), **changes)
            with self.subTest(message), mock.patch.object(entry, "ENTRIES", [changed]):
                code, _, err = zoo(name)
                self.assertEqual(code, 1)
                self.assertIn(message, err)
                self.assertIn("model_zoo: 1 of the networks did not pass", err)

    def test_a_layer_that_the_trace_lacks_or_has_wrong_is_found_by_the_hooks(self):
        read = check.recorded.read

        def without_the_first(path):
            layers, left_out = read(path)
            return layers[1:], left_out

        def with_other_values(path):
            layers, left_out = read(path)
            layers[0].values["ofmap"] = layers[0].values["ofmap"] + 1
            layers[1].values["ifmap"] = layers[1].values["ifmap"] * 1.01
            return layers, left_out

        for changed, messages in (
            (without_the_first, ["MACs of calls that are no layers: 78400, left out: 0"]),
            (with_other_values, ["conv1: no ReLU reads its ofmap", "conv2: no layer of the network"]),
        ):
            with mock.patch.object(check.recorded, "read", changed):
                faults = "\n".join(check.check(entry_of("lenet")).faults)
            for message in messages:
                self.assertIn(message, faults)

    def test_a_page_is_written_whole_or_not_at_all(self):
        for words, code, message in (
            (["-o", PAGE, "lenet"], 2, "drop the names"),
            (["nothing"], 2, "there is no network 'nothing'; --list prints the names"),
            (["-o", os.path.join(ROOT, "README.md")], 2, "README.md has no lines <!-- begin"),
            (["-o", os.path.join(ROOT, "missing.md")], 2, "missing.md cannot be read"),
        ):
            with self.subTest(words), mock.patch.object(entry, "ENTRIES", [entry_of("maxout")]):
                found, _, err = zoo(*words)
                self.assertEqual(found, code)
                self.assertIn(message, err)


if __name__ == "__main__":
    unittest.main()
