#!/usr/bin/env python3
"""Writes random cases with the numbers that the reference model expects.

    tests/reference/generate.py --seed TEXT --cases 300 --out FOLDER
    tests/reference/generate.py --seed TEXT --only 17 --out FOLDER

The files are caseNNNNN.json in the format of tests/vectors/README.md. The same seed gives the same
bytes, and case 17 is the same however many others are written.
"""
import argparse
import os
import sys

import cases
from draw import draw_case


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--cases", type=int, metavar="N", default=300, help="how many (default 300)")
    which.add_argument("--only", type=int, metavar="I", help="only case number I")
    parser.add_argument("--seed", metavar="TEXT", required=True, help="any text")
    parser.add_argument("--out", metavar="FOLDER", required=True,
                        help="where to write; it must not hold cases yet")
    options = parser.parse_args(argv)
    if options.cases < 1:
        parser.error("--cases must be at least 1, not %d" % options.cases)
    if options.only is not None and options.only < 0:
        parser.error("--only must be at least 0, not %d" % options.only)
    if os.path.isdir(options.out) and cases.paths(options.out):
        parser.error("%s holds cases already; remove it or name another folder" % options.out)
    return options


def main(argv=None):
    options = arguments(argv)
    os.makedirs(options.out, exist_ok=True)
    numbers = range(options.cases) if options.only is None else [options.only]
    for number in numbers:
        path = os.path.join(options.out, "case%05d.json" % number)
        with open(path, "w") as file:
            file.write(draw_case(options.seed, number).to_json() + "\n")
    print("seed %s: %d random cases in %s" % (options.seed, len(numbers), options.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
