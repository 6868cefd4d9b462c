"""Makes `kernels/text/simplified.py`, which has the simplified form of each traditional Chinese character:

    git clone https://github.com/BYVoid/OpenCC
    git -C OpenCC checkout 5249273a3e5606852f088c9a8b23522145d94f78
    python -m winnow.setup.simplified OpenCC/data/dictionary/TSCharacters.txt > lib/winnow/kernels/text/simplified.py

Source: TSCharacters of that commit (Apache License 2.0). If a character has several simplified forms, the first one is
taken. Characters beyond the planes that `folding` knows are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

COMMIT = "5249273a3e5606852f088c9a8b23522145d94f78"
_LAST, _LINE = 0x3FFFF, 58
_HEAD = f'''\
"""Traditional Chinese characters and their simplified forms; made by `python -m winnow.setup.simplified`.

Source: TSCharacters of github.com/BYVoid/OpenCC at {COMMIT} (Apache License 2.0).
"""
'''


def pairs(table: str) -> Iterator[tuple[str, str]]:
    """Each traditional character of the published table, and its simplified form."""
    for line in table.splitlines():
        traditional, _, forms = line.partition("\t")
        simplified = forms.split(" ")[0].strip()
        if line.startswith("#") or len(traditional) != 1 or len(simplified) != 1 or traditional == simplified:
            continue
        if ord(traditional) <= _LAST and ord(simplified) <= _LAST:
            yield traditional, simplified


def module(table: str) -> str:
    """The text of the module."""
    found = sorted(pairs(table))
    parts = (
        f"{name} = (\n" + "".join(f'    "{line}"\n' for line in _lines("".join(chars))) + ")\n"
        for name, chars in zip(("TRADITIONAL", "SIMPLIFIED"), zip(*found, strict=True), strict=True)
    )
    return _HEAD + "\n" + "".join(parts)


def _lines(chars: str) -> Iterator[str]:
    return (chars[at : at + _LINE] for at in range(0, len(chars), _LINE))


if __name__ == "__main__":
    sys.stdout.write(module(Path(sys.argv[1]).read_text(encoding="utf-8")))
