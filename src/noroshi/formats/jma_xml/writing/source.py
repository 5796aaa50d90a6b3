"""The source of an earthquake as an Earthquake element (jmx_seis.xsd `type.Earthquake`)."""

from __future__ import annotations

import math

import msgspec

from noroshi.formats.jma_xml.writing.issue import minute
from noroshi.formats.jma_xml.writing.telegram import EB, SEIS, Element, add, jst, wide


class Accuracy(msgspec.Struct, frozen=True):
    """Ranks of an early warning's estimate (CodeDefine of VXSE43: 震央, 震源 and 深さ by the way
    they were found, マグニチュード by the data it rests on), and the stations used for it."""

    epicentre: int = 4
    hypocentre: int = 4
    depth: int = 4
    magnitude: int = 4
    stations: int = 5


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where, when and how strong an earthquake was, as an issuer holds it.

    `name` and `code` are those of the epicentral region. `longitude`, `latitude` in degrees, both
    None where unknown; JMA writes them to 0.1 degree. `depth` in metres, written to 10 km (under
    5 km: very shallow), None where unknown. `origin` (None: not determined) and `detected` in
    microseconds UTC, cut to the minute except in early warnings. `magnitude` None: unknown, or
    too large to tell at once: `magnitude_text` then says so (Ｍ８を超える巨大地震).
    `landmark`: the place told from one (牡鹿半島の東南東１３０ｋｍ付近), with its code, direction
    and distance in km. `land_or_sea`: 内陸 or 海域. `reduced_name`, `reduced_code`: those of the
    wider region, in early warnings. `detailed_name`, `detailed_code`: a finer name, for places
    abroad. `condition`: 仮定震源要素. `institution`: who located it,
    where not JMA.
    """

    name: str
    code: str
    detected: int
    origin: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    depth: float | None = None
    magnitude: float | None = None
    magnitude_type: str = "Mj"
    magnitude_text: str = ""
    condition: str = ""
    landmark: str = ""
    landmark_code: str = ""
    direction: str = ""
    distance: int | None = None
    land_or_sea: str = ""
    reduced_name: str = ""
    reduced_code: str = ""
    detailed_name: str = ""
    detailed_code: str = ""
    institution: str = ""


def add_source(
    body: Element,
    source: Source,
    *,
    seconds: bool = False,
    accuracy: Accuracy | None = None,
    fine: bool = False,
) -> None:
    """Add the Earthquake element of `source`. `seconds`: times are not cut to the minute.
    `fine`: also give the position in minutes of arc and km (震源要素更新のお知らせ).

    Raises ValueError for a position that is none.
    """
    earthquake = add(body, SEIS + "Earthquake")
    if source.origin is not None:
        add(earthquake, SEIS + "OriginTime", _time(source.origin, seconds))
    add(earthquake, SEIS + "ArrivalTime", _time(source.detected, seconds))
    if source.condition:
        add(earthquake, SEIS + "Condition", source.condition)
    hypocentre = add(earthquake, SEIS + "Hypocenter")
    area = add(hypocentre, SEIS + "Area")
    add(area, SEIS + "Name", source.name)
    add(area, SEIS + "Code", source.code, type="震央地名")
    _positions(area, source, fine)
    for tag, text, attributes in (
        ("ReduceName", source.reduced_name, {}),
        ("ReduceCode", source.reduced_code, {"type": "短縮用震央地名"}),
        ("DetailedName", source.detailed_name, {}),
        ("DetailedCode", source.detailed_code, {"type": "詳細震央地名"}),
        ("NameFromMark", source.landmark, {}),
        ("MarkCode", source.landmark_code, {"type": "震央補助"}),
        ("Direction", source.direction, {}),
        ("Distance", "" if source.distance is None else str(source.distance), {"unit": "km"}),
        ("LandOrSea", source.land_or_sea, {}),
    ):
        if text:
            add(area, SEIS + tag, text, **attributes)
    if source.institution:
        add(hypocentre, SEIS + "Source", source.institution)
    if accuracy is not None:
        _accuracy(hypocentre, accuracy)
    _magnitude(earthquake, source)


def _time(time: int, seconds: bool) -> str:
    return jst(time if seconds else minute(time))


def _positions(area: Element, source: Source, fine: bool) -> None:
    if source.longitude is None or source.latitude is None:
        add(area, EB + "Coordinate", description="震源要素不明")
        return
    text, description = position(source.longitude, source.latitude, source.depth)
    add(area, EB + "Coordinate", text, description=description)
    if fine:
        text, description = fine_position(source.longitude, source.latitude, source.depth)
        add(area, EB + "Coordinate", text, type="震源位置（度分）", description=description)


def _accuracy(hypocentre: Element, accuracy: Accuracy) -> None:
    child = add(hypocentre, SEIS + "Accuracy")
    ranks = {"rank": str(accuracy.epicentre), "rank2": str(accuracy.hypocentre)}
    add(child, SEIS + "Epicenter", "NaN", **ranks)
    add(child, SEIS + "Depth", "NaN", rank=str(accuracy.depth))
    add(child, SEIS + "MagnitudeCalculation", "NaN", rank=str(accuracy.magnitude))
    add(child, SEIS + "NumberOfMagnitudeCalculation", str(accuracy.stations))


def _magnitude(earthquake: Element, source: Source) -> None:
    if source.magnitude is None:
        add(
            earthquake,
            EB + "Magnitude",
            "NaN",
            type=source.magnitude_type,
            condition="不明",
            description=source.magnitude_text or "Ｍ不明",
        )
        return
    figure = f"{source.magnitude + 0.0:.1f}"
    add(
        earthquake,
        EB + "Magnitude",
        figure,
        type=source.magnitude_type,
        description=source.magnitude_text or "Ｍ" + wide(figure),
    )


# --- positions ---------------------------------------------------------------------------------


def position(longitude: float, latitude: float, depth: float | None) -> tuple[str, str]:
    """Coordinate text and description, to 0.1 degree and 10 km of depth (m):
    `+34.8+138.5-20000/`, `北緯３４．８度　東経１３８．５度　深さ　２０ｋｍ`."""
    _check(longitude, latitude)
    # Adding zero turns a rounded -0.0 into 0.0, whose sign is plus.
    y, x = round(latitude, 1) + 0.0, round(longitude, 1) + 0.0
    km = None if depth is None else math.floor(depth / 10_000 + 0.5) * 10
    text = f"{y:+05.1f}{x:+06.1f}{_height(km)}/"
    north, east = "北緯" if y >= 0 else "南緯", "東経" if x >= 0 else "西経"
    description = f"{north}{abs(y):4.1f}度　{east}{abs(x):5.1f}度　{_depth(km)}"
    return text, _wide(description)


def fine_position(longitude: float, latitude: float, depth: float | None) -> tuple[str, str]:
    """The same to 0.1 minute of arc and 1 km of depth: `+3447.1+13829.9-23000/`."""
    _check(longitude, latitude)
    km = None if depth is None else math.floor(depth / 1000 + 0.5)
    texts, words = [], []
    for value, digits, plus, minus in (
        (latitude, 2, "北緯", "南緯"),
        (longitude, 3, "東経", "西経"),
    ):
        tenths = math.floor(abs(value) * 600 + 0.5)
        degrees, minutes = tenths // 600, tenths % 600 / 10
        sign = "-" if value < 0 and tenths else "+"
        texts.append(f"{sign}{degrees:0{digits}d}{minutes:04.1f}")
        words.append(f"{minus if sign == '-' else plus}{degrees:{digits}d}度{minutes:4.1f}分")
    text = f"{texts[0]}{texts[1]}{_height(km)}/"
    return text, _wide("　".join([*words, _depth(km)]))


def _check(longitude: float, latitude: float) -> None:
    # Written so that NaN is refused too.
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(f"not a position: longitude {longitude}, latitude {latitude}")


def _height(km: int | None) -> str:
    return "" if km is None else f"{-1000 * km:+d}"


def _depth(km: int | None) -> str:
    if km is None:
        return "深さ不明"
    if km <= 0:
        return "ごく浅い"
    return "深さ７００ｋｍ以上" if km >= 700 else f"深さ{km:3d}ｋｍ"


def _wide(text: str) -> str:
    return wide(text).replace(" ", "　")
