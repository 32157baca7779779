#!/usr/bin/env python3
"""Searches for the best machines: peeksim/commands/explore.py, without an installation."""
import sys

from peeksim.commands.explore import main

if __name__ == "__main__":
    sys.exit(main())
