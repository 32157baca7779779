#!/usr/bin/env python3
"""Makes docs/reproduction.md: reproduction/command.py, without an installation."""
import sys

from reproduction.command import main

if __name__ == "__main__":
    sys.exit(main())
