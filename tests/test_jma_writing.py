"""What all JMA telegrams share, written and read again."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases, jma_files, needs_data
from noroshi import formats
from noroshi.core.record import Action, Mode
from noroshi.core.time import DAY, HOUR, JST, MINUTE, SECOND, parse, show
from noroshi.formats import Hints
from noroshi.formats.jma_xml.writing.telegram import (
    INFO_TYPE,
    METE,
    SEIS,
    STATUS,
    VOLC,
    Area,
    Heading,
    Information,
    Item,
    Kind,
    add,
    body,
    cancelled,
    clock,
    duration,
    jst,
    named,
    telegram,
    wide,
)
from noroshi.kinds import decode
from noroshi.kinds.bulletin import Bulletin
from rewriting import E, I, J, S, check, root, schema

#: Texts as people write them; what XML cannot hold has a test of its own.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=60
).map(str.strip)
names = texts.filter(bool)
times = st.integers(parse("1990-01-01T00:00:00Z"), parse("2090-01-01T00:00:00Z"))
areas = st.builds(Area, names, st.text(string.digits, max_size=7))
kinds = st.builds(Kind, names, st.text(string.digits, max_size=2), texts)
items = st.builds(
    Item,
    st.lists(kinds, min_size=1, max_size=3),
    st.lists(areas, min_size=1, max_size=4),
    names,
    st.lists(kinds, max_size=2),
)
headings = st.builds(
    Heading,
    product=names,
    title=names,
    info_kind=names,
    info_kind_version=st.just("1.0_1"),
    reported=times,
    target=st.none() | times,
    event=st.text(string.digits, max_size=14),
    mode=st.sampled_from(Mode),
    action=st.sampled_from(Action),
    serial=st.none() | st.integers(1, 999),
    headline=texts,
    informations=st.lists(
        st.builds(Information, names, st.lists(items, min_size=1, max_size=3)), max_size=3
    ),
    sent=st.none() | times,
    target_dubious=texts,
    target_duration=st.none() | st.integers(0, 20 * DAY),
    valid_to=st.none() | times,
    office=names.map(lambda name: name.replace(" ", "")).filter(
        lambda name: len(name.split()) == 1
    ),
)


def cut(time: int | None) -> str | None:
    return None if time is None else show(time - time % SECOND, JST)


def bulletin(data: bytes) -> Bulletin:
    (record,) = check(data)[0].records
    return decode("disaster.bulletin", record.body)


@given(headings, st.sampled_from([SEIS, VOLC]))
@settings(max_examples=cases(60), deadline=None)
def test_what_is_said_in_a_heading_is_read_from_it(heading: Heading, namespace: str) -> None:
    data = telegram(heading, cancelled(namespace, "取り消します。"))
    assert data == telegram(heading, cancelled(namespace, "取り消します。"))
    edition = check(data)[0]
    assert edition.mode is heading.mode
    assert edition.action is heading.action
    assert edition.serial == (heading.serial or 0)
    assert edition.issued == heading.reported - heading.reported % SECOND
    found = bulletin(data)
    assert found.product == heading.product
    assert found.title == heading.title
    assert found.office == heading.office
    assert found.status == STATUS[heading.mode]
    assert found.action == INFO_TYPE[heading.action]
    assert found.info_kind == heading.info_kind
    assert found.event == heading.event
    assert found.headline == heading.headline
    assert found.reported == cut(heading.reported)
    assert found.target == cut(heading.target)
    assert found.valid_to == cut(heading.valid_to)
    expected = [
        (
            scope.type,
            [(one.name, one.code) for one in item.kinds],
            [(one.name, one.code) for one in item.areas],
        )
        for scope in heading.informations
        for item in scope.items
    ]
    assert expected == [
        (
            item.scope,
            [(one.name, one.code) for one in item.kinds],
            [(one.name, one.code) for one in item.areas],
        )
        for item in found.items
    ]


def plain_heading(**changed: object) -> Heading:
    fields = {
        "product": "架空情報",
        "title": "架空情報",
        "info_kind": "架空",
        "info_kind_version": "1.0_0",
        "reported": parse("2026-03-03T04:05:06.7+09:00"),
        "target": None,
        "event": "",
        "mode": Mode.EXERCISE,
    }
    return Heading(**(fields | changed))  # type: ignore[arg-type]


def test_a_telegram_is_in_the_form_jma_sends() -> None:
    heading = plain_heading(target=parse("2026-03-03T04:00:00+09:00"), target_duration=90 * MINUTE)
    parts = body(SEIS)
    add(parts, SEIS + "Text", "本文")
    assert telegram(heading, parts).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"'
        ' xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">'
        "<Control><Title>架空情報</Title><DateTime>2026-03-02T19:05:06Z</DateTime>"
        "<Status>訓練</Status><EditorialOffice>気象庁本庁</EditorialOffice>"
        "<PublishingOffice>気象庁</PublishingOffice></Control>"
        '<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/">'
        "<Title>架空情報</Title><ReportDateTime>2026-03-03T04:05:06+09:00</ReportDateTime>"
        "<TargetDateTime>2026-03-03T04:00:00+09:00</TargetDateTime>"
        "<TargetDuration>PT1H30M</TargetDuration><EventID/><InfoType>発表</InfoType><Serial/>"
        "<InfoKind>架空</InfoKind><InfoKindVersion>1.0_0</InfoKindVersion>"
        "<Headline><Text/></Headline></Head>"
        '<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/"'
        ' xmlns:jmx_eb="http://xml.kishou.go.jp/jmaxml1/elementBasis1/">'
        "<Text>本文</Text></Body></Report>\n"
    )


@pytest.mark.parametrize("text", ["\x00", "鐘\x1b[31m", "\ufffe"])
def test_what_xml_cannot_hold_is_refused_and_not_dropped(text: str) -> None:
    with pytest.raises(ValueError, match="XML"):
        telegram(plain_heading(headline=text), body(METE))


def test_markup_in_a_name_stays_a_name() -> None:
    name = '</Name><Code>1</Code>&amp;"'
    parts = body(SEIS)
    named(parts, SEIS + "Area", name, "9")
    data = telegram(plain_heading(headline=name), parts)
    assert root(data).findtext(f"{S}Body/{S}Area/{S}Name") == name
    assert formats.read(data, Hints()).editions[0].records


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (0, "PT0S"),
        (SECOND // 2, "PT0S"),
        (6 * HOUR, "PT6H"),
        (DAY + 12 * HOUR, "P1DT12H"),
        (2 * DAY, "P2D"),
        (HOUR + MINUTE + SECOND, "PT1H1M1S"),
    ],
)
def test_durations(time: int, text: str) -> None:
    assert duration(time) == text


def test_a_duration_is_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative"):
        duration(-1)


@pytest.mark.parametrize("time", [2**62, -(2**62), 10**18])
def test_a_time_that_has_no_date_is_refused(time: int) -> None:
    with pytest.raises(ValueError, match="not a time"):
        jst(time)


def test_prose_has_full_width_figures_and_a_blank_before_a_day_of_one_figure() -> None:
    assert clock(parse("2026-03-05T06:07:59+09:00")) == "　５日０６時０７分"
    assert clock(parse("2026-03-11T14:46:00+09:00")) == "１１日１４時４６分"
    assert wide("M-7.5") == "Ｍ－７．５"
    assert wide(7, 2) == "０７"


@needs_data("jma_xml/schema")
def test_the_schema_that_tests_of_writing_use_tells_a_wrong_telegram() -> None:
    parts = body(SEIS)
    add(parts, SEIS + "Tekst")
    assert not schema().validate(root(telegram(plain_heading(), parts)))


@needs_data("jma_xml/samples")
def test_headings_of_real_telegrams_are_written_as_they_were() -> None:
    """Control and Head of every sample, from its values, are its own again."""
    modes = {text: mode for mode, text in STATUS.items()}
    actions = {text: action for action, text in INFO_TYPE.items()}
    compared = 0
    for path in jma_files():
        tree = root(path.read_bytes())
        control, head = tree.find(J + "Control"), tree.find(I + "Head")
        if head.find(I + "TargetDuration") is not None:
            continue  # months (P3M) are no number of seconds
        if any(one.tag.startswith(E) for one in head.iter()):
            continue  # shapes of marine warnings: no type that is written has them
        serial = head.findtext(I + "Serial")
        if serial and (not serial.isdecimal() or serial.startswith("0")):
            continue  # 03-02 and 001: no type that is written has them
        heading = Heading(
            product=control.findtext(J + "Title"),
            title=head.findtext(I + "Title"),
            info_kind=head.findtext(I + "InfoKind"),
            info_kind_version=head.findtext(I + "InfoKindVersion"),
            reported=parse(head.findtext(I + "ReportDateTime")),
            target=_time(head, "TargetDateTime"),
            valid_to=_time(head, "ValidDateTime"),
            event=head.findtext(I + "EventID") or "",
            mode=modes[control.findtext(J + "Status")],
            action=actions[head.findtext(I + "InfoType")],
            serial=int(serial) if serial else None,
            headline=head.findtext(f"{I}Headline/{I}Text") or "",
            informations=[_information(one) for one in head.iter(I + "Information")],
            sent=parse(control.findtext(J + "DateTime")),
            target_dubious=head.findtext(I + "TargetDTDubious") or "",
            editor=control.findtext(J + "EditorialOffice"),
            office=control.findtext(J + "PublishingOffice"),
        )
        again = root(telegram(heading, body(SEIS)))
        assert _said(again.find(J + "Control")) == _said(control), path.name
        assert _said(again.find(I + "Head")) == _said(head), path.name
        compared += 1
    assert compared > 250


def _time(head: object, tag: str) -> int | None:
    found = head.findtext(I + tag)  # type: ignore[attr-defined]
    return parse(found) if found else None


def _information(node: object) -> Information:
    def kind(one: object) -> Kind:
        text = one.findtext  # type: ignore[attr-defined]
        return Kind(text(I + "Name"), text(I + "Code") or "", text(I + "Condition") or "")

    return Information(
        node.get("type"),  # type: ignore[attr-defined]
        [
            Item(
                [kind(one) for one in item.findall(I + "Kind")],
                [
                    Area(one.findtext(I + "Name"), one.findtext(I + "Code") or "")
                    for one in item.iterfind(f"{I}Areas/{I}Area")
                ],
                item.find(I + "Areas").get("codeType"),
                [kind(one) for one in item.findall(I + "LastKind")],
            )
            for item in node  # type: ignore[attr-defined]
        ],
    )


def _said(node: object) -> list[object]:
    """Tags, attributes and texts in order; times to the moment; empty elements like absent ones."""
    found: list[object] = []
    for one in node.iter():  # type: ignore[attr-defined]
        text = (one.text or "").strip()
        if "DateTime" in one.tag and text:
            text = str(parse(text))
        if text or one.attrib:
            found.append((one.tag, dict(one.attrib), text))
    return found
