#!/usr/bin/env python3
"""Records a trace of a trained CNN: peeksim/commands/extract_trace.py, without an installation."""
import sys

from peeksim.commands.extract_trace import main

if __name__ == "__main__":
    sys.exit(main())
