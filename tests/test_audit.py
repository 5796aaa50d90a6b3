"""The audit log: nothing that was written into it is changed without being found."""

from __future__ import annotations

import multiprocessing
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.core.errors import NotPermitted
from noroshi.engine.accounts import NewPerson, PersonChanges
from noroshi.engine.directory import Directory
from noroshi.engine.logins import Logins
from noroshi.engine.roles import Actor, Role, local_operator
from noroshi.engine.tokens import Tokens
from noroshi.store.audit import START, AuditLog, Head, chained, head
from noroshi.store.directory import DirectoryFile
from noroshi.store.sql_directory import SCHEMA

CHIEF = local_operator()
COLUMNS = ("id", "time", "actor", "action", "target", "details", "hash")


def log_of(home: Path, count: int) -> AuditLog:
    log = AuditLog(DirectoryFile(home))
    for number in range(count):
        log.append(f"person:p{number % 3}", "role", "person:x", {"number": number, "名": "佐藤"})
    return log


def forced(home: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    """What somebody does who can write the file: the triggers go first, and come back after."""
    db = sqlite3.connect(home / "directory.db", isolation_level=None)
    found = db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name in (name for (name,) in found if name.startswith("audit_")):
        db.execute(f"DROP TRIGGER {name}")
    for statement, values in statements:
        db.execute(statement, values)
    for statement in SCHEMA:
        if "TRIGGER audit_" in statement:
            db.execute(statement)
    db.close()


def test_an_untouched_log_has_no_fault(tmp_path: Path) -> None:
    log = AuditLog(DirectoryFile(tmp_path))
    assert log.head() == Head(0, START)
    assert log.verify() == log.verify(log.head()) == []
    log = log_of(tmp_path, 5)
    early = log.head()
    log.append("x", "y")
    assert log.verify() == log.verify(early) == log.verify(head(str(log.head()))) == []


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET actor = 'nobody' WHERE id = 2", "DELETE FROM audit WHERE id = 3",
    "DELETE FROM audit", "INSERT OR REPLACE INTO audit SELECT id, 0, '', '', '', '{}', hash FROM "
    "audit WHERE id = 3", "INSERT INTO audit VALUES (9, 0, '', '', '', '{}', x'00')",
    "REPLACE INTO audit SELECT * FROM audit", "UPDATE audit SET hash = hash",
])  # fmt: skip
def test_the_file_itself_refuses_to_change_or_remove_an_entry(
    tmp_path: Path, statement: str
) -> None:
    log = log_of(tmp_path, 3)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        sqlite3.connect(tmp_path / "directory.db").execute(statement)
    assert log.verify() == []


