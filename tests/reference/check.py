#!/usr/bin/env python3
"""Compares the reference model with the expected numbers of a folder of cases.

    tests/reference/check.py FOLDER

Says which counter of which case differs. Exit codes: 0 all agree, 1 some differ, 2 usage.
"""
import argparse
import os
import sys

import cases


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", help="holds cases, such as tests/vectors")
    folder = parser.parse_args(argv).folder
    paths = cases.paths(folder) if os.path.isdir(folder) else []
    if not paths:
        parser.error("no cases (*.json) in %s" % folder)
    differing = 0
    for path in paths:
        lines = cases.differences(cases.read(path))
        differing += bool(lines)
        for line in lines:
            print("%s: %s" % (path, line))
    print("%d of %d cases agree" % (len(paths) - differing, len(paths)))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
