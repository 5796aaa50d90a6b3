"""JMA volcano telegrams (VFVO50–56, VFSV): our records against the XML itself."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely

from data import needs_data
from noroshi import formats
from noroshi.core.record import Action, Edition
from noroshi.core.time import parse
from noroshi.formats import Hints
from seismology import (
    HEAD,
    bodies,
    cancelled,
    files,
    in_words,
    picture,
    read,
    real,
    records,
    sample,
    tree,
    typed,
)

V = "{http://xml.kishou.go.jp/jmaxml1/body/volcanology1/}"
WARNING, AREA = "disaster.volcanic_warning", "disaster.volcanic_warning_area"
CITIES = "気象・地震・火山情報／市町村等"


def said(element: ET.Element, path: str) -> str:
    return (element.findtext("/".join(V + part for part in path.split("/"))) or "").strip()


def listed(
    root: ET.Element, code_type: str, scope: str = ""
) -> list[tuple[ET.Element, ET.Element]]:
    """(Item, Area) of VolcanoInfo for areas of a code type."""
    return [
        (item, area)
        for information in root.iter(V + "VolcanoInfo")
        if scope in information.get("type", "")
        for item in information
        for areas in item.findall(V + "Areas")
        if areas.get("codeType") == code_type
        for area in areas
    ]


def at(geometry: bytes | None) -> tuple[float, float]:
    assert geometry is not None
    where = shapely.from_wkb(geometry)
    return (where.x, where.y)


def made(kind: str, body: str, event: str = "1", headline: str = "<Text/>") -> bytes:
    text = HEAD.format(
        title="試験", kind=kind, event=event, reported="2026-01-01T09:00:00+09:00", body=body
    )
    return (
        text.replace("body/seismology1", "body/volcanology1").replace("<Text/>", headline).encode()
    )


# --- warnings ----------------------------------------------------------------------------------


@needs_data("jma_xml")
def test_every_volcano_and_municipality_of_every_warning() -> None:
    count = Counter[str]()
    for path in files("VFVO50"):
        root, editions = tree(path), typed(read(path))
        volcanoes = listed(root, "火山名")
        assert [one.series for one in editions] == [
            "jma/volcano/warning/" + said(area, "Code") for _, area in volcanoes
        ]
        for edition, (item, area) in zip(editions, volcanoes, strict=True):
            [record] = records([edition], WARNING)
            body = bodies([edition], WARNING)[said(area, "Code")]
            assert (record.key, record.area) == (body.code, "jma.volcano:" + said(area, "Code"))
            assert (body.name, body.kind, body.kind_code, body.condition) == (
                said(area, "Name"), said(item, "Kind/Name"), said(item, "Kind/Code"),
                said(item, "Kind/Condition"),
            )  # fmt: skip
            assert (body.last_kind, body.last_kind_code) == (
                said(item, "LastKind/Name"), said(item, "LastKind/Code"),
            )  # fmt: skip
            # 1x is レベルx (コード表 火山現象に関する情報): independent of the name.
            assert f"1{body.level}" == body.kind_code
            assert f"1{body.last_level}" == body.last_kind_code
            words = area.find(V + "Coordinate").get("description", "")  # type: ignore[union-attr]
            assert at(record.geometry) == pytest.approx(in_words(words)[0], abs=1e-6)
            assert body.elevation == float(
                re.search(r"標高(\d+)m", unicodedata.normalize("NFKC", words))[1]  # type: ignore[index]
            )
            assert body.headline == (root.findtext(f".//{V}VolcanoHeadline") or "").strip() != ""
            assert record.valid_to is None
            cities = listed(root, CITIES, "（対象市町村等）")
            responses = {
                said(one, "Code"): said(item, "Kind/Code")
                for item, one in listed(root, CITIES, "防災対応")
            }
            found = bodies([edition], AREA)
            assert [
                (one.code, one.name, one.kind, one.kind_code, one.last_kind_code,
                 one.response_code) for one in found.values()
            ] == [
                (said(one, "Code"), said(one, "Name"), said(item, "Kind/Name"),
                 said(item, "Kind/Code"), said(item, "LastKind/Code"),
                 responses[said(one, "Code")]) for item, one in cities
            ]  # fmt: skip
            assert [one.area for one in records([edition], AREA)] == [
                "city:" + said(one, "Code") for _, one in cities
            ]
            count["volcano"] += 1
            count["city"] += len(found)
    assert count == {"volcano": 2, "city": 5}


@needs_data("jma_xml")
def test_asama_is_raised_from_one_to_three() -> None:
    [edition] = typed(sample("45_01_01_200522_VFVO50.xml"))
    asama = bodies([edition], WARNING)["306"]
    assert (asama.name, asama.level, asama.last_level, asama.condition) == (
        "浅間山",
        3,
        1,
        "引上げ",
    )
    tsumagoi = bodies([edition], AREA)["306/1042500"]
    assert (tsumagoi.name, tsumagoi.kind, tsumagoi.response) == (
        "群馬県嬬恋村", "火口周辺警報", "火口周辺警報：入山規制等",
    )  # fmt: skip


@needs_data("jma_xml")
def test_a_volcano_is_replaced_by_its_own_next_warning_and_by_no_others(tmp_path: Path) -> None:
    asama, hakone = real("45_01_01_200522_VFVO50.xml", "45_02_01_200522_VFVO50.xml")
    lowered = (
        asama.replace(b"2020-05-22T13:03:00", b"2020-05-25T10:00:00")
        .replace("レベル３（入山規制）".encode(), "レベル２（火口周辺規制）".encode())
        .replace(b"<Code>13</Code>", b"<Code>12</Code>")
    )
    orders = [[asama, hakone, lowered], [lowered, asama, hakone], [hakone, lowered, asama]]
    for n, order in enumerate(orders):
        shown = {
            when: {
                key: body["level"]
                for (_, key), body in picture(
                    tmp_path / f"{n}{when[:10]}", order, when, WARNING
                ).items()
            }
            for when in ("2020-05-22T13:10:00+09:00", "2020-05-24T00:00:00+09:00",
                         "2021-05-26T00:00:00+09:00")
        }  # fmt: skip
        assert list(shown.values()) == [{"306": 3}, {"306": 3, "315": 5}, {"306": 2, "315": 5}]


def area_item(kind: str, code: str, code_type: str, areas: str) -> str:
    return (
        f"<Item><Kind><Name>{kind}</Name><Code>{code}</Code></Kind>"
        f'<Areas codeType="{code_type}">{areas}</Areas></Item>'
    )


def area(name: str, code: str, position: str = "") -> str:
    where = f"<Coordinate>{position}</Coordinate>" if position else ""
    return f"<Area><Name>{name}</Name><Code>{code}</Code>{where}</Area>"


def test_a_telegram_of_two_volcanoes_is_two_editions_with_all_its_municipalities() -> None:
    items = area_item(
        "レベル２（火口周辺規制）", "12", "火山名", area("甲山", "901", "+3100+13000+700/")
    )
    items += area_item(
        "レベル３（入山規制）", "13", "火山名", area("乙山", "902", "+3130+13030+800/")
    )
    towns = area_item(
        "火口周辺警報", "02", CITIES, area("丙町", "4646800") + area("丁町", "4648200")
    )
    body = (
        f'<VolcanoInfo type="噴火警報・予報（対象火山）">{items}</VolcanoInfo>'
        f'<VolcanoInfo type="噴火警報・予報（対象市町村等）">{towns}</VolcanoInfo>'
    )
    editions = typed(formats.read(made("噴火警報・予報", body), Hints()).editions)
    assert [(one.series, [r.key for r in one.records]) for one in editions] == [
        ("jma/volcano/warning/901", ["901", "901/4646800", "901/4648200"]),
        ("jma/volcano/warning/902", ["902", "902/4646800", "902/4648200"]),
    ]
    assert at(editions[1].records[0].geometry) == (130.5, 31.5)
    assert [one.name for one in bodies([editions[0]], AREA)["901/4646800"].volcanoes] == [
        "甲山", "乙山",
    ]  # fmt: skip


def test_a_marine_warning_is_for_sea_areas_and_leaves_the_volcanos_own_warning() -> None:
    body = (
        '<VolcanoInfo type="火山現象に関する海上警報・海上予報（対象火山）">'
        + area_item(
            "周辺海域警戒", "36", "火山名", area("福徳岡ノ場", "331", "+2417.1+14128.9-29/")
        )
        + '</VolcanoInfo><VolcanoInfo type="火山現象に関する海上警報・海上予報（対象海上予報区）">'
        + area_item("噴火警報（周辺海域）", "03", "地方海上予報区", area("関東海域南部", "3042"))
        + "</VolcanoInfo>"
    )
    reading = formats.read(made("火山現象に関する海上警報・海上予報", body, "331"), Hints())
    assert reading.faults == []
    [edition] = typed(reading.editions)
    warning, sea = edition.records
    assert (edition.series, warning.area, sea.area) == (
        "jma/volcano/marine/331", "jma.volcano:331", "jma.sea:3042",
    )  # fmt: skip
    body_ = bodies([edition], WARNING)["331"]
    assert (body_.marine, body_.level, body_.elevation) == (True, None, -29.0)
    assert bodies([edition], AREA)["331/3042"].sea


def test_a_cancelled_warning_names_its_volcanoes_in_the_headline_or_by_its_event() -> None:
    listed_ = (
        '<Text/><Information type="噴火警報・予報（対象火山）"><Item><Kind/>'
        '<Areas codeType="火山名"><Area><Name>甲山</Name><Code>901</Code></Area>'
        "<Area><Name>乙山</Name><Code>902</Code></Area></Areas></Item></Information>"
    )
    for headline, series in (("<Text/>", ["901"]), (listed_, ["901", "902"])):
        data = made("噴火警報・予報", "<Text>取り消します。</Text>", "901", headline)
        data = data.replace("<InfoType>発表".encode(), "<InfoType>取消".encode())
        editions = typed(formats.read(data, Hints()).editions)
        assert [(one.series, one.action, one.records) for one in editions] == [
            ("jma/volcano/warning/" + code, Action.CANCEL, []) for code in series
        ]


# --- commentary and eruptions ------------------------------------------------------------------


@needs_data("jma_xml")
def test_commentaries_restate_every_volcano_they_list() -> None:
    count = 0
    for path in files("VFVO51"):
        root = tree(path)
        [edition] = typed(read(path))
        expected = {said(area, "Code"): (item, area) for item, area in listed(root, "火山名")}
        found = bodies([edition], "disaster.volcano_status")
        assert list(found) == list(expected)
        for record in records([edition], "disaster.volcano_status"):
            item, where = expected[record.key]
            body = found[record.key]
            assert (body.name, body.kind, body.kind_code, body.condition) == (
                said(where, "Name"), said(item, "Kind/Name"), said(item, "Kind/Code"),
                said(item, "Kind/Condition"),
            )  # fmt: skip
            assert body.level == (int(body.kind_code[1]) if body.kind_code[0] == "1" else None)
            words = where.find(V + "Coordinate").get("description", "")  # type: ignore[union-attr]
            assert at(record.geometry) == pytest.approx(in_words(words)[0], abs=1e-6)
            height = re.search(
                r"(標高|水深)(\d+)m", unicodedata.normalize("NFKC", words).replace(" ", "")
            )
            assert height
            assert body.elevation == float(height[2]) * (1 if height[1] == "標高" else -1)
            count += 1
        [text] = bodies([edition], "disaster.volcano_commentary").values()
        assert text.activity == root.findtext(f".//{V}VolcanoActivity", "").strip()
        assert [one.code for one in text.volcanoes] == list(expected)
    assert count == 113


@needs_data("jma_xml")
def test_eruption_observations_with_nothing_seen_of_the_plume() -> None:
    for path in files("VFVO52"):
        root = tree(path)
        [edition] = typed(read(path))
        [(item, where)] = listed(root, "火山名")
        [body] = bodies([edition], "disaster.eruption").values()
        [record] = edition.records
        assert (body.name, body.code, body.kind, body.kind_code) == (
            said(where, "Name"), said(where, "Code"), said(item, "Kind/Name"),
            said(item, "Kind/Code"),
        )  # fmt: skip
        utc = said(item, "EventTime/EventDateTimeUTC")
        assert parse(body.time) == parse(utc) == record.valid_from
        assert (body.plume.height, body.plume.height_text, body.plume.direction) == (
            None, "不明", "流向不明",
        )  # fmt: skip
        assert edition.effective is None
    [corrected] = typed(sample("43_02_01_200522_VFVO52.xml"))
    assert corrected.action is Action.CORRECT
    assert bodies([corrected], "disaster.eruption")[corrected.records[0].key].remark == "現象を訂正"


def test_an_eruption_with_its_plume_and_the_winds_above_the_crater() -> None:
    body = """<VolcanoInfo type="噴火に関する火山観測報"><Item><EventTime>
