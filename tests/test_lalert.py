"""Documents for the public commons: an id that stays, a revision that rises, a drill that says so.

No schema of the commons was at hand: what is checked is EDXL-DE 1.0 §3.2 as read, and our own body.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from cap_alerts import BY, edition, keep
from noroshi import formats
from noroshi.channels.alerts.compose import Sender
from noroshi.channels.alerts.package import Packed
from noroshi.channels.exports import Export, Wishes
from noroshi.channels.lalert import EVACUATION, SHELTERS, pack
from noroshi.channels.outputs import Writing
from noroshi.core.errors import InvalidRecord, NoroshiError, NotFound
from noroshi.core.label import OPERATOR, OWN
from noroshi.core.place import point
from noroshi.core.record import Action, Mode
from noroshi.core.time import HOUR, MINUTE, parse
from noroshi.engine.settings import Identity, Output
from noroshi.formats.lalert import BODY, ENVELOPE
from noroshi.formats.lalert.geocode import area
from noroshi.formats.lalert.message import NOTICE, Area, Body, Document, Reference
from noroshi.formats.lalert.write import write
from noroshi.kinds.evacuation import EvacuationOrder
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert, Text
from noroshi.kinds.shelter import Shelter
from noroshi.store import Query, Store, open_store

T = parse("2026-07-01T12:00:00+09:00")
NAMES = {"e": ENVELOPE, "b": BODY}
ORDER = EvacuationOrder(
    kind="避難指示", level=4, municipality="七尾市", hazard="土砂災害", districts=["南", "北"],
    reason="土砂災害警戒情報が発表されたため",
)  # fmt: skip
GYM = Shelter(name="第一小学校", status="open", municipality="七尾市", headcount=0)
WHOLE = """<?xml version='1.0' encoding='UTF-8'?>
<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">
  <distributionID>DISTRIBUTION</distributionID>
  <senderID>bosai@city.example</senderID>
  <dateTimeSent>2026-07-01T12:00:00+09:00</dateTimeSent>
  <distributionStatus>Actual</distributionStatus>
  <distributionType>Report</distributionType>
  <combinedConfidentiality>UNCLASSIFIED AND NOT SENSITIVE</combinedConfidentiality>
  <language>ja</language>
  <keyword>
    <valueListUrn>urn:noroshi:lalert:1:category</valueListUrn>
    <value>EvacuationOrder</value>
  </keyword>
  <keyword>
    <valueListUrn>urn:noroshi:lalert:1:municipality</valueListUrn>
    <value>172022</value>
  </keyword>
  <targetArea>
    <country>JP</country>
    <subdivision>JP-17</subdivision>
  </targetArea>
  <contentObject>
    <contentDescription>七尾市：避難指示　発令</contentDescription>
    <confidentiality>UNCLASSIFIED AND NOT SENSITIVE</confidentiality>
    <xmlContent>
      <embeddedXMLContent>
        <Report xmlns="urn:noroshi:lalert:1">
          <Head>
            <title>七尾市：避難指示　発令</title>
            <status>Actual</status>
            <type>Report</type>
            <documentID>DOCUMENT</documentID>
            <documentRevision>1</documentRevision>
            <issued>2026-07-01T12:00:00+09:00</issued>
            <publisher>七尾市</publisher>
          </Head>
          <Body>
            <EvacuationOrder>
              <kind>避難指示</kind>
              <level>4</level>
              <state>ordered</state>
              <municipality>七尾市</municipality>
              <hazard>土砂災害</hazard>
              <district>南</district>
              <district>北</district>
              <reason>土砂災害警戒情報が発表されたため</reason>
              <text language="ja">七尾市：避難指示　発令
南、北
土砂災害警戒情報が発表されたため</text>
            </EvacuationOrder>
          </Body>
        </Report>
      </embeddedXMLContent>
    </xmlContent>
  </contentObject>
</EDXLDistribution>
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


def packed(store: Store, kind: str, at: int, mode: Mode = Mode.ACTUAL) -> Packed:
    return pack(store, Query(OPERATOR, at, 2**61, kind, mode), BY)


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def only(store: Store, kind: str, at: int, mode: Mode = Mode.ACTUAL) -> etree._Element:
    """The one document of a kind at a moment."""
    ((name, data),) = members(packed(store, kind, at, mode).data).items()
    root = etree.fromstring(data)
    (id,), (revision,) = text(root, "b:documentID"), text(root, "b:documentRevision")
    assert name == f"{id}-{revision}.xml"
    return root


def text(root: etree._Element, name: str) -> list[str]:
    return [one.text or "" for one in root.iterfind(f".//{name}", NAMES)]