@settings(max_examples=60, deadline=None)
@given(
    place=st.integers(1, 6),
    column=st.sampled_from(COLUMNS[1:]),
    text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    number=st.integers(0, 2**40),
)
def test_any_change_of_an_entry_is_found(place: int, column: str, text: str, number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        log = log_of(home, 6)
        value: object = {"time": number, "hash": text.encode()}.get(column, text)
        db = sqlite3.connect(home / "directory.db")
        before = db.execute(f"SELECT {column} FROM audit WHERE id = ?", (place,)).fetchone()[0]
        db.close()
        forced(home, (f"UPDATE audit SET {column} = ? WHERE id = ?", (value, place)))
        assert bool(log.verify()) is (before != value)


@settings(max_examples=40, deadline=None)
@given(gone=st.sets(st.integers(1, 6), min_size=1), renumber=st.booleans())
def test_any_removal_is_found(gone: set[int], renumber: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        log = log_of(home, 6)
        kept = log.head()
        work: list[tuple[str, tuple[object, ...]]] = [
            ("DELETE FROM audit WHERE id = ?", (one,)) for one in gone
        ]
        left = [one for one in range(1, 7) if one not in gone]
        if renumber:
            work += [("UPDATE audit SET id = ? WHERE id = ?", (new, old))
                     for new, old in enumerate(left, 1)]  # fmt: skip
        forced(home, *work)
        assert log.verify()
        assert log.verify(kept)


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(1, 6)))
def test_any_reordering_is_found(order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        log = log_of(home, 5)
        away = [("UPDATE audit SET id = ? WHERE id = ?", (one + 100, one)) for one in order]
        back = [("UPDATE audit SET id = ? WHERE id = ?", (new, old + 100))
                for new, old in enumerate(order, 1)]  # fmt: skip
        forced(home, *away, *back)
        assert bool(log.verify()) is (order != sorted(order))


@settings(max_examples=40, deadline=None)
@given(first=st.integers(1, 6), cut=st.integers(0, 6), more=st.integers(0, 3))
def test_a_chain_that_is_wholly_rewritten_is_found_by_a_head_that_was_kept(
    first: int, cut: int, more: int
) -> None:
    """From `first` on everything is written anew, with right hashes and the noted end, `cut`
    entries fewer and `more` made up."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        log = log_of(home, 6)
        kept = log.head()
        rows = [(e.id, e.time, e.actor, e.action, e.target, e.details) for e in
                reversed(log.entries())]  # fmt: skip
        rows = rows[: max(first, 6 - cut)]
        rows[first - 1] = (first, 0, "nobody", "nothing", "", "{}")
        rows += [(len(rows) + one + 1, 5, "a", "b", "c", "{}") for one in range(more)]
        work: list[tuple[str, tuple[object, ...]]] = [("DELETE FROM audit", ())]
        before = START
        for row in rows:
            before = chained(before, row)
            work.append(("INSERT INTO audit VALUES (?,?,?,?,?,?,?)", (*row, before)))
        noted = f"{len(rows)}:{before.hex()}"
        work.append(("UPDATE meta SET value = ? WHERE name = 'audit'", (noted,)))
        forced(home, *work)
        assert log.verify() == []  # nothing within the file shows it
        assert log.verify(kept)


@pytest.mark.parametrize(
    "text", ["", "1", "1:", "x:" + "0" * 64, "1:" + "g" * 64, "-1:" + "0" * 64]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="head"):
        head(text)


def _append(home: Path, name: str) -> None:
    log = AuditLog(DirectoryFile(home))
    for number in range(25):
        log.append(name, "write", str(number))


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(tmp_path, f"w{one}")) for one in range(3)]
    for one in writers:
        one.start()
    for one in writers:
        one.join(60)
        assert one.exitcode == 0
    log = AuditLog(DirectoryFile(tmp_path))
    assert (log.head().count, log.verify()) == (75, [])
    for name in ("w0", "w1", "w2"):
        said = [one.target for one in log.entries(actor=name)]
        assert said == [str(number) for number in reversed(range(25))]


def test_everything_an_operator_does_is_in_the_log_and_no_secret_is(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    logins, tokens = Logins(directory), Tokens(directory)
    directory.add_organisation(CHIEF, "own", "Us")
    directory.add_person(CHIEF, NewPerson("sato", "Sato", email="sato@example.jp"))
    directory.set_role(CHIEF, "sato", "own", Role.VIEWER)
    directory.set_group(CHIEF, "responders", ("org:own",))
    logins.set_password(CHIEF, "sato", "rice paddy telescope")
    logins.check("sato", "rice paddy telescope", "192.0.2.1")
    _, cookie = logins.open_session("sato", by="password", address="192.0.2.1")
    token, text = tokens.add(CHIEF, "city")
    with pytest.raises(NotPermitted):
        logins.check("sato", "a wrong password", "192.0.2.1")
    with pytest.raises(NotPermitted):
        directory.remove_organisation(Actor("person:sato", Role.LIAISON), "own")
    directory.change_person(CHIEF, "sato", PersonChanges(clearance=3, email=None))
    tokens.revoke(CHIEF, token.id)
    directory.remove_person(CHIEF, "sato")
    said = [(one.actor, one.action, one.target) for one in reversed(directory.audit.entries())]
    sato, me = "person:sato", CHIEF.name
    assert said == [
        (me, "organisation.add", "org:own"), (me, "person.add", sato), (me, "person.role", sato),
        (me, "group.set", "group:responders"), (me, "password.set", sato),
        (sato, "login", sato), (me, "token.add", token.id), ("anonymous", "login.failed", sato),
        (sato, "refused", "org:own"), (me, "person.change", sato), (me, "token.revoke", token.id),
        (me, "person.remove", sato),
    ]  # fmt: skip
    whole = "".join(map(str, directory.audit.entries()))
    for secret in ("rice paddy", "wrong password", cookie, text.rpartition("_")[2], "argon2",
                   "sato@example.jp"):  # fmt: skip
        assert secret not in whole
    assert directory.audit.verify() == []


def test_whatever_is_refused_is_kept_as_text(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    for target in ("\ud800", "\0", "x" * 5000, "a\nb"):
        with pytest.raises(NotPermitted):
            Tokens(directory).revoke(Actor("person:x", Role.VIEWER), target)
    assert len(directory.audit.entries()) == 4
    assert directory.audit.verify() == []


def test_what_fails_leaves_neither_a_change_nor_an_entry(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    directory.add_organisation(CHIEF, "own", "Us")
    before = (directory.audit.head(), directory.generation)
    with pytest.raises(Exception, match="there is no person"):
        directory.set_group(CHIEF, "responders", ("org:own", "person:nobody"))
    assert (directory.audit.head(), directory.generation, directory.groups()) == (*before, {})
