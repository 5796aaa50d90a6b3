"""Subscriptions: confirmed, found by place and need, ended; sealed where somebody lives."""

from __future__ import annotations

import math
import random
from pathlib import Path

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.channels.personal import told
from noroshi.channels.subscribers import letters
from noroshi.channels.subscribers import match as matching
from noroshi.channels.subscribers.limits import LETTERS, TooOften, network, spend
from noroshi.channels.subscribers.match import Recipient, audience, count_audience, match
from noroshi.channels.subscribers.places import DEGREE, Place, same_district
from noroshi.channels.subscribers.reminding import Reminding
from noroshi.channels.subscribers.subscribing import (
    WAITS,
    Wanted,
    code_in,
    confirm,
    confirm_code,
    ending,
    link_proof,
    linked,
    pending,
    request,
    request_code,
    subscribe,
    subscription,
    unsubscribe,
)
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.record import Mode
from noroshi.core.time import DAY, HOUR, SECOND, now
from noroshi.kinds.issued_alert import IssuedAlert
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.subscribers import SubscriptionRow

KEY = bytes(range(32))
NANAO, WAJIMA, SAPPORO, CHUO = "city:1720200", "city:1720400", "city:0110000", "city:0110100"
SQUARE = bytes(shapely.to_wkb(shapely.box(136.9, 37.0, 137.0, 37.1)))


@pytest.fixture
def people(tmp_path: Path) -> PeopleFile:
    return PeopleFile(tmp_path, KEY)


def alert(*areas: str, **more: object) -> IssuedAlert:
    given = {"number": 1, "hazard": "flood", "level": 4, "action": "evacuate"} | more
    return msgspec.convert(given | {"areas": list(areas)}, IssuedAlert)


def reader(
    people: PeopleFile, name: str, *places: Place, channel: str = "line", mode: Mode = Mode.ACTUAL,
    **more: object,
) -> Contact:  # fmt: skip
    contact = people.meet(channel, name, keep=DAY)
    subscribe(people, contact, Wanted(places=places, **more), mode)  # type: ignore[arg-type]
    return contact


def names(people: PeopleFile, one: IssuedAlert, ground: bytes | None = None,
          mode: Mode = Mode.ACTUAL) -> set[str]:  # fmt: skip
    found = list(match(people, one, ground, mode))
    assert len({each.contact for each in found}) == len(found)
    counted: dict[str, int] = {}
    for each in found:
        counted[each.channel] = counted.get(each.channel, 0) + 1
    assert audience(people, one, ground, mode) == counted
    contacts = (people.get(Contact, id=each.contact) for each in found)
    return {people.address(each) for each in contacts if each}


def test_an_alert_reaches_those_of_its_areas_above_and_below(people: PeopleFile) -> None:
    reader(people, "nanao", Place(area=NANAO))
    reader(people, "wajima", Place(area=WAJIMA))
    reader(people, "ishikawa", Place(area="pref:17"))
    reader(people, "sapporo", Place(area=SAPPORO))
    reader(people, "chuo", Place(area=CHUO))
    reader(people, "noto", Place(area="city:1736100", within=("jma.forecast:170020",)))
    assert names(people, alert(NANAO)) == {"nanao", "ishikawa"}
    assert names(people, alert("17202")) == {"nanao", "ishikawa"}
    assert names(people, alert("pref:17")) == {"nanao", "wajima", "ishikawa", "noto"}
    assert names(people, alert(CHUO)) == {"chuo", "sapporo"}
    assert names(people, alert(SAPPORO)) == {"chuo", "sapporo"}
    assert names(people, alert("jma.forecast:170020")) == {"noto"}
    assert names(people, alert(NANAO, SAPPORO)) == {"nanao", "ishikawa", "sapporo", "chuo"}