<EventDateTime significant="yyyy-mm-ddThh:mm">2026-01-01T08:55:00+09:00</EventDateTime></EventTime>
<Kind><Name>爆発</Name><Code>51</Code></Kind><Areas codeType="火山名"><Area><Name>桜島</Name>
<Code>506</Code><Coordinate>+3135.55+13039.40+1117/</Coordinate><CraterName>南岳山頂火口</CraterName>
<CraterCoordinate>+3134.63+13039.53+1060/</CraterCoordinate></Area></Areas></Item></VolcanoInfo>
<VolcanoObservation><ColorPlume>
<jmx_eb:PlumeHeightAboveCrater type="火口上噴煙高度" unit="m" description="火口上2200m">2200
</jmx_eb:PlumeHeightAboveCrater>
<jmx_eb:PlumeHeightAboveSeaLevel unit="FT">10700</jmx_eb:PlumeHeightAboveSeaLevel>
<jmx_eb:PlumeDirection>南東</jmx_eb:PlumeDirection>
</ColorPlume><WindAboveCrater><jmx_eb:DateTime>2026-01-01T09:00:00+09:00</jmx_eb:DateTime>
<WindAboveCraterElements heightProperty="1" description="5000FT 330度 20kt">
<jmx_eb:WindHeightAboveSeaLevel unit="FT">5000</jmx_eb:WindHeightAboveSeaLevel>
<jmx_eb:WindDegree>330</jmx_eb:WindDegree><jmx_eb:WindSpeed unit="kt">20</jmx_eb:WindSpeed>
</WindAboveCraterElements></WindAboveCrater></VolcanoObservation>"""
    data = made("噴火に関する火山観測報", body, "20260101085900_506")
    reading = formats.read(data, Hints())
    assert reading.faults == []
    [edition] = typed(reading.editions)
    [found] = bodies([edition], "disaster.eruption").values()
    assert (found.crater, found.elevation, found.plume.direction) == (
        "南岳山頂火口",
        1060.0,
        "南東",
    )
    assert at(edition.records[0].geometry) == pytest.approx((130 + 39.53 / 60, 31 + 34.63 / 60))
    # 10,700 ft is 3,261 m; the crater lies at 1,060 m, and 2,200 m above it is 3,260 m.
    assert found.plume.height == 2200.0
    assert found.plume.altitude == pytest.approx(1060 + 2200, abs=5)
    [wind] = found.winds
    assert (wind.direction, wind.altitude) == (330.0, 1524.0)
    assert wind.speed == pytest.approx(20 * 1852 / 3600, abs=0.01)


@needs_data("jma_xml")
def test_a_flash_report_reaches_four_municipalities_until_it_is_cancelled(tmp_path: Path) -> None:
    flash, cancel = files("VFVO56")
    [edition] = typed(read(flash))
    [body] = bodies([edition], "disaster.eruption_flash").values()
    assert (body.name, body.kind, body.time_text) == ("御嶽山", "噴火", "頃")
    assert body.time == "2014-09-27T11:53:00+09:00"
    cities = listed(tree(flash), CITIES)
    assert [one.area for one in records([edition], "disaster.eruption_flash_area")] == [
        "city:" + said(one, "Code") for _, one in cities
    ]
    assert len(cities) == 4
    telegrams = real(flash.name, cancel.name)
    noon = "2014-09-27T12:30:00+09:00"
    kind = "disaster.eruption_flash_area"
    assert len(picture(tmp_path / "a", telegrams[:1], noon, kind)) == 4
    assert picture(tmp_path / "b", telegrams, noon, kind) == {}
    assert picture(tmp_path / "c", telegrams[::-1], noon, kind) == {}


# --- all of them ------------------------------------------------------------------------------


@needs_data("jma_xml")
def test_no_volcano_telegram_has_a_fault_and_cancelled_ones_have_no_record() -> None:
    count = 0
    for path in files("VFVO5"):
        editions: list[Edition] = typed(read(path))
        assert editions
        assert cancelled(tree(path)) == (not any(one.records for one in editions))
        count += 1
    assert count == 11


@needs_data("jma_xml")
def test_the_order_of_arrival_of_volcano_telegrams_does_not_matter(tmp_path: Path) -> None:
    telegrams = [path.read_bytes() for path in files("VFVO5")]
    when = "2021-05-14T13:00:00+09:00"
    kinds = (WARNING, AREA, "disaster.eruption", "disaster.ashfall_area", "disaster.eruption_flash")
    pictures = []
    for seed in range(3):
        random.Random(seed).shuffle(telegrams)
        pictures.append(
            [picture(tmp_path / f"{seed}{kind}", telegrams, when, kind) for kind in kinds]
        )
    assert pictures[0] == pictures[1] == pictures[2]
    assert [len(one) for one in pictures[0]] == [2, 5, 0, 5, 0]
