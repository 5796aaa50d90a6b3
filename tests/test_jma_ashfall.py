"""JMA ash-fall forecasts (VFVO53–55): our records against the XML itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely

from data import needs_data
from noroshi import formats
from noroshi.core.time import parse
from noroshi.formats import Hints
from noroshi.formats.jma_xml.shapes import nested
from seismology import HEAD, E, bodies, files, picture, read, real, records, sample, tree, typed

V = "{http://xml.kishou.go.jp/jmaxml1/body/volcanology1/}"


def said(element: ET.Element, path: str) -> str:
    return (element.findtext("/".join(V + part for part in path.split("/"))) or "").strip()


def corners(geometry: bytes) -> int:
    """Corners of all rings but the last of each, which repeats the first."""
    parts = shapely.get_parts(shapely.from_wkb(geometry))
    rings = [ring for part in parts for ring in [part.exterior, *part.interiors]]
    return sum(len(ring.coords) - 1 for ring in rings)


@needs_data("jma_xml")
def test_every_polygon_and_municipality_of_every_ash_fall_forecast() -> None:
    count = Counter[str]()
    for path in files("VFVO53", "VFVO54", "VFVO55"):
        root = tree(path)
        [edition] = typed(read(path))
        areas = iter(records([edition], "disaster.ashfall_area"))
        found = bodies([edition], "disaster.ashfall_area")
        towns: dict[tuple[str, str], list[str]] = {}
        before = None
        for step in root.iter(V + "AshInfo"):
            starts, ends = parse(said(step, "StartTime")), parse(said(step, "EndTime"))
            for item in step.findall(V + "Item"):
                record = next(areas)
                body = found[record.key]
                assert (record.valid_from, record.valid_to) == (max(starts, before or starts), ends)
                assert (parse(body.starts), parse(body.ends)) == (starts, ends)
                assert (body.kind, body.kind_code, body.step) == (
                    said(item, "Kind/Name"), said(item, "Kind/Code"), step.get("type"),
                )  # fmt: skip
                assert body.distance == float(said(item, "Kind/Property/Distance")) * 1000
                size = said(item, "Kind/Property/Size")
                millimetres = float(size) if size else None
                if body.kind_code == "75":
                    assert body.stone_size == pytest.approx(float(size) / 100)
                elif millimetres is not None:
                    assert body.thickness == pytest.approx(millimetres / 1000)
                rings = [one.text or "" for one in item.iter(E + "Polygon")]
                points = [[*dict.fromkeys(ring.strip("/").split("/"))] for ring in rings]
                assert record.geometry is not None
                shape = shapely.from_wkb(record.geometry)
                assert shape.is_valid
                assert corners(record.geometry) == sum(len(one) for one in points)
                latitudes = [float(p[1:8]) for one in points for p in one]
                longitudes = [float(p[9:]) for one in points for p in one]
                assert shape.bounds == (
                    min(longitudes), min(latitudes), max(longitudes), max(latitudes),
                )  # fmt: skip
                codes = [one.text for one in item.iter(V + "Code")][1:]
                assert [one.code for one in body.municipalities] == codes
                for code in codes:
                    towns.setdefault((body.step, code or ""), []).append(body.kind_code)
                count["polygon"] += len(rings)
                count["area"] += 1
            before = ends
        assert next(areas, None) is None
        municipal = bodies([edition], "disaster.ashfall_municipality")
        assert {
            (one.step, one.code): [kind.code for kind in one.kinds] for one in municipal.values()
        } == towns
        count["town"] += len(towns)
    assert count == {"area": 27, "polygon": 38, "town": 110}


@needs_data("jma_xml")
def test_ash_falls_towards_where_the_forecast_says() -> None:
    [edition] = typed(sample("66_01_02_210514_VFVO54.xml"))
    whole = bodies([edition], "disaster.ashfall_forecast")["降灰予報（速報）/506"]
    assert (whole.crater, whole.eruption) == ("南岳山頂火口", "2021-05-14T12:31:00+09:00")
    assert (whole.plume.height, whole.plume.direction) == (2200.0, "直上")
    crater = shapely.from_wkb(records([edition], "disaster.ashfall_forecast")[0].geometry)
    little = records([edition], "disaster.ashfall_area")[1]
    assert bodies([edition], "disaster.ashfall_area")[little.key].direction.startswith("北西")
    assert little.geometry is not None
    centre = shapely.from_wkb(little.geometry).centroid
    assert centre.x < crater.x
    assert centre.y > crater.y
    town = bodies([edition], "disaster.ashfall_municipality")[
        "降灰予報（速報）/506/予報　１時間後/4620100"
    ]
    assert [one.name for one in town.kinds] == ["やや多量の降灰", "少量の降灰", "小さな噴石の落下"]


@needs_data("jma_xml")
def test_one_step_of_an_ash_fall_forecast_is_shown_at_a_time(tmp_path: Path) -> None:
    telegrams = real("66_01_03_210514_VFVO55.xml")
    shown = {}
    for hour in ("12:45", "14:00", "15:30", "18:59", "19:00"):
        when = f"2021-05-14T{hour}:00+09:00"
        found = picture(tmp_path / hour[:2] / hour[3:], telegrams, when, "disaster.ashfall_area")
        shown[hour] = {body["step"] for body in found.values()}
    assert shown == {
        "12:45": {"予報　１時間後"}, "14:00": {"予報　２時間後"}, "15:30": {"予報　３時間後"},
        "18:59": {"予報　６時間後"}, "19:00": set(),
    }  # fmt: skip


def test_an_isoline_within_another_is_a_hole() -> None:
    def square(half: float, x: float = 0.0) -> list[tuple[float, float]]:
        return [
            (x - half, -half),
            (x + half, -half),
            (x + half, half),
            (x - half, half),
            (x - half, -half),
        ]

    island, outer, inner, apart = square(1), square(3), square(2), square(1, 10)
    found = nested([inner, apart, island, outer])
    areas = sorted(shapely.Polygon(rings[0], rings[1:]).area for rings in found)
    assert areas == [4.0, 4.0, 36.0 - 16.0]


def test_a_polygon_that_is_no_area_is_a_fault_and_the_bulletin_is_kept() -> None:
    body = """<VolcanoInfo type="降灰予報（対象火山）"><Item><Kind><Name>降灰予報（速報）</Name>