def test_a_point_is_judged_by_the_alerts_shape_and_an_area_by_its_name(people: PeopleFile) -> None:
    home = Place(area=NANAO, label="自宅", point=(136.95, 37.05))
    reader(people, "inside", home)
    reader(people, "outside", Place(area=NANAO, point=(136.89, 37.05)))
    reader(people, "near", Place(area=NANAO, point=(136.89, 37.05), radius=900.0))
    reader(people, "elsewhere", Place(area=WAJIMA, point=(136.95, 37.05)))
    reader(people, "town", Place(area=NANAO))
    assert names(people, alert(NANAO), SQUARE) == {"inside", "near", "elsewhere", "town"}
    assert names(people, alert(NANAO)) == {"inside", "outside", "near", "town"}
    # 0.01° of longitude at 37.05° are 888 m.
    assert math.cos(math.radians(37.05)) * 0.01 * DEGREE == pytest.approx(887.6, abs=1)
    found = next(iter(match(people, alert(NANAO), SQUARE, Mode.ACTUAL)))
    assert found.place == "自宅"


def test_districts_narrow_an_alert_for_those_who_named_theirs(people: PeopleFile) -> None:
    reader(people, "own", Place(area=NANAO, district="本町"))
    reader(people, "other", Place(area=NANAO, district="港町"))
    reader(people, "any", Place(area=NANAO))
    reader(people, "namesake", Place(area=WAJIMA, district="本町"))
    assert names(people, alert(NANAO, districts=["本町一丁目"])) == {"own", "any"}
    assert names(people, alert(NANAO)) == {"own", "other", "any"}


@pytest.mark.parametrize(("one", "other", "same"), [
    ("本町", "本町１丁目", True), ("大字矢田", "矢田地区", True), ("三丁目", "3丁目", True),
    ("本町", "港町", False), ("", "本町", False), ("地区", "地区", True),
])  # fmt: skip
def test_districts_are_compared_as_people_write_them(one: str, other: str, same: bool) -> None:
    assert same_district(one, other) is same


def test_who_needs_time_is_told_of_level_3_whatever_they_chose(people: PeopleFile) -> None:
    reader(people, "late", Place(area=NANAO), level=4)
    reader(people, "older", Place(area=NANAO), level=4, needs=frozenset({"older"}))
    reader(people, "pet", Place(area=NANAO), level=4, needs=frozenset({"pet"}))
    reader(people, "early", Place(area=NANAO), level=2)
    notice = alert(NANAO, level=3, action="evacuate_early")
    assert names(people, notice) == {"older", "early"}
    assert names(people, alert(NANAO, level=None, action="evacuate")) == {
        "late", "older", "pet", "early",
    }  # fmt: skip
    assert names(people, alert(NANAO, level=3, kind="cancel")) == {"late", "older", "pet", "early"}
    held = people.known("line", "older")
    assert held
    kept = subscription(people, held)
    assert kept
    assert kept.level == 4
    some = list(match(people, notice, None, Mode.ACTUAL, needs={"older", "power"}))
    assert [one.needs for one in some] == [{"older"}]


def test_modes_never_mix(people: PeopleFile) -> None:
    both = reader(people, "both", Place(area=NANAO))
    subscribe(people, both, Wanted(places=(Place(area=WAJIMA),)), Mode.EXERCISE)
    reader(people, "real", Place(area=WAJIMA))
    assert names(people, alert("pref:17"), mode=Mode.EXERCISE) == {"both"}
    assert names(people, alert(NANAO), mode=Mode.EXERCISE) == set()
    assert names(people, alert(WAJIMA)) == {"real"}
    assert unsubscribe(people, both, Mode.EXERCISE)
    assert names(people, alert("pref:17"), mode=Mode.EXERCISE) == set()
    assert names(people, alert(NANAO)) == {"both"}


def test_an_alert_without_areas_is_refused_and_so_is_a_shape_that_is_none(
    people: PeopleFile,
) -> None:
    with pytest.raises(NoroshiError, match="names no area"):
        list(match(people, alert(), SQUARE, Mode.ACTUAL))
    with pytest.raises(NoroshiError, match="cannot be read"):
        list(match(people, alert(NANAO), b"nothing", Mode.ACTUAL))
    with pytest.raises(NoroshiError, match="unknown area"):
        list(match(people, alert("town:1"), None, Mode.ACTUAL))


