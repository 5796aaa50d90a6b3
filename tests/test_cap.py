"""CAP documents: what is written is valid by the schema; what is not valid is told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cap_alerts import checked, one, said, schema
from data import cases
from noroshi import formats
from noroshi.core.errors import InvalidRecord
from noroshi.core.time import FOREVER, parse
from noroshi.formats import Hints
from noroshi.formats.cap import message as words
from noroshi.formats.cap.message import Alert, Area, Info, Reference
from noroshi.formats.cap.validate import validate
from noroshi.formats.cap.write import LONG, write

TIME = parse("2026-07-01T12:00:00+09:00")
SQUARE = ((137.0, 37.0), (137.1, 37.0), (137.1, 37.1), (137.0, 37.0))
INFO = Info(
    language="ja-JP", categories=("Met",), event="大雨警報", urgency="Expected", severity="Severe",
    certainty="Likely", effective=TIME, expires=FOREVER, headline="七尾市：大雨警報",
    areas=(Area("七尾市", (SQUARE,), (("JIS X 0402", "17202"),)),),
)  # fmt: skip
ALERT = Alert(
    identifier="urn:uuid:1", sender="a@b.example", sent=TIME, status="Actual", type="Alert",
    scope="Public", infos=(INFO,),
)  # fmt: skip


def test_an_alert_is_written_as_cap_has_it() -> None:
    root = checked(write(ALERT))
    assert one(root, "sent") == "2026-07-01T12:00:00+09:00"
    assert one(root, "info/event") == "大雨警報"
    assert said(root, "info/expires") == []
    # Latitude comes first, and the ring is closed.
    polygon = one(root, "info/area/polygon").split()
    assert polygon[0] == polygon[-1] == "37.00000,137.00000"


def test_fractions_of_a_second_are_dropped_and_the_zone_is_written_in_digits() -> None:
    late = msgspec.structs.replace(ALERT, sent=TIME + 999_999)
    assert write(late) == write(ALERT)


def test_an_alert_without_a_date_is_refused() -> None:
    with pytest.raises(InvalidRecord):
        write(msgspec.structs.replace(ALERT, sent=FOREVER))


@pytest.mark.parametrize(
    "wanted", ["<&>\"'", "改行\r\nあり", "\x00\x07\ud800\ufffe", "\u202e逆", "", " ", "長" * 9_999]
)
def test_hostile_text_leaves_a_valid_document(wanted: str) -> None:
    info = msgspec.structs.replace(
        INFO, event=wanted, headline=wanted, description=wanted, instruction=wanted,
        sender_name=wanted, contact=wanted, codes=((wanted, wanted),),
        parameters=((wanted, wanted),), areas=(Area(wanted, (), ((wanted, wanted),)),),
    )  # fmt: skip
    alert = msgspec.structs.replace(
        ALERT, identifier=wanted, sender=wanted, source=wanted, note=wanted, infos=(info,),
        scope="Private", addresses=(f"a {wanted}",), type="Update",
        references=(Reference(wanted, wanted, TIME),),
    )  # fmt: skip
    checked(write(alert))


def test_japanese_text_comes_back_as_it_was() -> None:
    text = "𠮷野家の髙橋さん①は〜\t「避難」してください。\n次の行"
    info = msgspec.structs.replace(INFO, description=text)
    root = checked(write(msgspec.structs.replace(ALERT, infos=(info,))))
    assert one(root, "info/description") == text


def test_long_text_is_cut_and_says_so() -> None:
    info = msgspec.structs.replace(INFO, description="あ" * 100_000)
    root = checked(write(msgspec.structs.replace(ALERT, infos=(info,))))
    assert one(root, "info/description") == "あ" * (LONG - 1) + "…"


TEXT = st.text(max_size=40)
TIMES = st.integers(-(2**62), 2**62)
NAMED = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)


@st.composite
def infos(draw: st.DrawFn) -> Info:
    return Info(
        language=draw(st.sampled_from(("ja-JP", "en-US"))),
        categories=(draw(st.sampled_from(words.CATEGORIES)),),
        event=draw(TEXT), responses=(draw(st.sampled_from(words.RESPONSES)),),
        urgency=draw(st.sampled_from(words.URGENCIES)),
        severity=draw(st.sampled_from(words.SEVERITIES)),
        certainty=draw(st.sampled_from(words.CERTAINTIES)),
        codes=draw(NAMED), effective=draw(TIMES), onset=draw(TIMES | st.none()),
        expires=draw(TIMES), sender_name=draw(TEXT), headline=draw(TEXT), description=draw(TEXT),
        instruction=draw(TEXT), contact=draw(TEXT), parameters=draw(NAMED),
        areas=(Area(draw(TEXT), (SQUARE,), draw(NAMED)),),
    )  # fmt: skip


@settings(max_examples=cases(150), deadline=None)
@given(st.data())
def test_whatever_is_said_what_is_written_is_valid(data: st.DataObject) -> None:
    sent = data.draw(st.integers(-(2**55), 2**57))
    alert = Alert(
        identifier=data.draw(TEXT), sender=data.draw(TEXT), sent=sent,
        status=data.draw(st.sampled_from(words.STATUSES)), type="Update", scope="Restricted",
        restriction="TLP:AMBER", source=data.draw(TEXT), note=data.draw(TEXT),
        references=(Reference(data.draw(TEXT), data.draw(TEXT), TIME),),
        infos=tuple(data.draw(st.lists(infos(), max_size=2))),
    )  # fmt: skip
    try:
        written = write(alert)
    except InvalidRecord:
        return
    checked(written)


# --- what is wrong is told ----------------------------------------------------------------------

WRITTEN = write(ALERT).decode()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<scope>Public</scope>", "", "scope is missing"),
        ("<status>Actual<", "<status>Real<", "is not one of"),
        ("+09:00</sent>", "Z</sent>", "written as CAP"),
        ("07-01T12", "02-30T12", "written as CAP"),
        ("urn:uuid:1<", "a,b<", "written as CAP"),
        ("a@b.example<", "a b<", "written as CAP"),
        ("<msgType>Alert<", "<msgType>Cancel<", "has references"),
        ("<scope>Public<", "<scope>Private<", "has addresses"),
        ("<scope>Public<", "<scope>Restricted<", "restriction is there"),
        ("37.00000,137.00000 ", "97.0,137.0 ", "written as CAP"),
        (" 37.00000,137.00000</polygon>", "</polygon>", "written as CAP"),
        ("<info>", "<info><info/>", "has no place"),
        ("<event>大雨警報</event>", "", "event is missing"),
        ("</alert>", "<sender>x</sender></alert>", "too late"),
        ("cap:1.2", "cap:1.1", "not an alert of CAP 1.2"),
        ("<alert", "<!DOCTYPE alert [<!ENTITY a 'b'>]><alert", "document type"),
        ("</alert>", "", "not well-formed"),
    ],
)
def test_a_document_that_breaks_a_rule_is_told_so(old: str, new: str, told: str) -> None:
    assert old in WRITTEN
    found = formats.validate(WRITTEN.replace(old, new, 1).encode(), Hints(), "cap")
    assert any(told in finding.what for finding in found), found


def test_the_schema_and_our_rules_agree_on_a_good_document() -> None:
    assert formats.validate(WRITTEN.encode(), Hints()) == []
    assert formats.recognise(WRITTEN.encode()) is formats.get("cap")


PIECES = st.sampled_from([
    "<info>", "</info>", "<area>", "</area>", "<sent>", "Alert", "<polygon>1,1 2,2</polygon>",
    "<circle>1,2 3</circle>", "<references>a,b,c</references>", "\n", "&amp;", "<x/>", "警報",
])  # fmt: skip


@settings(max_examples=cases(200), deadline=None)
@given(st.integers(0, len(WRITTEN)), st.integers(0, 40), st.lists(PIECES, max_size=3))
def test_what_the_schema_refuses_our_rules_refuse(at: int, cut: int, pieces: list[str]) -> None:
    data = (WRITTEN[:at] + "".join(pieces) + WRITTEN[at + cut :]).encode()
    found = validate(data, Hints())
    try:
        root: Any = etree.fromstring(data)
    except etree.XMLSyntaxError:
        assert found
        return
    if not schema().validate(root):
        assert found


@settings(max_examples=cases(200), deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_rules_themselves(data: bytes) -> None:
    formats.get("cap").recognises(data)
    assert validate(data, Hints())
