#!/usr/bin/env python3
"""Trains a predictor of zeros for a CNN: peeksim/commands/zap.py, without an installation."""
import sys

from peeksim.commands.zap import main

if __name__ == "__main__":
    sys.exit(main())