@given(st.integers(0, 10**6))
@settings(max_examples=6, deadline=None)
def test_tokens_and_batches_find_whom_a_plain_loop_finds(seed: int) -> None:
    """Against the definition: a point within its radius of the shape, else the area or one around
    it."""
    rng = random.Random(seed)
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        people = PeopleFile(Path(folder))
        cities = [f"city:17{number}00" for number in range(201, 209)]
        ring = shapely.Point(136.9, 37.0).buffer(rng.uniform(0.01, 0.3))
        ground = bytes(shapely.to_wkb(ring)) if rng.random() < 0.7 else None
        areas = rng.sample(cities, rng.randint(1, 4))
        scale = math.cos(math.radians(37.0))
        flat = shapely.transform(ring, lambda one: one * (scale * DEGREE, DEGREE))
        wanted = set()
        with people.changing():
            for number in range(40):
                point = (rng.uniform(136.5, 137.3), rng.uniform(36.6, 37.4))
                place = Place(area=rng.choice(cities), radius=rng.choice((0.0, 5_000.0)),
                              point=point if rng.random() < 0.6 else None)  # fmt: skip
                reader(people, str(number), place)
                hit = place.area in areas
                if ground is not None and place.point is not None:
                    spot = shapely.Point(point[0] * scale * DEGREE, point[1] * DEGREE)
                    hit = shapely.distance(flat, spot) <= place.radius
                if hit:
                    wanted.add(str(number))
        assert names(people, alert(*areas), ground) == wanted
        people.close()


def test_a_shape_over_the_whole_country_finds_all_points(people: PeopleFile) -> None:
    reader(people, "far", Place(area=WAJIMA, point=(141.3, 43.0)))
    country = bytes(shapely.to_wkb(shapely.box(122.0, 20.0, 154.0, 46.0)))
    assert names(people, alert(NANAO), country) == {"far"}


def test_a_spot_says_where_something_is_and_areas_decide_whom_it_concerns(
    people: PeopleFile,
) -> None:
    reader(people, "near", Place(area=NANAO, point=(136.95, 37.05)))
    reader(people, "other", Place(area=WAJIMA, point=(136.95, 37.05)))
    spot = bytes(shapely.to_wkb(shapely.Point(136.951, 37.05)))
    assert names(people, alert(NANAO), spot) == {"near"}


def test_who_ends_it_is_kept_no_longer_than_what_else_hangs_on_them(people: PeopleFile) -> None:
    contact = reader(people, "a", Place(area=NANAO))
    subscribe(people, contact, Wanted(places=(Place(area=NANAO),)), Mode.EXERCISE, keep=200 * DAY)
    assert unsubscribe(people, contact)
    held = people.get(Contact, id=contact.id)
    assert held
    assert 199 * DAY < held.expires - now() <= 200 * DAY
    assert unsubscribe(people, contact, Mode.EXERCISE)
    held = people.get(Contact, id=contact.id)
    assert held
    assert held.expires == held.used + 90 * DAY
    assert not unsubscribe(people, contact)


def test_a_strangers_request_keeps_nobody_longer(people: PeopleFile) -> None:
    contact = people.meet("email", "a@example.jp", keep=HOUR)
    request(people, "email", "a@example.jp", Wanted(places=(Place(area=NANAO),)))
    assert people.get(Contact, id=contact.id) == contact


