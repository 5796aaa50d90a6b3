"""Every table with personal data: sealed, told and erased whole, ended in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from noroshi.channels import personal
from noroshi.channels.reports.filing import Observation, file_report
from noroshi.cli import noroshi
from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR, Sharing
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.engine.directory import Directory
from noroshi.engine.node import Node
from noroshi.kinds.resident_report import WORDS as REPORTED
from noroshi.store import Query, open_store
from noroshi.store import sql_people as sql
from noroshi.store.people import Contact, PeopleFile
from people_rows import FILLS, WORDS, fill

KEY = bytes(range(32))


def columns(people: PeopleFile) -> dict[str, dict[str, str]]:
    with people.reading() as db:
        tables = [one for (one,) in db.execute("SELECT name FROM sqlite_schema WHERE type='table'")]
        return {
            table: {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")}
            for table in tables if not table.startswith("sqlite_")
        }  # fmt: skip


def bytes_of(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.glob("people.db*")))


def needles() -> list[bytes]:
    return [form for word in WORDS for form in (word.encode(), json.dumps(word)[1:-1].encode(),
                                                word.encode("utf-16-le"))]  # fmt: skip


def test_every_table_says_which_of_its_columns_are_sealed_or_hashed(tmp_path: Path) -> None:
    """A blob is one or the other; text is an id or a word of ours; so a new column cannot slip
    by."""
    for table, held in columns(PeopleFile(tmp_path, KEY)).items():
        if table == "meta" or table in sql.OFFICIAL:
            continue
        sealed = set(sql.SEALED.get(table, ((), ()))[1])
        hashed = set(sql.HASHED.get(table, ()))
        assert sealed | hashed <= held.keys(), table
        for column, type in held.items():
            if type == "BLOB":
                assert column in sealed | hashed, f"{table}.{column}: sealed, or a keyed hash?"
            elif type == "TEXT" and column not in sealed:
                assert column in sql.PLAIN, f"{table}.{column}: may it hold what people say?"


def test_every_table_of_a_person_hangs_on_their_contact_and_is_filled_here(tmp_path: Path) -> None:
    assert sql.PERSONAL.keys() == FILLS.keys(), "add the table to tests/people_rows.py"
    people = PeopleFile(tmp_path, KEY)
    contact = fill(people)
    assert {table for table, rows in people.told(contact).items() if rows} == sql.PERSONAL.keys()
    assert set(sql.EXPIRING) <= columns(people).keys()
    for table in sql.EXPIRING:
        assert "expires" in columns(people)[table]


def test_with_a_key_no_personal_byte_of_any_table_is_in_the_file(tmp_path: Path) -> None:
    for name, key in (("sealed", KEY), ("open", None)):
        people = PeopleFile(tmp_path / name, key)
        fill(people)
        people.close()
    sealed, open = bytes_of(tmp_path / "sealed"), bytes_of(tmp_path / "open")
    assert [word for word in needles() if word in sealed] == []
    # The same search finds every one of them where there is no key.
    assert [word for word in WORDS if word.encode() not in open] == []


@pytest.mark.parametrize("key", [KEY, None])
def test_what_is_erased_is_in_no_table_and_no_byte(tmp_path: Path, key: bytes | None) -> None:
    people = PeopleFile(tmp_path, key)
    contact = fill(people)
    other = people.meet("line", "stays", keep=DAY)
    people.erase(contact)
    for table, by in sql.PERSONAL.items():
        with people.reading() as db:
            held = {row[0] for row in db.execute(f"SELECT {by} FROM {table}")}
        assert held <= {other.id}, table
    with people.reading() as db:
        assert db.execute("SELECT count(*) FROM safety_groups").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM subscribed").fetchone() == (0,)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    people.close()
    assert [word for word in needles() if word in bytes_of(tmp_path)] == []


def test_every_table_ends_to_the_microsecond(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path, KEY)
    contact = fill(people)
    late = now() + 500 * DAY
    held = people.get(Contact, id=contact.id)
    assert held
    people.put(msgspec.structs.replace(held, expires=late))
    for table in sql.EXPIRING:
        if table == "contacts":
            continue
        with people.changing() as db:
            db.execute(f"UPDATE {table} SET expires = ?", (late - 100,))
    people.expire(late - 101)
    with people.reading() as db:
        counts = {one: db.execute(f"SELECT count(*) FROM {one}").fetchone()[0]
                for one in sql.EXPIRING}  # fmt: skip
    assert all(counts.values()), counts
    people.expire(late - 100)
    with people.reading() as db:
        for table in set(sql.EXPIRING) - {"contacts"}:
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    people.expire(late - 1)
    assert people.get(Contact, id=contact.id)
    people.expire(late)
    assert people.all(Contact) == []


def test_what_is_told_is_readable_and_whole(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path, KEY)
    found = personal.told(people, fill(people))
    text = msgspec.json.encode(found).decode()
    assert [word for word in WORDS if word not in text] == []
    assert found["safety_members"][0]["group_name"] == "山田さんの家族"
    assert "invite" not in text
    assert "blind" not in text
    assert found["subscriptions"][0]["body"]["places"][0]["radius"] == 300.0
    assert found["subscriptions"][0]["expires"].endswith("Z")


def test_the_command_counts_tells_and_erases_and_the_audit_log_knows(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path)
    fill(people)
    people.close()

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(noroshi, ["--home", str(tmp_path), "residents", *arguments])

    counted = run("count")
    assert "email" in counted.stdout
    assert "1 safety groups with 1 members; 0 requests" in counted.stderr
    doctor = CliRunner().invoke(noroshi, ["--home", str(tmp_path), "doctor", "--json"])
    assert json.loads(doctor.stdout)["residents"] == {
        "contacts": 1, "subscriptions": 1, "encrypted": "no: set [people] key_env before residents "
        "come",
    }  # fmt: skip
    told = json.loads(run("export", "hanako@example.jp").stdout)
    assert told["contacts"][0]["address"] == "hanako@example.jp"
    assert run("erase", "hanako@example.jp").exit_code == 1
    assert run("erase", "hanako@example.jp", "--yes").exit_code == 0
    again = run("export", "hanako@example.jp")
    assert isinstance(again.exception, NotFound)
    directory = Directory(tmp_path)
    entries = [(one.action, one.target[:8]) for one in directory.audit.entries()]
    assert entries == [("resident.exported", "contact:"), ("resident.erased", "contact:"),
                       ("resident.exported", "contact:")]  # fmt: skip
    assert "hanako" not in str([*directory.audit.entries()])
    directory.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    store = open_store(tmp_path)
    store.define_label("residents", Sharing(audience=(("own",),), purpose="rescue"))
    store.close()
    (tmp_path / "settings.toml").write_text('[personal]\nlabel = "residents"\n')
    running = Node(tmp_path)
    running.start()
    yield running
    running.stop()


def test_the_words_of_their_reports_are_told_and_erased_with_a_person(node: Node) -> None:
    contact = fill(node.people)
    other = node.people.meet("web", "other", keep=DAY)
    for one, words in ((contact, "家の前が水です"), (other, "他の人の話")):
        said = Observation(category="flood", depth=0.3, text=words, position=(136.9, 37.0))
        key = file_report(node, one, said, Mode.ACTUAL)
    (told,) = [one for one in personal.export(node, contact)["reports"] if one["key"] != "f0f0"]
    assert told[REPORTED] == {"text": "家の前が水です"}
    assert told["disaster.resident_report"]["depth"] == 0.3
    assert personal.erase(node, contact) == 1
    assert node.people.known("email", "hanako@example.jp") is None
    raw = b"".join(one.read_bytes() for one in node.home.glob("*.db*"))
    assert "家の前が水です".encode() not in raw
    assert "他の人の話".encode() in raw
    # What was seen stays, and says nothing of who saw it.
    moment = node.store.recorded()
    held = list(node.store.picture(Query(OPERATOR, moment, moment, "disaster.resident_report")))
    assert len(held) == 2
    assert [one["key"] for one in personal.export(node, other)["reports"]] == [key]
    assert personal.erase(node, other) == 1
