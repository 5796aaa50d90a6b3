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


class AskedNeighbour(Row, frozen=True):
    """Somebody who was asked whether they see what a report (its key, in a mode) says, and whether
    they have answered."""

    table = "asked"
    key: str
    mode: int
    contact: str
    at: int
    answered: bool = False
    expires: int = 0
