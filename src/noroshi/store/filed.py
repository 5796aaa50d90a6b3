"""Who filed which report: in the file of residents alone, never beside the report."""

from __future__ import annotations

from noroshi.store.rows_file import Row


class Filed(Row, frozen=True):
    """A report (its key, in a mode) and the contact who filed it. `told`: the last state of it that
    they were told of, empty for none."""

    table = "filed"
    key: str
    mode: int
    contact: str
    at: int
    told: str = ""
    expires: int = 0