def head(root: etree._Element) -> tuple[str, ...]:
    """Type, revision and the revision before; the envelope and the body say the same."""
    assert text(root, "e:distributionType") == text(root, "b:Head/b:type")
    assert text(root, "e:distributionStatus") == text(root, "b:Head/b:status")
    names = ("e:distributionType", "b:documentRevision", "b:previousDocumentRevision")
    return tuple(value for name in names for value in text(root, name))


def test_an_order_is_this_document_and_no_other(store: Store) -> None:
    keep(store, edition(T, ORDER))
    found = packed(store, EVACUATION, T)
    ((name, data),) = members(found.data).items()
    root = etree.fromstring(data)
    (distribution,), (id,) = text(root, "e:distributionID"), text(root, "b:documentID")
    whole = WHOLE.replace("DISTRIBUTION", distribution).replace("DOCUMENT", id)
    assert data.decode() == whole
    assert (name, found.count, found.notes) == (f"{id}-1.xml", 1, [])
    assert packed(store, EVACUATION, T + HOUR).data == found.data  # the same whenever asked for
    assert formats.recognise(data) is None  # it is written only
    assert formats.get("lalert").recognises(data)


def test_an_update_and_a_cancel_are_higher_revisions_of_the_same_document(store: Store) -> None:
    keep(store, edition(T, ORDER))
    first = only(store, EVACUATION, T)
    keep(store, edition(T + HOUR, EvacuationOrder(kind="緊急安全確保", level=5,
                                                  municipality="七尾市")))  # fmt: skip
    second = only(store, EVACUATION, T + HOUR)
    keep(store, edition(T + 2 * HOUR))
    third = only(store, EVACUATION, T + 2 * HOUR)
    keep(store, edition(T + 3 * HOUR, ORDER))
    again = only(store, EVACUATION, T + 3 * HOUR)
    every = (first, second, third, again)
    assert [head(one) for one in every] == [
        ("Report", "1"), ("Update", "2", "1"), ("Cancel", "3", "2"), ("Report", "4"),
    ]  # fmt: skip
    assert len({text(one, "b:documentID")[0] for one in every}) == 1
    assert len({text(one, "e:distributionID")[0] for one in every}) == 4
    sent = [",".join(text(one, f"e:{name}")[0]
                     for name in ("distributionID", "senderID", "dateTimeSent"))
            for one in every]  # fmt: skip
    assert [text(one, "e:distributionReference") for one in every] == [
        [], sent[:1], sent[:2], [],
    ]  # fmt: skip
    assert text(third, "b:state") == ["lifted"]
    assert text(third, "e:contentDescription") == ["七尾市：緊急安全確保　解除"]


def test_a_shelter_is_told_once_it_is_known_whether_it_is_open(store: Store) -> None:
    keep(store, edition(T, Shelter(name="第一小学校"), geometry=point(136.9, 37.0)))
    listed = packed(store, SHELTERS, T)
    assert (listed.count, members(listed.data)) == (0, {})
    assert listed.notes == ["1 left out: nothing is said of whether the shelter is open"]
    keep(store, edition(T + HOUR, GYM))
    keep(store, edition(T + 2 * HOUR, Shelter(name="第一小学校", status="unknown")))
    opened, unsure = only(store, SHELTERS, T + HOUR), only(store, SHELTERS, T + 2 * HOUR)
    assert head(opened) == ("Report", "2")
    assert text(opened, "b:headcount") == ["0"]  # nobody there is not nobody counted
    assert head(unsure) == ("Update", "3", "2")  # nobody is left to believe that it is open
    assert text(unsure, "e:contentDescription") == ["第一小学校　開設状況不明"]


@pytest.mark.parametrize(("mode", "status", "mark", "foreign"), [
    (Mode.EXERCISE, "Exercise", "【訓練】", "[EXERCISE] "),
    (Mode.TEST, "Test", "【試験】", "[TEST] "),
])  # fmt: skip
def test_a_drill_says_so_in_the_envelope_and_in_words_and_is_no_actual_document(
    store: Store, mode: Mode, status: str, mark: str, foreign: str
) -> None:
    alert = IssuedAlert(number=1, hazard="flood", action="evacuate", areas=["city:1720200"], texts=[
        Text("ja", "避難指示", place="{七尾|ななお}市"), Text("en", "Evacuate"),
        Text("easy", f"{mark}にげて"),
    ])  # fmt: skip
    actual: set[str] = set()
    for kind, body in ((EVACUATION, ORDER), (SHELTERS, GYM), (ISSUED, alert)):
        keep(store, edition(T, body, series=kind, mode=mode))
        assert packed(store, kind, T).count == 0
        root = only(store, kind, T, mode)
        assert text(root, "e:distributionStatus") == text(root, "b:status") == [status]
        assert text(root, "e:contentDescription")[0].startswith(mark)
        assert all(one.startswith((mark, foreign)) for one in text(root, "b:text"))
        keep(store, edition(T, body, series=kind))
        actual |= {*text(only(store, kind, T), "b:documentID"), *text(root, "b:documentID")}
    assert len(actual) == 6
    assert text(root, "b:EvacuationOrder/b:text") == [
        f"{mark}避難指示\n七尾（ななお）市", f"{foreign}Evacuate", f"{mark}にげて",
    ]  # fmt: skip