def test_a_large_narrowed_audience_is_said_to_be_at_most(
    people: PeopleFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        reader(people, str(number), Place(area=NANAO, district="本町" if number else "港町"))
    narrow = alert(NANAO, districts=["港町"])
    assert count_audience(people, narrow) == matching.Audience({"line": 1})
    monkeypatch.setattr(matching, "_COUNTED", 2)
    assert count_audience(people, narrow) == matching.Audience({"line": 4}, at_most=True)


def test_nothing_holds_before_it_is_confirmed_and_a_secret_works_once(people: PeopleFile) -> None:
    wanted = Wanted(places=(Place(area=NANAO, label="自宅"),), needs=frozenset({"pet"}))
    contact, secret = request(people, "email", "hanako@example.jp", wanted)
    assert names(people, alert(NANAO)) == set()
    assert pending(people, secret) == wanted
    assert subscription(people, contact) is None
    again, held = confirm(people, secret)
    assert (again.id, held.places, held.needs) == (contact.id, wanted.places, wanted.needs)
    assert names(people, alert(NANAO)) == {"hanako@example.jp"}
    with pytest.raises(NotFound, match="used already"):
        confirm(people, secret)


def test_what_somebody_else_asks_for_changes_nothing(people: PeopleFile) -> None:
    _, secret = request(people, "email", "a@example.jp", Wanted(places=(Place(area=NANAO),)))
    confirm(people, secret)
    request(people, "email", "a@example.jp", Wanted(places=(Place(area=WAJIMA),)))
    assert names(people, alert(NANAO)) == {"a@example.jp"}
    assert names(people, alert(WAJIMA)) == set()


def test_a_request_is_over_after_a_day_to_the_microsecond(
    people: PeopleFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = "noroshi.channels.subscribers.subscribing.now"
    start = now()
    monkeypatch.setattr(clock, lambda: start)
    _, secret = request(people, "email", "a@example.jp", Wanted(places=(Place(area=NANAO),)))
    monkeypatch.setattr(clock, lambda: start + WAITS - 1)
    pending(people, secret)
    monkeypatch.setattr(clock, lambda: start + WAITS)
    with pytest.raises(NotFound):
        confirm(people, secret)


def test_a_code_said_in_a_chat_is_the_chatters(people: PeopleFile) -> None:
    code = request_code(people, Wanted(places=(Place(area=NANAO),)))
    friend = people.meet("line", "U123", keep=DAY)
    with pytest.raises(NotFound):
        confirm_code(people, friend, "0000-0000")
    said = code.lower().replace("0", "o").replace("1", "l").replace("-", "ー")
    confirm_code(people, friend, said)
    assert names(people, alert(NANAO)) == {"U123"}
    with pytest.raises(NotFound):
        confirm_code(people, friend, code)
    assert [one.channel for one in people.all(Contact)] == ["line"]


@pytest.mark.parametrize(("text", "code"), [
    ("ABCD-EFGH", "ABCDEFGH"), ("ａｂｃｄ ー ef12", "ABCDEF12"), ("oi23 4567", "01234567"),
    ("shelters", ""), ("避難所はどこ", ""), ("ABCD-EFG", ""), ("水が12345678", ""),
    ("x" * 500, ""), ("", ""),
])  # fmt: skip
def test_a_code_in_a_chat_is_told_from_words(text: str, code: str) -> None:
    assert code_in(text) == code


def test_letters_to_one_address_are_few_and_come_back(people: PeopleFile) -> None:
    wanted = Wanted(places=(Place(area=NANAO),))
    for _ in range(LETTERS.most):
        request(people, "email", "a@example.jp", wanted)
    with pytest.raises(TooOften) as refused:
        request(people, "email", "a@example.jp", wanted)
    assert 0 < refused.value.wait <= 4 * HOUR // SECOND
    request(people, "email", "b@example.jp", wanted)
    time = now()
    with pytest.raises(TooOften):
        spend(people, LETTERS, "email", "a@example.jp", at=time)
    spend(people, LETTERS, "email", "a@example.jp", at=time + 4 * HOUR)


def test_a_network_is_one_sender() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff") != network("2001:db8:0:1::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") != network("192.0.2.2")


def test_a_link_is_good_for_its_use_its_holder_and_its_time(people: PeopleFile) -> None:
    contact, other = (people.meet("email", one, keep=DAY) for one in ("a@x.jp", "b@x.jp"))
    until = now() + HOUR
    proof = link_proof(people, contact.id, "manage", until)
    assert linked(people, proof, "manage") == contact
    assert linked(people, link_proof(people, contact.id, "stop"), "stop") == contact
    forged = [
        proof.replace(contact.id, other.id), proof + "x", proof[:-1], "", ".", "..", "x" * 500,
        proof.replace(f"{until:x}", f"{until + DAY:x}"), "あ.0.い",
        link_proof(people, contact.id, "manage", now() - 1),
    ]  # fmt: skip
    for one in forged:
        with pytest.raises(NotFound):
            linked(people, one, "manage")
    with pytest.raises(NotFound):
        linked(people, proof, "stop")
    people.erase(contact)
    with pytest.raises(NotFound):
        linked(people, proof, "manage")


def test_a_subscription_ends_to_the_microsecond_and_its_holder_can_be_asked_before(
    people: PeopleFile,
) -> None:
    contact = reader(people, "a", Place(area=NANAO))
    row = people.get(SubscriptionRow, contact=contact.id)
    assert row
    assert [one.contact for one in ending(people, 401 * DAY)] == [contact.id]
    assert list(ending(people, 300 * DAY)) == []
    last = list(match(people, alert(NANAO), None, Mode.ACTUAL, at=row.expires - 1))
    assert last == [Recipient(contact.id, "line", "ja", frozenset(), "")]
    assert list(match(people, alert(NANAO), None, Mode.ACTUAL, at=row.expires)) == []
    assert people.expire(row.expires - 1) == 0
    assert people.expire(row.expires) >= 1
    assert people.all(Contact) == []


def test_who_is_asked_to_renew_is_asked_once_for_each_end(
    people: PeopleFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[letters.Letter] = []
    monkeypatch.setattr(letters, "post", lambda people, letter: kept.append(letter))
    contact = people.meet("email", "a@x.jp", keep=DAY)
    subscribe(people, contact, Wanted(places=(Place(area=NANAO),), language="en"), keep=20 * DAY)
    reader(people, "later", Place(area=NANAO))
    assert [letters.remind(people, "https://node.example") for _ in range(2)] == [1, 1]
    assert len({(one.contact, one.key) for one in kept}) == 1
    link = kept[0].link
    assert link.startswith("https://node.example/me/")
    proof = link.removeprefix("https://node.example/me/").removesuffix("?lang=en")
    assert linked(people, proof, "manage").id == contact.id
    assert kept[0].title == "Your alerts end soon"


def test_while_a_node_runs_holders_are_asked_and_told_once(people: PeopleFile) -> None:
    contact = people.meet("email", "a@x.jp", keep=DAY)
    subscribe(people, contact, Wanted(places=(Place(area=NANAO),)), keep=20 * DAY)
    for _ in range(2):
        running = Reminding(people, "https://node.example/")
        running.start()
        running.stop()
        assert running.error == ""
    (sent,) = told(people, contact)["sendings"]
    assert "お知らせがもうすぐ終わります" in sent["said"]


@pytest.mark.parametrize("wanted", [
    Wanted(places=()), Wanted(places=(Place(area=NANAO),) * 9), Wanted(places=(Place(),)),
    Wanted(places=(Place(area="city:1"),)), Wanted(places=(Place(area=NANAO, label="x" * 41),)),
    Wanted(places=(Place(point=(200.0, 0.0)),)), Wanted(places=(Place(area=NANAO),), level=6),
    Wanted(places=(Place(point=(137.0, 37.0), radius=math.nan),)),
    Wanted(places=(Place(area=NANAO),), needs=frozenset({"rich"})),
    Wanted(places=(Place(area=NANAO),), language="日本語"),
])  # fmt: skip
def test_what_cannot_be_subscribed_to_is_refused_with_where(
    people: PeopleFile, wanted: Wanted
) -> None:
    contact = people.meet("line", "a", keep=DAY)
    with pytest.raises(NoroshiError) as refused:
        subscribe(people, contact, wanted)
    assert refused.value.where
    assert subscription(people, contact) is None
