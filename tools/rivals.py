#!/usr/bin/env python3
"""Makes docs/rivals.md: reproduction/rivals.py, without an installation."""
import sys

from reproduction.rivals import main

if __name__ == "__main__":
    sys.exit(main())
