"""`python -m winnow`, the same as `winnow`."""

from winnow.cli import main

if __name__ == "__main__":
    main()
