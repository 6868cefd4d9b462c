"""The `winnow` command under spark-submit, as in `jobs/command.py run ARCHIVES --environment cluster ...`."""

from winnow.cli import main

if __name__ == "__main__":
    main()
