"""What all telegrams share: the bulletin of each, and a parser that trusts nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases, jma_files, needs_data
from noroshi import formats
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Action, Edition, Mode
from noroshi.core.time import parse
from noroshi.formats import Hints
from noroshi.kinds import decode
from noroshi.kinds.bulletin import Bulletin
from telegrams import telegram

IB = "{http://xml.kishou.go.jp/jmaxml1/informationBasis1/}"
JMX = "{http://xml.kishou.go.jp/jmaxml1/}"


def bulletin(data: bytes) -> tuple[Edition, Bulletin]:
    edition = formats.read(data, Hints()).editions[0]
    (record,) = edition.records
    return edition, decode("disaster.bulletin", record.body)


@needs_data("jma_xml/samples")
@pytest.mark.parametrize("part", range(4))
def test_every_real_telegram_gives_its_bulletin(part: int) -> None:
    modes: Counter[Mode] = Counter()
    for path in jma_files()[part::4]:
        data = path.read_bytes()
        edition, body = bulletin(data)
        root = ET.fromstring(data)
        control = {one.tag.removeprefix(JMX): one.text for one in root.find(JMX + "Control") or ()}
        head = {one.tag.removeprefix(IB): one.text for one in root.find(IB + "Head") or ()}
        assert body.product == control["Title"]
        assert body.office == control["PublishingOffice"]
        assert body.status == control["Status"]
        assert body.title == head["Title"]
        assert body.action == head["InfoType"]
        assert body.event == (head["EventID"] or "")
        assert body.serial == (head["Serial"] or "")
        assert body.info_kind == head["InfoKind"]
        assert edition.issued == parse(head["ReportDateTime"] or "")
        headline = root.find(f"{IB}Head/{IB}Headline/{IB}Text")
        assert body.headline == ((headline.text if headline is not None else "") or "").strip()
        path_to = f"{IB}Head/{IB}Headline/{IB}Information/{IB}Item/{IB}Areas/{IB}Area"
        in_head = list(root.iterfind(path_to))
        assert sum(len(item.areas) for item in body.items) == len(in_head)
        expected = {"取消": Action.CANCEL, "訂正": Action.CORRECT}.get(head["InfoType"] or "")
        assert edition.action is (expected or Action.ISSUE)
        modes[edition.mode] += 1
    assert modes[Mode.ACTUAL] > 80


@needs_data("jma_xml/samples")
def test_what_has_no_typed_form_keeps_its_whole_text() -> None:
    for path in jma_files("*_VPFJ50.xml") + jma_files("*_VPTI5?.xml"):
        data = path.read_bytes()
        _, body = bulletin(data)
        assert not body.typed
        root = ET.fromstring(data)
        texts = [
            (one.text or "").strip()
            for one in root.find("{*}Body").iter()  # type: ignore[union-attr]
            if one.tag.endswith("}Text") and (one.text or "").strip()
        ]
        assert texts
        assert body.text == "\n".join(texts)


# --- hostile input ----------------------------------------------------------------------------

GOOD = telegram(event="E1")


def refused(data: bytes) -> UnreadableMessage:
    with pytest.raises(UnreadableMessage) as caught:
        formats.read(data, Hints(), formats.get("jma_xml"))
    return caught.value


def _with_doctype(doctype: str, use: str) -> bytes:
    text = GOOD.decode().replace("?>\n", f"?>\n{doctype}\n", 1)
    return text.replace("これは試験用に作った電文です。", use).encode()


def test_an_external_entity_is_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET")
    data = _with_doctype(f'<!DOCTYPE Report [<!ENTITY x SYSTEM "file://{secret}">]>', "&x;")
    error = refused(data)
    assert "document type declaration" in str(error)
    assert "TOP SECRET" not in str(error)


def test_entities_are_never_expanded() -> None:
    layers = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 12))
    refused(_with_doctype(f'<!DOCTYPE Report [<!ENTITY l0 "lol">{layers}]>', "&l11;"))
    refused(_with_doctype('<!DOCTYPE Report [<!ENTITY a "' + "x" * 100_000 + '">]>', "&a;" * 500))


def test_an_external_dtd_is_never_loaded() -> None:
    refused(_with_doctype('<!DOCTYPE Report SYSTEM "http://127.0.0.1:9/evil.dtd">', ""))


def test_depth_is_bounded() -> None:
    deep = telegram(body="<a>" * 5000 + "</a>" * 5000)
    assert "not well-formed" in str(refused(deep))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "shift_jis", "euc-jp"])
def test_other_declared_encodings_are_read_or_refused(encoding: str) -> None:
    declared = GOOD.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    try:
        _, body = bulletin(declared.encode(encoding))
    except UnreadableMessage:
        return
    assert body.headline == "これは試験用に作った電文です。"


@pytest.mark.parametrize("status", ["", "実験", "通常 訓練", "normal"])
def test_a_telegram_that_does_not_say_whether_it_is_real_is_refused(status: str) -> None:
    error = refused(telegram(status=status))
    assert "cannot tell whether this is real" in str(error)
    assert error.where == "Control/Status"


@pytest.mark.parametrize("missing", ["Control", "Head", "ReportDateTime"])
def test_a_telegram_without_a_needed_part_is_refused_by_name(missing: str) -> None:
    text = re.sub(rf"<{missing}[ >].*?</{missing}>", "", GOOD.decode(), flags=re.DOTALL)
    assert missing in str(refused(text.encode())) or "not a date" in str(refused(text.encode()))


def test_a_body_that_departs_from_the_schema_still_gives_its_headline() -> None:
    broken = telegram(
        product="津波警報・注意報・予報a",
        info_kind="津波警報・注意報・予報",
        headline="大津波警報を発表しました。",
        body="<Tsunami><Forecast><Item/></Forecast></Tsunami>",
    )
    reading = formats.read(broken, Hints())
    assert decode("disaster.bulletin", reading.editions[0].records[0].body).headline == (
        "大津波警報を発表しました。"
    )


@settings(max_examples=cases(200), deadline=None)
@given(
    st.integers(0, 10**6),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=6)), max_size=6),
    st.integers(0, 10**6),
)
def test_fuzz_a_damaged_telegram_is_read_or_refused(
    which: int, changes: list[tuple[int, bytes]], cut: int
) -> None:
    files = [path for path in jma_files() if path.stat().st_size < 30_000]
    source = files[which % len(files)].read_bytes() if files else GOOD
    data = bytearray(source)
    for place, new in changes:
        at = place % len(data)
        data[at : at + len(new)] = new
    if cut % 3 == 0:
        del data[cut % len(data) :]
    try:
        reading = formats.read(bytes(data), Hints(), formats.get("jma_xml"))
    except UnreadableMessage:
        return
    for edition in reading.editions:
        for record in edition.records:
            decode(record.kind, record.body)


@settings(max_examples=cases(200), deadline=None)
@given(st.binary(max_size=300))
def test_fuzz_any_bytes_are_recognised_or_not_and_never_break(data: bytes) -> None:
    for head in (b"", b"<", b"PK\x03\x04", b"{", b'<?xml version="1.0"?><Report>'):
        try:
            formats.read(head + data, Hints())
        except UnreadableMessage:
            continue
