"""Issued alerts as CAP 1.2 and as feeds: valid, one info for each language, references right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from cap_alerts import checked, one, said
from issuing import SATO, agree, close, content, issued, office
from noroshi.channels.issuing.drafts import Proposal, propose
from noroshi.channels.issuing.feed import atom_feed, document, document_id, rss_feed
from noroshi.channels.issuing.lifecycle import follow, issue
from noroshi.channels.issuing.office import Office
from noroshi.channels.issuing.words.tables import ACTIONS, HAZARDS, languages
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN
from noroshi.core.record import Mode, Version
from noroshi.core.time import HOUR, now

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    found = office(tmp_path_factory.mktemp("home"))
    yield found
    close(found)


def cap(there: Office, version: Version) -> etree._Element:
    data = document(there, document_id(version))
    assert data is not None
    return checked(data)


def after(there: Office, first: Version, kind: str, **changes: object) -> Version:
    made = follow(there, SATO, first.key, Mode(first.mode), kind, **changes)
    return issue(there, SATO, agree(there, made, SATO).id)


def test_the_chain_of_an_alert_refers_to_every_message_that_stands(there: Office) -> None:
    first = issued(there, areas=("17202", "17204"), languages=languages())
    steps = [
        first,
        after(there, first, "update", level=5, action="save_life", alarm=True),
        after(there, first, "extend", expires=now() + 9 * HOUR),
        after(there, first, "correct", reasons={"ja": "熊木川の水があふれています。"}),
        after(there, first, "cancel"),
    ]
    roots = [cap(there, version) for version in steps]
    told = [f"{one(each, 'sender')},{one(each, 'identifier')},{one(each, 'sent')}"
            for each in roots]  # fmt: skip
    assert [one(each, "msgType") for each in roots] == ["Alert", *["Update"] * 3, "Cancel"]
    for place, root in enumerate(roots):
        assert " ".join(said(root, "references")).split() == told[:place]
        assert said(root, "info/language") == [
            "ja-JP",
            "ja-x-easy",
            "en-US",
            "ko-KR",
            "pt-BR",
            "vi-VN",
            "zh-Hans",
        ]
        assert said(root, "info/area/geocode/value")[:4] == ["1720200", "17202", "1720400", "17204"]
        assert len(said(root, "info/area/polygon")) == 2 * 7
    assert [one(each.find("{*}info"), "urgency") for each in roots] == [*["Immediate"] * 4, "Past"]
    assert [said(each, "info/responseType")[0] for each in roots] == [
        "Evacuate",
        *["Shelter"] * 3,
        "AllClear",
    ]


def test_an_extension_and_a_correction_ask_the_same_and_alarm_nobody(there: Office) -> None:
    first = issued(there)
    for kind, changes in (("extend", {"expires": now() + 9 * HOUR}),
                          ("correct", {"reasons": {"ja": "訂正。"}})):  # fmt: skip
        root = cap(there, after(there, first, kind, **changes))
        info = root.find("{*}info")
        pairs = dict(zip(said(info, "parameter/valueName"), said(info, "parameter/value"),
                         strict=True))  # fmt: skip
        assert pairs["alarm"] == "no"
        assert "not a new alarm" in one(root, "note")
        assert [one(info, name) for name in ("responseType", "urgency", "severity")] == [
            "Evacuate",
            "Immediate",
            "Severe",
        ]


def test_every_hazard_and_action_is_valid_cap_in_every_mode(there: Office) -> None:
    statuses = {Mode.ACTUAL: "Actual", Mode.EXERCISE: "Exercise", Mode.TEST: "Test"}
    for number, hazard in enumerate(HAZARDS):
        mode = Mode(number % 3)
        action = ACTIONS[number % len(ACTIONS)]
        root = cap(there, issued(there, mode=mode, hazard=hazard, action=action, level=None))
        assert one(root, "status") == statuses[mode]
        marked = [text for text in said(root, "info/headline") if text[0] in "【["]
        assert (len(marked) == 3) is (mode is not Mode.ACTUAL)


def test_the_feeds_are_of_what_is_in_force_in_one_mode(there: Office) -> None:
    for mode in (Mode.ACTUAL, Mode.EXERCISE):
        issued(there, mode=mode)
        base = "https://node.example"
        feed = etree.fromstring(atom_feed(there, mode, base))
        links = feed.xpath("a:entry/a:link/@href", namespaces=ATOM)
        assert links
        for link in links:
            name = link.removeprefix(f"{base}/alerts/").removesuffix(".xml")
            root = checked(document(there, name) or b"")
            assert one(root, "status") == ("Actual" if mode is Mode.ACTUAL else "Exercise")
        titles = feed.xpath("a:title/text() | a:entry/a:title/text()", namespaces=ATOM)
        assert all("訓練" in text for text in titles) is (mode is Mode.EXERCISE)
        rss = etree.fromstring(rss_feed(there, mode, base))
        assert rss.xpath("channel/item/link/text()") == links


def test_what_is_not_public_is_in_no_public_feed(tmp_path: Path) -> None:
    there = office(tmp_path)
    made = propose(there, SATO, Proposal(kind="issue", mode=Mode.ACTUAL, label=OWN,
                                         content=content(there)))  # fmt: skip
    version = issue(there, SATO, agree(there, made, SATO).id)
    assert document(there, document_id(version), ANONYMOUS) is None
    assert b"entry" not in atom_feed(there, Mode.ACTUAL, "https://node.example")
    assert b"entry" in atom_feed(there, Mode.ACTUAL, "https://node.example", OPERATOR)
    close(there)


@pytest.mark.parametrize("id", ["", "x", "0" * 16, "0" * 16 + ".0", "0" * 16 + ".1", "../a.1"])
def test_there_is_no_document_of_what_was_never_issued(there: Office, id: str) -> None:
    assert document(there, id) is None
