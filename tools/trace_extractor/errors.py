"""The extractor's one error type. Its codes are those of peeksim (README.md)."""

USAGE = 2
MODEL = 4
OUTPUT = 6
INTERRUPTED = 130


class ExtractError(Exception):
    """One clear line: what was found, and what to do about it."""

    def __init__(self, code, message):
        super().__init__(" ".join(str(message).split()))
        self.code = code
