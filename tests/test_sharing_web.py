"""Who sent something takes it back, or shares it otherwise; nobody else does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from noroshi.core.label import Sharing
from noroshi.engine.directory import Directory
from noroshi.engine.roles import Role, local_operator
from noroshi.engine.tokens import Tokens, reads
from noroshi.store import open_store
from run import Node
from served import Served

CSV = "ID,避難所名,避難者数\nA,第一小学校,30\n".encode()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    run = Node(home)
    run("label", "set", "few", "--to", "org:own,org:city")
    (home / "settings.toml").write_text('[sources.city]\nlabel = "public"\n')
    with Served(home) as served:
        yield served


def token(node: Served, source: str, role: Role) -> dict[str, str]:
    directory = Directory(node.home)
    _, text = Tokens(directory).add(
        local_operator(), f"{source} {role.name}", source=source, role=role,
        reads=reads(["own", "org:city"]),
    )  # fmt: skip
    directory.close()
    return {"Authorization": f"Bearer {text}"}


def send(node: Served, text: bytes) -> str:
    answer = node.http.post("/messages", content=text, headers=token(node, "city", Role.EDITOR))
    assert answer.json()["state"] == "read", answer.text
    return str(answer.json()["id"])


def shelters(node: Served, **headers: str) -> int:
    answer = node.http.get("/collections/disaster.shelter/items", headers=headers)
    return int(answer.json()["numberReturned"]) if answer.status_code == 200 else 0


def test_a_liaison_recalls_what_its_organisation_sent_and_nobody_else_does(node: Served) -> None:
    id = send(node, CSV)
    assert shelters(node) == 1
    where, why = f"/messages/{id}/recall", {"reason": "sent by mistake"}
    assert node.http.post(where, json=why).status_code == 401
    for source, role in (("city", Role.EDITOR), ("port", Role.LIAISON)):
        answer = node.http.post(where, json=why, headers=token(node, source, role))
        assert answer.status_code == 403, answer.text
    liaison = token(node, "city", Role.LIAISON)
    for wrong in ({}, {"reason": ""}, {"reason": "x", "erase": True}, {"reason": "x" * 5_000}):
        assert node.http.post(where, json=wrong, headers=liaison).status_code in (400, 413)
    done = node.http.post(where, json=why, headers=liaison)
    assert (done.status_code, done.json()["records"]) == (200, 1)
    assert shelters(node) == 0
    assert node.http.get(f"/messages/{id}", headers=liaison).status_code == 404
    entry = Directory(node.home).audit.entries(limit=1)[0]
    assert (entry.action, entry.target) == ("recall", f"message:{id}")


def test_a_relabelled_message_is_seen_by_its_new_readers_only(node: Served) -> None:
    id = send(node, CSV.replace("第一".encode(), "第二".encode()))
    liaison = token(node, "city", Role.LIAISON)
    assert shelters(node) == 1
    unknown = node.http.post(f"/messages/{id}/label", json={"label": "secret"}, headers=liaison)
    assert unknown.status_code == 400
    done = node.http.post(f"/messages/{id}/label", json={"label": "few"}, headers=liaison)
    assert done.status_code == 200, done.text
    assert shelters(node) == 0
    assert shelters(node, **liaison) == 1


def test_labels_are_listed_for_those_who_see_them(node: Served) -> None:
    names = {one["name"] for one in node.http.get("/labels").json()["labels"]}
    assert names == {"public"}
    liaison = token(node, "city", Role.LIAISON)
    mine = {one["name"]: one for one in node.http.get("/labels", headers=liaison).json()["labels"]}
    assert {"public", "responders", "own", "few"} <= mine.keys()
    assert mine["few"]["tlp"] == "AMBER"
    store = open_store(node.home)
    store.define_label("hidden", Sharing(audience=(("org:other",),)))
    store.close()
    assert "hidden" not in node.http.get("/labels", headers=liaison).text