def test_an_issued_alert_that_called_for_evacuation_stays_a_document_of_orders(
    store: Store,
) -> None:
    def said(number: int, action: str, kind: str = "issue") -> IssuedAlert:
        return IssuedAlert(number=number, kind=kind, hazard="flood", action=action,
                           texts=[Text("ja", "見出し")])  # fmt: skip

    keep(store, edition(T, said(1, "evacuate")))
    keep(store, edition(T + HOUR, said(2, "all_clear", "cancel"), action=Action.CANCEL))
    keep(store, edition(T, said(1, "information"), series="other"))
    found = members(packed(store, ISSUED, T + HOUR).data).values()
    roots = sorted(map(etree.fromstring, found), key=head)
    assert [head(one) for one in roots] == [("Cancel", "2", "1"), ("Report", "1")]
    categories = [text(one, "e:keyword/e:value")[0] for one in roots]
    assert categories == ["EvacuationOrder", "Notice"]


def test_what_is_not_for_everybody_does_not_go_to_the_commons(store: Store) -> None:
    keep(store, edition(T, GYM), OWN)
    found = packed(store, SHELTERS, T)
    assert (found.count, members(found.data)) == (0, {})
    assert found.notes == ["1 left out: not for everybody, and the commons publishes"]


def test_an_export_is_the_archive_and_refuses_what_it_has_no_place_for(store: Store) -> None:
    keep(store, edition(T, ORDER))
    query = Query(OPERATOR, T + MINUTE, 2**61, EVACUATION)
    wishes = Wishes(identity=Identity(contact=BY.id))
    export = Export(store, query, "lalert", wishes)
    assert b"".join(export.pieces()) == packed(store, EVACUATION, T).data
    assert export.count == 1
    with pytest.raises(NotFound, match=r"disaster\.road: not what lalert holds"):
        list(Export(store, Query(OPERATOR, T, 2**61, "disaster.road"), "lalert", wishes).pieces())
    with pytest.raises(NoroshiError, match="no mail address"):
        pack(store, query, Sender("七尾市"))
    wanted = Output(to="file:/x", format="lalert", collections=(EVACUATION,))
    assert Writing(store, "x", wanted, "outputs.x", wishes.identity).kinds == [EVACUATION]
    with pytest.raises(NoroshiError, match="no mail address"):
        Writing(store, "x", wanted, "outputs.x")


def test_areas_are_prefectures_by_iso_and_municipalities_by_six_digits() -> None:
    official = ["city:1720200", "city:0110000", "pref:17", "jma.tsunami:350", "city:9920200", "x"]
    assert area(official) == Area(("JP-17", "JP-01"), ("172022", "011002"))


def document(**different: object) -> Document:
    plain: dict[str, object] = {
        "distribution": "d", "sender": "a@b.example", "sent": T, "status": "Exercise",
        "type": "Report", "id": "i", "revision": 1, "title": "t", "body": Body(NOTICE),
    }  # fmt: skip
    return Document(**{**plain, **different})  # type: ignore[arg-type]


@pytest.mark.parametrize("different", [
    {"status": "System"}, {"type": "Alert"}, {"type": "Update"}, {"sent": 2**62},
    {"references": (Reference("d", "a@b.example", T),)},
])  # fmt: skip
def test_what_the_envelope_has_no_place_for_is_not_written(different: dict[str, object]) -> None:
    with pytest.raises(InvalidRecord):
        write(document(**different))


@settings(max_examples=60, deadline=None)
@example("\x7f\x85", "\0\x1b[31m", "\u202e]]>")
@given(st.text(), st.text(), st.text())
def test_any_text_is_well_formed_and_without_control_characters(
    one: str, other: str, third: str
) -> None:
    body = Body(NOTICE, (("reason", one),), ((third, other),))
    data = write(document(title=third, publisher=other, sender=one, body=body))
    root = etree.fromstring(data)
    assert head(root) == ("Report", "1")
    every = "".join(str(value) for value in root.itertext())
    assert not any(category(mark) == "Cc" and mark not in "\t\n" for mark in every)
