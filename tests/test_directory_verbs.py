"""The verbs for accounts and the audit log, each as a process of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from noroshi.core.time import DAY, now
from noroshi.engine.directory import Directory
from noroshi.engine.logins import Logins
from noroshi.engine.roles import Role
from run import Node


def test_an_operator_sets_a_node_up_from_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[node]\norganisation = "nanao-city"\n')
    node = Node(tmp_path)
    node("org", "add", "nanao-city", "--name", "Nanao City", "--name-ja", "七尾市")
    node("person", "add", "sato", "--name", "佐藤", "--email", "sato@example.jp",
         "--org", "nanao-city", "--role", "operator", "--clearance", "4",
         "--compartment", "nuclear", "--purpose", "rescue")  # fmt: skip
    node("person", "password", "sato", stdin=b"rice paddy telescope\n")
    node("group", "set", "responders", "org:nanao-city")
    node("device", "add", "gauge-7", "--org", "nanao-city")
    directory = Directory(tmp_path, "nanao-city")
    found = directory.principal("person:sato")
    assert found.atoms == {"person:sato", "org:nanao-city", "group:responders", "own"}
    assert (found.clearance, found.compartments, found.purposes) == (4, {"nuclear"}, {"rescue"})
    assert directory.standing("sato") == (Role.OPERATOR, "nanao-city")
    assert Logins(directory).check("sato@example.jp", "rice paddy telescope", "::1").id == "sato"
    for verb, word in (("org", "七尾市"), ("person", "operator@nanao-city"),
                       ("group", "org:nanao-city"), ("device", "gauge-7")):  # fmt: skip
        assert word in node(verb, "list").stdout.decode()
    # What is wrong is one clear line.
    node("person", "role", "sato", "nanao-city", "none", code=3)
    node("person", "add", "sato", code=3)
    node("person", "role", "sato", "nanao-city", "emperor", code=2)
    node("person", "password", "sato", stdin=b"short\n", code=3)
    node("person", "password", "sato", stdin=b"\xff\xfe\n", code=3)
    node("org", "add", "Not An Id", code=3)


def test_a_temporary_account_for_an_incident(tmp_path: Path) -> None:
    node = Node(tmp_path)
    node("org", "add", "own")
    node("person", "add", "helper", "--org", "own", "--role", "reporter", "--until", "3d",
         "--incident", "能登半島地震")  # fmt: skip
    person = Directory(tmp_path).person("helper")
    assert person.until is not None
    assert abs(person.until - now() - 3 * DAY) < DAY / 100
    assert person.incident == "能登半島地震"
    assert "能登半島地震" in node("person", "list").stdout.decode()
    node("person", "extend", "helper", "never")
    assert Directory(tmp_path).person("helper").until is None
    for wrong in ("tomorrow", "-3d", "3 days"):
        node("person", "add", "x", f"--until={wrong}", code=2)
    for wrong in ("2020-01-01", "9999999999d"):
        node("person", "add", "x", "--until", wrong, code=3)


def test_who_is_added_with_a_role_that_cannot_be_is_not_added(tmp_path: Path) -> None:
    node = Node(tmp_path)
    node("person", "add", "ito", "--org", "nowhere", code=3)
    node("org", "add", "wajima")
    node("person", "add", "ito", "--org", "wajima", "--role", "operator", code=3)
    assert Directory(tmp_path).people() == []


def test_the_log_is_listed_and_verified_against_a_head_that_was_kept(tmp_path: Path) -> None:
    node = Node(tmp_path)
    node("org", "add", "own")
    node("org", "add", "wajima")
    kept = node("audit", "head").stdout.decode().strip()
    node("org", "remove", "wajima")
    node("audit", "verify")
    node("audit", "verify", "--head", kept)
    newest, *_ = node.lines("audit", "list", "--json")
    assert (newest["action"], newest["target"], newest["id"]) == (
        "organisation.remove", "org:wajima", 3,
    )  # fmt: skip
    assert "organisation.add" in node("audit", "list", "--target", "org:own").stdout.decode()
    db = sqlite3.connect(tmp_path / "directory.db", isolation_level=None)
    db.execute("DROP TRIGGER audit_update")
    db.execute("UPDATE audit SET actor = 'nobody' WHERE id = 2")
    db.close()
    assert "entry 2" in node("audit", "verify", code=1).stdout.decode()
    node("audit", "verify", "--head", "not a head", code=2)
