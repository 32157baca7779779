#!/usr/bin/env python3
"""Measures what zero prediction costs in accuracy: peeksim/commands/accuracy.py, without an
installation."""
import sys

from peeksim.commands.accuracy import main

if __name__ == "__main__":
    sys.exit(main())
