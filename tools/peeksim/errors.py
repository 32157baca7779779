"""The extractor's one error type. Its codes are those of peeksim (docs/README.md)."""

USAGE = 2
MODEL = 4
OUTPUT = 6
INTERRUPTED = 130


class ExtractError(Exception):
    """One clear line: what was found, and what to do about it."""

    def __init__(self, code: int, message: object) -> None:
        self.message = " ".join(str(message).split())
        super().__init__(self.message)
        self.code = code

    def __str__(self) -> str:
        return self.message  # torch.fx adds lines of its own to the arguments of exceptions
