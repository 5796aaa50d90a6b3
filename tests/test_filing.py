"""A resident's report: two records with one key, and nothing of the person beside what it says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.channels.reports import filing, pictures
from noroshi.channels.reports.filing import Observation, file_report, of_contact
from noroshi.channels.reports.neighbours import (
    Neighbour,
    answer_neighbour,
    choose,
    question_for,
)
from noroshi.channels.reports.pictures import clean
from noroshi.core.errors import NotFound, UnreadableMessage
from noroshi.core.label import OPERATOR, OWN, Sharing
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import DAY, FOREVER, HOUR, now
from noroshi.engine.node import Node
from noroshi.kinds import decode, encode
from noroshi.kinds.reported_incident import TRIAGE, Triage
from noroshi.kinds.resident_report import REPORT, WORDS
from noroshi.store import Query

CAMERA = b"Kazahaya Phone 9"
HERE = (144.75, 27.5)


def photo(size: tuple[int, int] = (64, 48), kind: str = "JPEG", **more: Any) -> bytes:
    from PIL import Image

    found = io.BytesIO()
    picture = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    exif[0x0110] = CAMERA.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (27.0, 30.0, 36.0), 3: "E", 4: (144.0, 45.0, 0.0)})
    picture.save(found, kind, exif=exif, **more)
    return found.getvalue()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = Node(tmp_path_factory.mktemp("filing"))
    made.intake.start()
    yield made
    made.intake.stop()
    made.store.close()
    made.people.close()
    made.directory.close()


@pytest.fixture
def node(served: Node, monkeypatch: pytest.MonkeyPatch) -> Node:
    monkeypatch.setattr(served, "settings", served.settings)
    return served


def personal(node: Node) -> int:
    sharing = Sharing(audience=(("own",),), purpose="rescue")
    label = node.store.define_label("residents", sharing).id
    node.settings = msgspec.structs.replace(node.settings, personal=label)
    node.sharings.refresh()
    return label


def test_no_byte_of_what_a_camera_wrote_is_kept() -> None:
    data = photo(comment=b"taken at home") + b"trailing: " + CAMERA
    kept = clean(data)
    assert CAMERA in data
    assert CAMERA not in kept.data
    assert b"at home" not in kept.data
    assert b"Exif" not in kept.data
    assert kept.position is None
    assert clean(data, place=True).position == (144.75, 27.51)


def test_a_picture_is_kept_small_and_upright() -> None:
    from PIL import Image

    kept = clean(photo((4_000, 1_000)))
    assert Image.open(io.BytesIO(kept.data)).size == (1_280, 320)
    assert len(kept.data) <= pictures.KEPT
    assert Image.open(io.BytesIO(clean(photo(kind="PNG")).data)).format == "JPEG"


def test_what_is_no_picture_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableMessage, match="cannot be read"):
        clean(b"GIF89a" + bytes(100))
    with pytest.raises(UnreadableMessage, match="cannot be read"):
        clean(photo()[:200])
    monkeypatch.setattr(pictures, "PIXELS", 1_000)
    with pytest.raises(UnreadableMessage, match="64 × 48 pixels"):
        clean(photo())
    monkeypatch.setattr(pictures, "BYTES", 100)
    with pytest.raises(UnreadableMessage, match="bytes"):
        clean(photo())


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=20), st.booleans())
def test_a_damaged_picture_is_read_or_refused(at: int, put: bytes, place: bool) -> None:
    data = bytearray(photo())
    data[at : at + len(put)] = put
    try:
        kept = clean(bytes(data), place=place)
    except UnreadableMessage:
        return
    assert kept.data.startswith(b"\xff\xd8")


def test_a_report_is_a_record_for_those_who_act_and_its_words_are_personal(node: Node) -> None:
    label = personal(node)
    contact = node.people.meet("web", "abc", keep=DAY)
    said = Observation(
        category="flood", depth=0.5, text="私は花子です。家の前がひざまで", position=(144.75, 27.5),
        area="city:5120100", place="港町", placed="position", picture=photo(),
    )  # fmt: skip
    key = file_report(node, contact, said, Mode.ACTUAL)
    [report] = node.store.history(REPORT, key, OPERATOR, FOREVER)
    [words] = node.store.history(WORDS, key, OPERATOR, FOREVER)
    assert (report.label, words.label) == (OWN, label)
    assert report.area == "city:5120100"
    assert report.geometry is not None
    body = decode(REPORT, report.body)
    assert (body.category, body.depth, body.picture, body.placed) == (
        "flood",
        0.5,
        True,
        "position",
    )
    for told in ("花子", contact.id, "abc"):
        assert told.encode() not in node.store.message(report.message, OPERATOR)
    assert decode(WORDS, words.body).text == said.text
    assert CAMERA not in node.store.message(words.message, OPERATOR)


def test_where_no_personal_data_is_taken_words_and_picture_are_not_kept(node: Node) -> None:
    contact = node.people.meet("web", "abc", keep=DAY)
    key = file_report(node, contact, Observation(category="fire", text="火事です", picture=photo()),
                      Mode.ACTUAL)  # fmt: skip
    assert node.store.history(WORDS, key, OPERATOR, FOREVER) == []
    assert not decode(REPORT, node.store.history(REPORT, key, OPERATOR, FOREVER)[0].body).picture


def test_a_report_of_an_exercise_is_one_in_its_bytes_and_by_the_drills_clock(node: Node) -> None:
    contact = node.people.meet("drill", "p1", keep=DAY)
    then = now() - 40 * HOUR
    key = file_report(node, contact, Observation(category="fire"), Mode.EXERCISE, then)
    assert node.store.history(REPORT, key, OPERATOR, FOREVER) == []
    [report] = node.store.history(REPORT, key, OPERATOR, FOREVER, Mode.EXERCISE)
    assert (report.issued, report.valid_from, report.valid_to) == (then, then, then + 7 * DAY)
    assert node.store.message(report.message, OPERATOR).startswith(b"noroshi-exercise ")
    moment = max(now(), node.store.recorded())
    real = node.store.picture(Query(OPERATOR, moment, moment, REPORT))
    assert key not in [one.key for one in real]


def test_the_same_person_has_the_same_mark_within_a_day_and_nobody_elses(node: Node) -> None:
    hanako, taro = (node.people.meet("web", one, keep=DAY) for one in ("hanako", "taro"))
    noon = now() // DAY * DAY + 12 * HOUR
    mark = filing.mark_of(node, hanako, noon)
    assert mark == filing.mark_of(node, hanako, noon + HOUR)
    assert mark != filing.mark_of(node, hanako, noon + DAY)
    assert mark != filing.mark_of(node, taro, noon)
    assert "hanako" not in mark


def test_who_reported_hears_what_officers_made_of_it_and_nobody_else_does(node: Node) -> None:
    contact = node.people.meet("web", "reporter", keep=DAY)
    first, second = (
        file_report(node, contact, Observation(category=one), Mode.ACTUAL)
        for one in ("fire", "road")
    )
    decided = Record(TRIAGE, first, encode(Triage(state="dispatched", answer="向かっています")))
    node.store.publish([Edition("triage", now(), [decided], whole=False, effective=now())],
                       source="officer", label=OWN)  # fmt: skip
    told = of_contact(node, contact, Mode.ACTUAL)
    assert [(key, body.category) for key, body, _, _ in told] == [
        (second, "road"), (first, "fire"),
    ]  # fmt: skip
    assert told[0][2] is None
    assert told[1][2] == Triage(state="dispatched", answer="向かっています")
    assert of_contact(node, contact, Mode.EXERCISE) == []
    assert of_contact(node, node.people.meet("web", "other", keep=DAY), Mode.ACTUAL) == []
    node.people.erase(contact)
    assert node.people.all(filing.Filed, contact=contact.id) == []


def test_few_neighbours_are_asked_the_nearest_first_and_never_who_reported_it(node: Node) -> None:
    chat = msgspec.structs.replace(node.settings.chat, neighbours=True)
    reporter, *others = (node.people.meet("line", f"n{one}", keep=DAY) for one in range(7))
    said = Observation(category="fire", position=HERE, placed="position")
    key = file_report(node, reporter, said, Mode.ACTUAL)
    known = [Neighbour(one.id, (HERE[0] + 0.001 * at, HERE[1]))
             for at, one in enumerate([reporter, *others])]  # fmt: skip
    known.append(Neighbour(node.people.meet("line", "far", keep=DAY).id, (HERE[0] + 0.1, HERE[1])))
    assert choose(node, key, known, Mode.ACTUAL) == []
    node.settings = msgspec.structs.replace(node.settings, chat=chat)
    assert choose(node, key, reversed(known), Mode.ACTUAL) == [one.id for one in others[:3]]
    # The same are not asked again so soon.
    assert choose(node, key, known, Mode.ACTUAL) == [one.id for one in others[3:]]
    question = question_for(node, others[0], Mode.ACTUAL, now())
    assert question is not None
    assert question.key == key
    own = answer_neighbour(node, others[0], key, False, Mode.ACTUAL)
    [answer] = node.store.history(REPORT, own, OPERATOR, FOREVER)
    body = decode(REPORT, answer.body)
    assert (body.about, body.sees, body.category) == (key, False, "fire")
    assert question_for(node, others[0], Mode.ACTUAL, now()) is None
    with pytest.raises(NotFound):
        answer_neighbour(node, others[0], key, True, Mode.ACTUAL)
    with pytest.raises(NotFound):
        answer_neighbour(node, reporter, key, True, Mode.ACTUAL)


def test_nobody_is_asked_about_what_cannot_be_seen_from_outside(node: Node) -> None:
    chat = msgspec.structs.replace(node.settings.chat, neighbours=True)
    node.settings = msgspec.structs.replace(node.settings, chat=chat)
    reporter, other = (node.people.meet("line", one, keep=DAY) for one in ("r1", "r2"))
    for category in ("trapped", "shelter", "rumour"):
        said = Observation(category=category, position=HERE, placed="position")
        key = file_report(node, reporter, said, Mode.ACTUAL)
        assert choose(node, key, [Neighbour(other.id, HERE)], Mode.ACTUAL) == []
