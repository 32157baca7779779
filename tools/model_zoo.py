#!/usr/bin/env python3
"""Checks the traces of small networks: zoo/command.py, without an installation."""
import sys

from zoo.command import main

if __name__ == "__main__":
    sys.exit(main())
