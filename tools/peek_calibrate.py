#!/usr/bin/env python3
"""Chooses windows, peeks and thresholds for a trained CNN: peeksim/commands/calibrate.py, without
an installation."""
import sys

from peeksim.commands.calibrate import main

if __name__ == "__main__":
    sys.exit(main())
