"""What all readers of texts share: the file, its options, the account of a stride, and what counts as damage."""

from __future__ import annotations

from typing import BinaryIO

from winnow.page import Account, Asked


class TextReader:
    """The texts of a file. `account` counts this stride only, and is complete when all its texts are read."""

    def __init__(self, file: BinaryIO, asked: Asked, stride: tuple[int, int] = (0, 1)) -> None:
        self.file = file
        self.asked = asked
        self.stride = stride
        self.account = Account(is_part=True)


def raise_unreadable(error: Exception) -> None:
    """Raises an OSError with an errno again: the file cannot be read. Any other error means that it is damaged."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error