<Code>07</Code></Kind><Areas codeType="火山名">
<Area><Name>桜島</Name><Code>506</Code></Area></Areas>
</Item></VolcanoInfo><AshInfos><AshInfo type="予報　１時間後">
<StartTime>2026-01-01T09:00:00+09:00</StartTime><EndTime>2026-01-01T10:00:00+09:00</EndTime>
<Item><Kind><Name>降灰</Name><Code>70</Code><Property>
<jmx_eb:Polygon>+31.1+130.1/+31.1+130.1/</jmx_eb:Polygon></Property></Kind>
<Areas codeType="気象・地震・火山情報／市町村等"/></Item></AshInfo></AshInfos>"""
    text = HEAD.format(
        title="試験", kind="降灰予報", event="506", reported="2026-01-01T09:00:00+09:00", body=body
    )
    data = text.replace("body/seismology1", "body/volcanology1").encode()
    reading = formats.read(data, Hints())
    assert [one.series.startswith("jma/bulletin/") for one in reading.editions] == [True]
    [fault] = reading.faults
    assert "no area" in fault.what


@needs_data("jma_xml")
def test_a_kind_listed_twice_in_a_step_is_two_areas() -> None:
    [data] = real("66_01_02_210514_VFVO54.xml")
    text = data.decode()
    text = text.replace(
        "<Name>少量の降灰</Name>\n<Code>71<", "<Name>やや多量の降灰</Name>\n<Code>72<"
    )
    [edition] = typed(formats.read(text.encode(), Hints()).editions)
    found = bodies([edition], "disaster.ashfall_area")
    assert [one.kind_code for one in found.values()] == ["72", "72", "75"]
