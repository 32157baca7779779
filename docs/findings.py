#!/usr/bin/env python3
"""Fills docs/findings.md and draws its pictures: tools/findings/command.py."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
from findings.command import main  # noqa: E402

if __name__ == "__main__":
    main()
