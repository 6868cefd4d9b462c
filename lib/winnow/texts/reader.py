"""What readers of texts have in common: the file, what is asked of it, the account of a stride, what damage is."""

from __future__ import annotations

from typing import BinaryIO

from winnow.page import Account, Asked


class TextReader:
    """The texts of a file; `account` is of this stride alone, complete when all are read."""

    def __init__(self, file: BinaryIO, asked: Asked, stride: tuple[int, int] = (0, 1)) -> None:
        self.file = file
        self.asked = asked
        self.stride = stride
        self.account = Account(is_part=True)


def raise_unreadable(error: Exception) -> None:
    """Raises an OSError that has an errno again: the file cannot be read. Any other error says that it is damaged."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error
