"""Shelters of all lists, merged: names and addresses, evidence, groups and values."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi.core import place
from noroshi.core.parts import DECLARED, Towns
from noroshi.core.record import Edition, Record, Version
from noroshi.core.time import HOUR, JST, MINUTE, show
from noroshi.domains.disaster.shelter_merge.addresses import read_address
from noroshi.domains.disaster.shelter_merge.evidence import address_level, name_level
from noroshi.domains.disaster.shelter_merge.names import read_name
from noroshi.domains.disaster.shelter_merge.products import Params, build, scope
from noroshi.domains.samples import picture
from noroshi.kinds import decode, encode
from noroshi.kinds.shelter import Shelter
from noroshi.kinds.shelter_merged import ShelterMerged

KIND = "disaster.shelter"
AREA = "city:9900100"
START = 1_900_000_000_000_000


def row(
    key: str, series: str = "shelters/open/焚火市", at: int = START,
    where: tuple[float, float] | None = (144.9, 27.45), **fields: object,
) -> Edition:  # fmt: skip
    said = Shelter(**{"name": "第一小学校", "municipality": "焚火市", **fields})  # type: ignore[arg-type]
    record = Record(KIND, key, encode(said), where and place.point(*where), AREA)
    return Edition(series, at, [record], effective=at, whole=False)


def merged(*editions: Edition, params: Params | None = None) -> list[ShelterMerged]:
    inputs = {KIND: picture(editions)}
    return [
        decode(one.kind, one.body)
        for made in build(inputs, params or Params())
        for one in made.records
    ]


def only(*editions: Edition, params: Params | None = None) -> ShelterMerged:
    (found,) = merged(*editions, params=params)
    return found


# --- names and addresses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("七尾市立第一小学校", "第１小学校"),
        ("第一小学校（体育館）", "第一小学校　グラウンド"),
        ("県立七尾高等学校", "七尾高校"),
        ("つつじヶ丘公園", "つつじが丘公園"),
        ("南大吞地区コミュニティセンター", "南大呑地区コミセン"),
        ("コミュニティーセンター浜崎", "コミュニティセンター濱﨑"),
        ("旧　北嶺中学校", "北嶺中学校"),
        ("田鶴浜小学校　２階以上", "田鶴浜小"),
        ("袖ヶ江公民館", "袖ケ江地区公民館"),
    ],
)
def test_one_facility_is_recognised_under_two_names(one: str, other: str) -> None:
    levels = ("same name", "same premises by name")
    assert name_level(read_name(one, "七尾市"), read_name(other, "七尾市")) in levels


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第一小学校", "第二小学校"),
        ("東保育園", "西保育園"),
        ("山王小学校", "山王中学校"),
        ("御崎幼稚園", "御崎小学校"),
        ("串本中学校裏山", "串本中学校"),
        ("1号公園", "１１号公園"),
    ],
)
def test_names_that_differ_in_number_side_or_school_exclude_each_other(
    one: str, other: str
) -> None:
    assert name_level(read_name(one), read_name(other)) == "opposed names"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("石川県七尾市山王町ツ３４", "七尾市山王町ツ34番地", "same address"),
        ("石川県七尾市田鶴浜町二１４４", "石川県七尾市田鶴浜町ニ144", "same address"),
        ("石川県七尾市馬出町ツ部49", "馬出町ツ49", "same address"),
        ("石川県七尾市和倉町二丁目13番1号", "和倉町2-13-1", "same address"),
        ("七尾市小島町西４ー５", "小島町西4-5", "same address"),
        ("七尾市大字中挾字リ23", "中挟リ２３の１", "address within address"),
        ("七尾市和倉町1-2-3", "七尾市和倉町1-2-4", "next number"),
        ("七尾市和倉町12", "七尾市和倉町98", "other number"),
        ("七尾市和倉町", "石川県七尾市和倉町", "same area, no number"),
        ("七尾市和倉町1", "七尾市石崎町1", "other area"),
    ],
)
def test_addresses_are_compared_by_area_and_number(one: str, other: str, level: str) -> None:
    assert address_level(read_address(one, "七尾市"), read_address(other, "七尾市")) == level


@given(st.text(max_size=40), st.text(max_size=8))
@settings(max_examples=cases(150), deadline=None)
def test_any_text_is_taken_apart_the_same_way_twice(text: str, town: str) -> None:
    name = read_name(text, town)
    assert name_level(name, read_name.__wrapped__(text, town)) == "same name"
    address = read_address(text, town)
    assert address == read_address.__wrapped__(text, town)


# --- which rows are one facility -----------------------------------------------------------------


def test_a_row_without_place_or_address_joins_the_only_facility_of_its_name() -> None:
    listed = row("E9900100001201", "gsi_shelter/emergency/990019", address="焚火市上浜1")
    told = row("3", where=None, name="第１小", headcount=12)
    found = only(listed, told)
    assert (found.headcount, len(found.members)) == (12, 2)
    assert "only one of this name" in found.members[1].why


def test_a_row_without_place_or_address_joins_none_of_several() -> None:
    first = row(
        "E9900100001201", "gsi_shelter/emergency/990019", name="集会所", address="焚火市上浜1"
    )
    second = row(
        "E9900100002201", "gsi_shelter/emergency/990019", name="集会所", address="焚火市下浜9",
        where=(144.95, 27.5),
    )  # fmt: skip
    told = row("3", where=None, name="集会所", headcount=12)
    assert len(merged(first, second, told)) == 3


def test_scrambled_positions_do_not_part_what_name_and_address_join() -> None:
    listed = row("E9900100001201", "gsi_shelter/emergency/990019", address="焚火市上浜1-2")
    moved = row("232280082", "sip4d/県/x", address="焚火市上浜1番地2", where=(149.9, 27.45))
    found = only(listed, moved)
    assert "positions disagree" in found.members[1].why
    assert [one.field for one in found.conflicts] == ["position"]


def test_near_places_of_one_name_and_different_number_stay_apart() -> None:
    first = row("AB000001", name="第一公園", address="焚火市上浜1")
    second = row("AB000002", name="第二公園", address="焚火市上浜1")
    assert len(merged(first, second)) == 2


def test_the_key_stays_when_more_lists_come() -> None:
    lists = [
        row("E9900100001201", "gsi_shelter/emergency/990019", address="焚火市上浜1"),
        row("E9900100001111", "gsi_shelter/evacuation/990019", address="焚火市上浜1"),
        row("TB0000101", "shelters/listed/焚火市", address="焚火市上浜1"),
        row("17", "sip4d/県/x", address="焚火市上浜1"),
    ]
    for count in range(1, 5):
        ((record,),) = (one.records for one in build({KIND: picture(lists[:count])}, Params()))
        assert record.key == "E9900100001201"


def test_two_facilities_under_one_code_keep_two_keys() -> None:
    one = row("AB000001", "shelters/open/a", name="山の家", where=(144.9, 27.4))
    other = row("AB000001", "shelters/open/b", name="港交流センター", where=(144.99, 27.5))
    ((first, second),) = (made.records for made in build({KIND: picture([one, other])}, Params()))
    assert first.key != second.key


NAMES = [
    "第一小学校",
    "第一小学校体育館",
    "第２小学校",
    "浜崎公民館",
    "濱﨑公民館",
    "浜崎コミセン",
    "集会所",
]


@st.composite
def worlds(draw: st.DrawFn) -> list[Edition]:
    count = draw(st.integers(1, 9))
    return [
        row(
            f"K{number:06}",
            draw(st.sampled_from(["gsi_shelter/emergency/990019", "shelters/open/a", "sip4d/b/c"])),
            START + draw(st.integers(0, 3)) * HOUR,
            draw(st.sampled_from([None, (144.9, 27.45), (144.9004, 27.45), (144.95, 27.45)])),
            name=draw(st.sampled_from(NAMES)),
            address=draw(st.sampled_from(["", "焚火市上浜1-2", "焚火市上浜1番地2", "焚火市下浜7"])),
            headcount=draw(st.sampled_from([None, 0, 5, 80])),
            status=draw(st.sampled_from(["unknown", "open", "closed", "not_open"])),
        )
        for number in range(count)
    ]


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=cases(60), deadline=None)
def test_every_row_is_in_exactly_one_facility_whatever_the_order(
    world: list[Edition], chance: random.Random
) -> None:
    versions = picture(world)
    made = build({KIND: versions}, Params())
    members = [
        (one.series, one.key) for edition in made for record in edition.records
        for one in decode(record.kind, record.body).members
    ]  # fmt: skip
    assert sorted(members) == sorted((one.series, one.key) for one in versions)
    shuffled = list(versions)
    chance.shuffle(shuffled)
    assert build({KIND: shuffled}, Params()) == made


# --- what is said of it --------------------------------------------------------------------------


def test_the_newest_report_wins_and_the_others_stay_beside_it() -> None:
    old = row("AB000001", "shelters/open/a", status="open", headcount=40)
    new = row("AB000001", "shelters/open/b", START + 2 * HOUR, status="open", headcount=55)
    found = only(old, new)
    assert (found.status, found.headcount, found.reported) == ("open", 55, show_jst(2 * HOUR))
    (conflict,) = found.conflicts
    assert [(one.value, one.series, one.time) for one in conflict.values] == [
        ("55", "shelters/open/b", show_jst(2 * HOUR)),
        ("40", "shelters/open/a", show_jst(0)),
    ]


def show_jst(after: int) -> str:
    return show(START + after, JST) or ""


@pytest.mark.parametrize("status", ["open", "permanent", "unknown"])
def test_a_master_list_never_says_open(status: str) -> None:
    listed = row("E9900100001201", "gsi_shelter/evacuation/990019", START + HOUR, status=status)
    assert (only(listed).status, only(listed).reported) == ("unknown", None)
    told = row("17", status="closed", headcount=0)
    assert (only(listed, told).status, only(listed, told).headcount) == ("closed", 0)


def test_unknown_is_no_statement() -> None:
    told = row("AB000001", status="open", headcount=7)
    vague = row("AB000001", "shelters/open/other", START + HOUR, status="unknown")
    found = only(told, vague)
    assert (found.status, found.headcount, found.conflicts) == ("open", 7, [])


def test_a_count_from_before_it_closed_is_not_carried_on() -> None:
    told = row("AB000001", "shelters/open/a", status="open", headcount=7)
    shut = row("AB000001", "shelters/open/b", START + HOUR, status="closed")
    assert (only(told, shut).status, only(told, shut).headcount) == ("closed", None)


def test_parts_of_a_school_add_up_and_one_row_twice_does_not() -> None:
    gym = row("AB000001", name="第一小学校（体育館）", headcount=30, address="焚火市上浜1")
    rooms = row("AB000002", name="第一小学校　校舎", headcount=12, address="焚火市上浜1")
    assert only(gym, rooms).headcount == 42
    again = row("AB000003", name="第一小学校（体育館）", headcount=30, address="焚火市上浜1")
    assert only(gym, rooms, again).headcount == 42


def test_only_hazards_that_every_list_agrees_on_are_served() -> None:
    one = row("AB000001", "shelters/listed/a", hazards=["津波", "地震", "土砂災害"])
    other = row("AB000001", "shelters/listed/b", hazards=["地震", "崖崩れ、土石流及び地滑り"])
    found = only(one, other)
    assert found.hazards == ["崖崩れ、土石流及び地滑り", "地震"]
    assert [conflict.field for conflict in found.conflicts] == ["hazards"]


def test_what_a_prefecture_passes_on_does_not_outdo_a_fresh_report_of_the_town() -> None:
    own = row("AB000001", "shelters/open/a", status="open", headcount=40)
    passed = row("AB000001", "sip4d/県/x", START + 20 * MINUTE, status="open", headcount=31)
    assert only(own, passed).headcount == 40
    assert only(own, passed, params=Params(relay_delay=0)).headcount == 31


# --- where ---------------------------------------------------------------------------------------


def test_a_row_counts_where_its_address_says_it_is() -> None:
    (version,) = picture([row("AB000001", address="狼煙県篝町浜1", municipality="焚火市")])

    class Borders(Towns):
        def of(self, version: Version) -> str:
            return version.area or ""

        def named(self, name: str, near: str = "") -> str:
            return {"狼煙県篝町": "city:9930100", "焚火市": AREA}.get(name, "")

    assert scope(version, Borders()) == ["city:9930100"]
    assert scope(version, DECLARED) == [AREA]


def test_wards_count_as_their_city_and_a_place_without_borders_by_its_name() -> None:
    (version,) = picture([row("AB000001")])
    of = lambda area, **said: scope(  # noqa: E731
        msgspec.structs.replace(
            version, area=area, body=encode(Shelter(name="公園", **said))
        ), DECLARED,
    )  # fmt: skip
    assert of("city:2310100") == ["city:2310000"]
    assert of("city:1413100") == ["city:1413000"]
    assert of("city:1310100") == ["city:1310100"]
    assert of(None, municipality="愛知県岩倉市") == ["name:岩倉市"]
    assert of(None, address="愛知県名古屋市港区1-2") == ["name:愛知県名古屋市港区"]


def test_a_count_from_a_misplaced_list_joins_the_only_facility_of_its_name() -> None:
    lists = ["gsi_shelter/emergency/990019", "gsi_shelter/evacuation/990019"]
    listed = [
        row(f"E99001000012{number:02}", series, address="焚火市上浜1-2")
        for number, series in enumerate(lists)
    ]
    told = row("232280082", "sip4d/県/x", where=(149.9, 27.45), address="焚火市新浜88", headcount=3)
    assert only(*listed, told).headcount == 3
