"""The table `settings`: the settings and recipe of each table's rows, once for each fingerprint."""

from __future__ import annotations

from winnow.settings.kept import Kept, from_yaml, kept_of, to_yaml
from winnow.warehouse.delta import CONFLICTS, add_new, exists, read_all
from winnow.warehouse.work import Work

_KEYS = ["target", "fingerprint"]
_TRIES = 10  # for runs that start at the same moment


def kept_settings(work: Work) -> dict[tuple[str, str], Kept]:
    """The settings and recipe of rows, by table and fingerprint; empty in a warehouse of an older winnow."""
    if not work.kept and exists(work, "settings"):
        rows = read_all(work, "settings").collect()  # about 10 rows for each combination of settings
        read = {each: from_yaml(*each) for each in {(row.recipe, row.settings) for row in rows}}
        work.kept.update({(row.target, row.fingerprint): read[row.recipe, row.settings] for row in rows})
    return work.kept


def keep_settings(work: Work) -> None:
    """Add the current settings for each table whose fingerprint is not in `settings` yet.

    If another run adds the same ones at the same moment, they are still added only once.
    """
    now = kept_of(work.settings, work.recipe)
    made = {**work.fingerprints, "crawls": work.fingerprints["funnel"]}
    columns = {"settings": to_yaml(now), "recipe": now.recipe}
    for left in reversed(range(_TRIES)):
        fresh = [key for key in made.items() if key not in kept_settings(work)]
        if not fresh:
            return
        try:
            add_new(work, "settings", [{"target": key[0], "fingerprint": key[1], **columns} for key in fresh], _KEYS)
            work.kept.update(dict.fromkeys(fresh, now))
        except CONFLICTS:
            if not left:
                raise
            work.kept.clear()  # read them again
