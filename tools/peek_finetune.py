#!/usr/bin/env python3
"""Trains a CNN with zero prediction inside: peeksim/commands/finetune.py, without an
installation."""
import sys

from peeksim.commands.finetune import main

if __name__ == "__main__":
    sys.exit(main())
