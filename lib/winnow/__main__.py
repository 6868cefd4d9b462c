"""The `winnow` command as a file: `python -m winnow`, or given to spark-submit: `__main__.py run ARCHIVES ...`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    if sys.path and Path(sys.path[0]).absolute() == Path(__file__).absolute().parent:
        del sys.path[0]  # spark-submit puts the folder of its program first, whose modules are known by other names
    from winnow.cli import main

    main()
