"""CAP documents as they come in: what they say, whose place they take, what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cap_alerts import BY, alerts, checked, edition, keep, said, warning
from data import cases
from noroshi import formats, kinds
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.label import OPERATOR, OWN, PUBLIC, RESPONDERS
from noroshi.core.record import Action, Edition, Mode
from noroshi.core.time import HOUR, parse
from noroshi.formats import Hints, Reading
from noroshi.formats.cap import message as words
from noroshi.formats.cap.geocode import area, codes
from noroshi.formats.cap.message import Alert, Area, Info, Reference
from noroshi.formats.cap.read import LARGEST, read
from noroshi.formats.cap.write import write
from noroshi.store import Query, open_store

TIME = parse("2026-07-01T12:00:00+09:00")
SQUARE = ((137.0, 37.0), (137.1, 37.0), (137.1, 37.1), (137.0, 37.1), (137.0, 37.0))
INFO = Info(
    language="ja-JP", categories=("Met", "Safety"), event="大雨警報", responses=("Monitor",),
    urgency="Expected", severity="Severe", certainty="Likely", codes=(("JMA", "03"),),
    effective=TIME, onset=TIME + HOUR, expires=TIME + 6 * HOUR, sender_name="金沢地方気象台",
    headline="七尾市：大雨警報", description="大雨になる。\n低い土地は浸水。",
    instruction="高い所へ。",
    contact="x@y.example", parameters=(("level", "3"),),
    areas=(Area("七尾市", (SQUARE,), (("JMA:area", "1720200"), ("JIS X 0402", "17202"))),),
)  # fmt: skip
ALERT = Alert(
    identifier="urn:uuid:1", sender="a@b.example", sent=TIME, status="Actual", type="Alert",
    scope="Public", note="試", infos=(INFO,),
)  # fmt: skip


def reading(alert: Alert) -> Reading:
    data = write(alert)
    checked(data)
    assert formats.recognise(data) is formats.get("cap")
    return formats.read(data, Hints(source="cap"))


def read_one(alert: Alert) -> Edition:
    found = reading(alert)
    assert found.faults == []
    [one] = found.editions
    return one


def altered(**more: Any) -> Alert:
    return msgspec.structs.replace(ALERT, **more)


def with_info(**more: Any) -> Alert:
    return altered(infos=(msgspec.structs.replace(INFO, **more),))


def test_an_alert_is_read_whole() -> None:
    one = read_one(ALERT)
    assert one.series == "cap/a@b.example/urn:uuid:1"
    assert (one.issued, one.effective, one.mode, one.action) == (
        TIME,
        TIME,
        Mode.ACTUAL,
        Action.ISSUE,
    )
    [record] = one.records
    assert (record.kind, record.key, record.area) == ("disaster.alert", "ja-JP", "city:1720200")
    assert (record.valid_from, record.valid_to) == (TIME, TIME + 6 * HOUR)
    shape = shapely.from_wkb(record.geometry)
    assert shape.normalize() == shapely.Polygon(SQUARE).normalize()
    assert msgspec.json.decode(record.body) == {
        "identifier": "urn:uuid:1",
        "sender": "a@b.example",
        "event": "大雨警報",
        "headline": "七尾市：大雨警報",
        "urgency": "Expected",
        "severity": "Severe",
        "certainty": "Likely",
        "categories": ["Met", "Safety"],
        "responses": ["Monitor"],
        "description": "大雨になる。\n低い土地は浸水。",
        "instruction": "高い所へ。",
        "areas": [{"name": "七尾市", "code": "1720200"}],
        "codes": ["JMA:area:1720200", "JIS X 0402:17202"],
        "event_codes": ["JMA:03"],
        "parameters": ["level: 3"],
        "onset": "2026-07-01T13:00:00+09:00",
        "effective": "2026-07-01T12:00:00+09:00",
        "expires": "2026-07-01T18:00:00+09:00",
        "sent": "2026-07-01T12:00:00+09:00",
        "sender_name": "金沢地方気象台",
        "language": "ja-JP",
        "message_type": "Alert",
        "scope": "Public",
        "contact": "x@y.example",
        "remarks": "試",
    }


def test_each_info_is_a_record_of_its_language() -> None:
    english = msgspec.structs.replace(INFO, language="en-US", event="Heavy rain warning")
    one = read_one(altered(infos=(INFO, english, INFO)))
    assert [record.key for record in one.records] == ["ja-JP", "en-US", "ja-JP/2"]


def test_an_update_takes_the_place_of_the_first_and_a_cancellation_ends_it(tmp_path: Path) -> None:
    first = Reference("a@b.example", "urn:uuid:1", TIME)
    second = Reference("a@b.example", "urn:uuid:2", TIME + HOUR)
    update = altered(identifier="urn:uuid:2", type="Update", sent=TIME + HOUR, references=(first,))
    # The order in which a sender lists them says nothing.
    end = altered(identifier="urn:uuid:3", type="Cancel", sent=TIME + 2 * HOUR,
                  references=(second, first))  # fmt: skip
    editions = [read_one(one) for one in (end, ALERT, update)]
    assert {one.series for one in editions} == {"cap/a@b.example/urn:uuid:1"}
    assert (editions[0].action, editions[0].records) == (Action.CANCEL, [])
    store = open_store(tmp_path)
    for one in editions:
        keep(store, one)

    def in_force(at: int) -> list[str]:
        found = store.picture(Query(OPERATOR, at, 2**61, "disaster.alert"))
        return [kinds.decode(each.kind, each.body).identifier for each in found]

    assert in_force(TIME + 1) == ["urn:uuid:1"]
    assert in_force(TIME + HOUR) == ["urn:uuid:2"]
    assert in_force(TIME + 2 * HOUR) == []


@pytest.mark.parametrize(("status", "mode"), [("Exercise", Mode.EXERCISE), ("Test", Mode.TEST)])
def test_status_is_the_mode(status: str, mode: Mode) -> None:
    assert read_one(altered(status=status)).mode is mode


@pytest.mark.parametrize(
    ("status", "type"), [("System", "Alert"), ("Draft", "Alert"), ("Actual", "Ack"),
                         ("Actual", "Error")],
)  # fmt: skip
def test_what_says_nothing_of_the_world_makes_no_record(status: str, type: str) -> None:
    references = (Reference("a@b.example", "x", TIME),)
    found = reading(altered(status=status, type=type, references=references))
    assert found.editions == []
    assert "says nothing of the world" in found.faults[0].what


@pytest.mark.parametrize(
    ("more", "floor"),
    [
        ({}, PUBLIC),
        ({"scope": "Restricted", "restriction": "TLP:AMBER"}, RESPONDERS),
        ({"scope": "Private", "addresses": ("org:x",)}, OWN),
    ],
)
def test_its_scope_bounds_who_may_see_it(more: dict[str, Any], floor: int) -> None:
    assert reading(altered(**more)).floor == floor


def test_circles_and_polygons_are_one_shape() -> None:
    data = write(with_info(areas=(Area("海", (SQUARE,)),))).replace(
        b"</polygon>", b"</polygon><circle>37.05,137.05 20</circle><circle>40,140 0</circle>"
    )
    [record] = read(data, Hints()).editions[0].records
    shape = shapely.from_wkb(record.geometry)
    west, south = shape.bounds[:2]
    # 20 km are 0.18 degrees of latitude, and 0.225 of longitude at 37 degrees.
    assert (south, west) == (pytest.approx(37.05 - 0.1799, abs=2e-3),
                             pytest.approx(137.05 - 0.2254, abs=2e-3))  # fmt: skip
    assert shape.contains(shapely.Polygon(SQUARE))
    only = data.replace(b"<polygon>", b"<!--").replace(b"</polygon>", b"-->")
    [point] = (
        read(re.sub(rb"<!--.*?--><circle>37.*?</circle>", b"", only), Hints()).editions[0].records
    )
    assert shapely.from_wkb(point.geometry) == shapely.Point(140, 40)


def test_codes_without_shapes_are_a_record_each() -> None:
    areas = tuple(Area(name, (), codes(f"city:{code}")) for name, code in
                  (("七尾市", "1720200"), ("輪島市", "1720400")))  # fmt: skip
    one = read_one(with_info(areas=areas))
    assert [(record.key, record.area) for record in one.records] == [
        ("ja-JP/city:1720200", "city:1720200"),
        ("ja-JP/city:1720400", "city:1720400"),
    ]


@pytest.mark.parametrize(
    ("named", "official"),
    [
        (("JIS X 0402", "17202"), "city:1720200"),
        (("JISX0402", "172022"), "city:1720200"),
        (("JIS X 0401", "17"), "pref:17"),
        (("JMA:forecast", "170000"), "jma.forecast:170000"),
        (("JIS X 0402", "x"), None),
        (("SAME", "006037"), None),
    ],
)
def test_geocodes_become_areas(named: tuple[str, str], official: str | None) -> None:
    assert area(named) == official


def test_an_info_that_had_expired_is_left_out() -> None:
    found = reading(with_info(effective=TIME, expires=TIME))
    assert found.editions[0].records == []
    assert "expired" in found.faults[0].what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("<status>Actual</status>", "<status>Real</status>", "is not one of"),
        ("<sent>", "<sent>x", "not written as CAP wants it"),
        ("<msgType>Alert", "<msgType>Update", "has references"),
        ("<?xml", "<!DOCTYPE a [<!ENTITY x 'y'>]><?xml", "XML"),
        ("</alert>", "", "not well-formed"),
        ("<scope>Public</scope>", "", "scope is missing"),
        ("137.00000", "937.00000", "not written as CAP wants it"),
    ],
)
def test_an_invalid_document_is_refused_with_the_rule(old: str, new: str, what: str) -> None:
    data = write(ALERT).decode().replace(old, new, 1).encode()
    with pytest.raises(UnreadableMessage, match=what):
        formats.read(data, Hints(), formats.get("cap"))


def test_entities_and_too_large_documents_are_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "yyyyyyyy">]>' + write(ALERT).partition(b"?>")[2]
    with pytest.raises(UnreadableMessage, match="document type"):
        read(bomb, Hints())
    with pytest.raises(LimitExceeded):
        read(write(ALERT) + b" " * LARGEST, Hints())


def test_what_our_own_node_says_comes_back_as_it_was_said(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    keep(store, edition(TIME, warning(("大雨警報", "大雨", "warning"))))
    [document] = alerts(store, "disaster.weather_warning", TIME + 1)
    from lxml import etree

    found = read(etree.tostring(document), Hints())
    assert found.faults == []
    [one] = found.editions
    bodies = [kinds.decode(record.kind, record.body) for record in one.records]
    assert [body.language for body in bodies] == ["ja-JP", "en-US"]
    assert [body.event for body in bodies] == said(document, "info/event")
    assert [body.headline for body in bodies] == said(document, "info/headline")
    assert {body.sender for body in bodies} == {BY.id}
    assert {record.area for record in one.records} == {"city:1720200"}


SHORT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Cf"],
                              exclude_characters="\ufffe\uffff"), min_size=1,
                max_size=12).map(str.strip).filter(bool)  # fmt: skip
TIMES = st.integers(0, 4_000_000_000).map(lambda seconds: seconds * 1_000_000)


@given(st.data())
@settings(max_examples=cases(150), deadline=None)
def test_whatever_is_written_is_read_back(data: st.DataObject) -> None:
    draw = data.draw
    sent = draw(TIMES)
    info = Info(
        language=draw(st.sampled_from(["ja-JP", "en-US", "pt"])),
        categories=tuple(draw(st.sets(st.sampled_from(words.CATEGORIES), min_size=1))),
        event=draw(SHORT), urgency=draw(st.sampled_from(words.URGENCIES)),
        severity=draw(st.sampled_from(words.SEVERITIES)),
        certainty=draw(st.sampled_from(words.CERTAINTIES)),
        expires=draw(st.none() | st.integers(1, 10**6).map(lambda s: sent + s * 1_000_000)),
        headline=draw(SHORT), description=draw(SHORT), instruction=draw(SHORT),
        parameters=tuple(draw(st.lists(st.tuples(SHORT, SHORT), max_size=2))),
        areas=tuple(draw(st.lists(st.builds(Area, SHORT, st.sampled_from([(), (SQUARE,)])),
                                  max_size=2))),
    )  # fmt: skip
    alert = Alert(identifier="i1", sender="s", sent=sent, type="Alert", scope="Public",
                  status=draw(st.sampled_from(["Actual", "Exercise", "Test"])),
                  infos=(info,))  # fmt: skip
    one = read_one(alert)
    body = kinds.decode("disaster.alert", one.records[0].body)
    assert one.issued == sent
    assert (body.event, body.headline, body.description) == (
        info.event,
        info.headline,
        info.description,
    )
    assert (body.urgency, body.severity) == (info.urgency, info.severity)
    assert [each.name for each in body.areas] == [each.description for each in info.areas]
    assert one.records[0].valid_to == info.expires


WRITTEN = write(ALERT)


@given(st.data())
@settings(max_examples=cases(200), deadline=None)
def test_a_damaged_document_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(WRITTEN)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    try:
        found = read(bytes(raw), Hints())
    except UnreadableMessage:
        return
    for one in found.editions:
        for record in one.records:
            kinds.decode(record.kind, record.body)
            shapely.from_wkb(record.geometry)
