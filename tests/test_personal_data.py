"""Personal data: a resident's report goes one way and who made it another, with an end."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import called
from noroshi.channels.catalogue import offers
from noroshi.channels.exports import Export, Wishes
from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR, Sharing
from noroshi.core.time import now
from noroshi.engine.accounts import NewPerson
from noroshi.engine.node import Node
from noroshi.engine.recalls import expire
from noroshi.engine.roles import Role, local_operator
from noroshi.kinds.reporter import REPORTER
from noroshi.store import Query, open_store
from noroshi.web.app import application

CHIEF = local_operator()
REPORT = "disaster.report"
SETTINGS = """
[node]
organisation = "ken"
[sources.ken]
label = "public"
[personal]
label = "residents"
"""
PHONE, NAME = "090-1234-5678", "能登花子"
SHARING = Sharing(audience=(("own",),), purpose="rescue", keep=3600)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    store = open_store(tmp_path)
    store.define_label("residents", SHARING)
    store.close()
    (tmp_path / "settings.toml").write_text(SETTINGS)
    running = Node(tmp_path)
    running.start()
    directory = running.directory
    directory.add_organisation(CHIEF, "ken", "Ken")
    for id, purposes in (("rescuer", ("rescue",)), ("clerk", ())):
        directory.add_person(CHIEF, NewPerson(id, id.title(), purposes=purposes))
        directory.set_role(CHIEF, id, "ken", Role.EDITOR)
    yield running
    running.stop()


Ask = Callable[..., Any]


@pytest.fixture
def ask(node: Node) -> Ask:
    client = TestClient(application(node))
    tokens = {
        name: node.access.add(name, holder=f"person:{name}", role=Role.EDITOR)[1]
        for name in ("rescuer", "clerk")
    }

    def made(path: str, who: str = "", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {tokens[who]}"} if who else {}
        return client.request("POST" if more else "GET", path, headers=headers, **more)

    return made


def report(ask: Ask, key: str | None = "r1", who: str = "clerk", **reporter: Any) -> Any:
    feature = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [136.9, 37.4]},
        "properties": {"title": "house collapsed",
                       "reporter": reporter or {"name": NAME, "phone": PHONE, "consent": True}},
    }  # fmt: skip
    if key is not None:
        feature["id"] = key
    return ask(f"/collections/{REPORT}/items", who, json=feature)


def test_the_report_is_public_and_who_made_it_is_not(node: Node, ask: Ask) -> None:
    receipt = report(ask)
    assert (receipt.status_code, receipt.json()["state"]) == (202, "read"), receipt.text
    (found,) = ask(f"/collections/{REPORT}/items").json()["features"]
    assert found["properties"]["title"] == "house collapsed"
    message = found["properties"]["message"]
    everything = ask(f"/messages/{message}/content").text + json.dumps(found)
    assert "house collapsed" in everything
    assert PHONE not in everything
    assert NAME not in everything


def test_only_who_holds_the_purpose_sees_who_made_a_report(node: Node, ask: Ask) -> None:
    report(ask, key=None)
    (found,) = ask(f"/collections/{REPORT}/items").json()["features"]
    items = f"/collections/{REPORTER}/items"
    for who in ("", "clerk"):
        assert ask(items, who).json()["features"] == []
        assert REPORTER not in ask("/collections", who).text
    (person,) = ask(items, "rescuer").json()["features"]
    assert person["properties"]["phone"] == PHONE
    assert person["properties"]["key"] == found["properties"]["key"]
    for way in (f"{items}/{person['id']}", f"{items}/{person['id']}/history", f"{items}?f=html",
                f"/messages/{person['properties']['message']}/content"):  # fmt: skip
        assert PHONE in ask(way, "rescuer").text, way
        for who in ("", "clerk"):
            answer = ask(way, who)
            assert PHONE not in answer.text
            assert answer.status_code == (200 if way.endswith("html") else 404)


def test_no_file_and_no_stream_holds_personal_data_whoever_asks(node: Node, ask: Ask) -> None:
    report(ask)
    items = f"/collections/{REPORTER}/items"
    for form in ("csv", "jsonl", "xlsx", "geoparquet"):
        assert PHONE.encode() not in ask(f"{items}?f={form}", "rescuer").content
    assert len(ask(f"{items}?f=jsonl", "rescuer").content) == 0
    for way in ("/changes?after=0", "/catalogue", "/summary", "/density", "/timeline",
                f"/collections/{REPORTER}/timeline"):  # fmt: skip
        text = ask(way, "rescuer").text
        assert PHONE not in text
        assert NAME not in text
    query = Query(OPERATOR, now(), now(), REPORTER)
    for form in ("geojson", "csv", "jsonl"):
        export = Export(node.store, query, form, Wishes())
        assert PHONE.encode() not in b"".join(export.pieces())
        assert export.count == 0
    with pytest.raises(NotFound):
        b"".join(Export(node.store, query, "sip4d-zip", Wishes()).pieces())
    assert {one.collection for one in offers(node.store, node.settings, OPERATOR)} == {REPORT}


def test_every_access_is_in_the_audit_log_and_nothing_else(node: Node, ask: Ask) -> None:
    report(ask)
    items = f"/collections/{REPORTER}/items"
    ask(items, "clerk")
    ask(f"/collections/{REPORT}/items", "rescuer")
    node.accesses.write()
    assert not [one for one in node.directory.audit.entries() if one.action == "personal.read"]
    (person,) = ask(items, "rescuer").json()["features"]
    ask(items, "rescuer")
    ask(f"/messages/{person['properties']['message']}/content", "rescuer")
    node.accesses.write()
    found = [one for one in node.directory.audit.entries() if one.action == "personal.read"]
    assert {(one.actor, one.target) for one in found} == {("person:rescuer", "purpose:rescue")}
    records = {name for one in found for name in json.loads(one.details)["records"]}
    assert f"{REPORTER}/r1@{person['properties']['record_id']}" in records
    assert f"message/{person['properties']['message']}" in records
    assert PHONE not in str(found)
    assert node.directory.audit.verify() == []


def test_a_page_is_never_given_again_without_being_noted(node: Node, ask: Ask) -> None:
    report(ask)
    for _ in range(3):
        ask(f"/collections/{REPORTER}/items", "rescuer")
        node.accesses.write()
    entries = [one for one in node.directory.audit.entries() if one.action == "personal.read"]
    assert len(entries) == 3


def test_a_token_that_names_the_label_does_not_hold_the_purpose(node: Node, ask: Ask) -> None:
    report(ask)
    _, text = node.access.add("numbers", reads=(node.sharings.number("residents"), "own"))
    client = TestClient(application(node))
    answer = client.get(f"/collections/{REPORTER}/items",
                        headers={"Authorization": f"Bearer {text}"})  # fmt: skip
    assert answer.json()["features"] == []


def test_without_a_label_for_them_personal_data_are_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[sources.city]\nlabel = "public"\n')
    running = Node(tmp_path)
    running.start()
    try:
        _, text = running.access.add("city", sends=True)
        client = TestClient(application(running))
        feature = {"type": "Feature", "geometry": None,
                   "properties": {"title": "x", "reporter": {"phone": PHONE}}}  # fmt: skip
        answer = client.post(f"/collections/{REPORT}/items", json=feature,
                             headers={"Authorization": f"Bearer {text}"})  # fmt: skip
        assert answer.status_code == 400
        assert "takes no personal data" in answer.json()["detail"]
        assert list(running.store.messages(OPERATOR)) == []
    finally:
        running.stop()


@pytest.mark.parametrize("reporter", [{"phone": 1}, {"address": "x"}, {"consent": "yes"}])
def test_a_reporter_has_these_fields_and_no_others(ask: Ask, reporter: dict[str, Any]) -> None:
    answer = report(ask, **reporter)
    assert answer.status_code == 400
    assert "properties.reporter" in answer.json()["detail"]


def test_who_reports_cannot_be_sent_under_an_ordinary_label(node: Node, ask: Ask) -> None:
    data = ('{"noroshi":{"kind":"disaster.reporter"},"feature":{"type":"Feature","id":"x",'
            '"geometry":null,"properties":{"phone":"' + PHONE + '"}}}').encode()  # fmt: skip
    receipt = ask("/messages", "clerk", content=data)
    assert receipt.json()["state"] == "read", receipt.text
    assert ask(f"/collections/{REPORTER}/items").json()["features"] == []
    assert ask(f"/messages/{receipt.json()['id']}").status_code == 404
    straight = ask(f"/collections/{REPORTER}/items", "clerk", json={"type": "Feature"})
    assert straight.status_code == 405


def test_what_was_erased_is_not_in_the_file_any_more(node: Node, ask: Ask) -> None:
    for number in range(30):
        report(ask, key=f"k{number}", name=NAME, phone=f"{PHONE}-{number:03d}")
    store = node.store
    label = node.sharings.number("residents")
    assert _bytes_of(node.home, PHONE)
    assert expire(store, node.settings, node.sharings) == 0
    store.define_label("residents", Sharing(audience=(("own",),), purpose="rescue", keep=1))
    time.sleep(1.1)
    node.sharings.refresh()
    doctor = noroshi(node.home, "doctor", "--json")
    assert json.loads(doctor.stdout)["personal_overdue"] == 30, doctor.stderr
    assert expire(store, node.settings, node.sharings) == 30
    assert not _bytes_of(node.home, PHONE)
    assert not _bytes_of(node.home, NAME)
    assert ask(f"/collections/{REPORTER}/items", "rescuer").json()["features"] == []
    assert len(ask(f"/collections/{REPORT}/items").json()["features"]) == 30
    assert store.expired(label, now()) == []
    assert store.check() == []


def noroshi(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A verb, as an operator types it."""
    done = called.run(*words, home=home)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def _bytes_of(home: Path, text: str) -> bool:
    """True if a text is anywhere in the files of the store, plain or in a packed message."""
    files = [path.read_bytes() for path in home.glob("noroshi.db*")]
    with sqlite3.connect(home / "noroshi.db") as db:
        kept = [row[0] for row in db.execute("SELECT data FROM messages")]
    return any(text.encode() in data for data in [*files, *kept])


def test_a_node_that_runs_erases_by_itself(node: Node, ask: Ask,
                                           monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    report(ask)
    node.store.define_label("residents", Sharing(audience=(("own",),), purpose="rescue", keep=1))
    monkeypatch.setattr("noroshi.engine.node.EXPIRE", 0.2)
    running = Node(node.home)
    running.live.start()
    running._expiring.start()
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until and _bytes_of(node.home, PHONE):
            time.sleep(0.2)
        assert not _bytes_of(node.home, PHONE)
    finally:
        running.stop()
    assert "personal.erased" in {one.action for one in node.directory.audit.entries()}


def test_the_verbs_of_the_guide_work(tmp_path: Path) -> None:
    done = noroshi(tmp_path, "label", "set", "residents", "--to", "own", "--purpose", "rescue",
                   "--keep", "30d")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert open_store(tmp_path).meaning(16).keep == 30 * 86400
