"""SQL of files of typed rows (`noroshi.store.rows_file`)."""

from __future__ import annotations

TABLES = "SELECT count(*) FROM sqlite_schema"
META = "SELECT value FROM meta WHERE name = ?"


def select(table: str, columns: tuple[str, ...], where: tuple[str, ...]) -> str:
    """Rows of a table, oldest first."""
    return f"SELECT {', '.join(columns)} FROM {table}{_where(where)} ORDER BY rowid"


def insert(table: str, columns: tuple[str, ...]) -> str:
    """One new row."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def update(table: str, columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """All columns of the row with the same key."""
    changed = ", ".join(f"{one} = ?" for one in columns)
    return f"UPDATE {table} SET {changed}{_where(keys)}"


def delete(table: str, where: tuple[str, ...]) -> str:
    """Rows of a table."""
    return f"DELETE FROM {table}{_where(where)}"


def _where(columns: tuple[str, ...]) -> str:
    return " WHERE " + " AND ".join(f"{one} IS ?" for one in columns) if columns else ""
