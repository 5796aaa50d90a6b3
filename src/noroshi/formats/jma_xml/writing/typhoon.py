"""Typhoon analysis and forecast for five days: VPTW60 to VPTW65.

Source: jmx_mete.xsd `type.CenterPart`, `type.WindPart`, `type.WarningAreaPart`, `type.ClassPart`;
samples 10_03 to 10_05. Positions are printed to 0.1 degree (and to 5 minutes), pressure in hPa,
wind in steps of 5 knots, motion in knots and in steps of 5 km/h, radii in steps of 5 miles.
"""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.core.record import Action, Mode
from noroshi.core.time import DAY, HOUR
from noroshi.formats.jma_xml.telegram import Element
from noroshi.formats.jma_xml.writing.telegram import (
    EB,
    METE,
    Heading,
    add,
    body,
    jst,
    telegram,
    wide,
)
from noroshi.formats.jma_xml.writing.typhoon_values import (
    EIGHT,
    KNOT,
    Reach,
    Step,
    class_of,
    gust_of,
    intensity_of,
    kilometres_of,
    knots_of,
    metres_of,
    miles_of,
    sixteen,
    size_of,
)

PRODUCT = "台風解析・予報情報（５日予報）（Ｈ３０）"
_WINDS = {"暴風域": (50, 25), "強風域": (30, 15), "暴風警戒域": (50, 25)}
_PROBABLE = "中心が７０パーセントの確率で入る予報円の半径"


def typhoon(
    cyclone: str,
    analysis: Step,
    forecasts: Sequence[Step] = (),
    *,
    estimate: Step | None = None,
    number: str = "",
    name: str = "",
    kana: str = "",
    remark: str = "",
    reported: int,
    serial: int,
    mode: Mode,
    action: Action = Action.ISSUE,
    sent: int | None = None,
) -> bytes:
    """The telegram of tropical cyclone `cyclone` (TC3112): where it is, where it will be in an hour
    (`estimate`), and its forecasts, each with a `circle`.

    `number` (3109), `name` (KAZAHAYA) and `kana` once it is a typhoon. `remark`: 台風発生, 台風発生
    予想, 台風上陸 …; without forecasts, as 台風消滅（温帯低気圧化）, it ends the series. Times are
    microseconds UTC. Raises ValueError for a forecast without a circle, or a direction of a reach
    that is none of eight.
    """
    heading = Heading(
        product=PRODUCT,
        title="台風解析・予報情報",
        info_kind="台風解析・予報情報（５日予報）",
        info_kind_version="1.0_2",
        reported=reported,
        target=analysis.time,
        target_duration=5 * DAY,
        event=cyclone,
        mode=mode,
        action=action,
        serial=serial,
        sent=sent,
    )
    root = body(METE)
    infos = add(root, METE + "MeteorologicalInfos", type="台風情報")
    item = _step(infos, "実況", analysis)
    part = _part(item, "呼称", "TyphoonNamePart")
    for tag, text in (("Name", name), ("NameKana", kana), ("Number", number), ("Remark", remark)):
        add(part, METE + tag, text)
    _state(item, analysis, forecast=False, ends=not forecasts and "消滅" in remark)
    if estimate is not None:
        item = _step(infos, f"推定　{_ahead(estimate, analysis)}", estimate)
        _state(item, estimate, forecast=False)
    for step in forecasts:
        if step.circle is None:
            raise ValueError(f"a forecast for {jst(step.time)} without a probability circle")
        _state(_step(infos, f"予報　{_ahead(step, analysis)}", step), step, forecast=True)
    return telegram(heading, root)


def _ahead(step: Step, analysis: Step) -> str:
    return f"{wide(round((step.time - analysis.time) / HOUR))}時間後"


def _step(infos: Element, type: str, step: Step) -> Element:
    info = add(infos, METE + "MeteorologicalInfo")
    add(info, METE + "DateTime", jst(step.time), type=type)
    return add(info, METE + "Item")


def _part(item: Element, type: str, tag: str) -> Element:
    """A new Kind with a Property of `type`; the part in it."""
    property = add(add(item, METE + "Kind"), METE + "Property")
    add(property, METE + "Type", type)
    return add(property, METE + tag)


def _state(item: Element, step: Step, *, forecast: bool, ends: bool = False) -> None:
    """Class, centre, winds and areas of a step; `ends`: it is no typhoon now, without winds."""
    part = _part(item, "階級", "ClassPart")
    add(part, EB + "TyphoonClass", class_of(step), type="熱帯擾乱種類")
    if not forecast:
        add(part, EB + "AreaClass", size_of(step), type="大きさ階級")
    add(part, EB + "IntensityClass", intensity_of(step), type="強さ階級")
    part = _part(item, "中心", "CenterPart")
    if forecast:
        circle = add(part, METE + "ProbabilityCircle", type="予報円")
        _base_points(circle, step)
        _probable(circle, step)
    else:
        for type, text, words in _positions(step):
            add(
                part,
                EB + "Coordinate",
                text,
                type=type,
                description=words,
                condition=step.accuracy,
            )
    add(part, METE + "Location", step.location)
    _motion(part, step)
    pressure = round(step.pressure / 100)
    words = f"中心気圧{wide(pressure)}ヘクトパスカル"
    add(part, EB + "Pressure", str(pressure), type="中心気圧", unit="hPa", description=words)
    if not ends:
        _winds(item, step, forecast)
    area = add(item, METE + "Area")
    add(area, METE + "Name", "熱帯低気圧")
    circle = add(area, EB + "Circle", type="予報円" if forecast else "強風域")
    _base_points(circle, step)
    if forecast:
        _probable(circle, step)
    else:
        _axes(circle, None if ends else step.gale)


# --- the centre --------------------------------------------------------------------------------


def _positions(step: Step) -> list[tuple[str, str, str]]:
    """The centre in degrees, and in degrees and minutes: type, ISO 6709, words."""
    tenths = [round(one * 10) for one in (step.latitude, step.longitude)]
    signs = ["+" if one >= 0 else "-" for one in tenths]
    sides = [("北緯", "南緯")[tenths[0] < 0], ("東経", "西経")[tenths[1] < 0]]
    parts = [divmod(abs(one), 10) for one in tenths]
    # JMA gives minutes in steps of 5: 0.1 degree is 5 minutes, 0.8 are 50.
    minutes = [(whole, round(tenth * 6 / 5) * 5) for whole, tenth in parts]
    short = (
        f"{sign}{whole:0{width}}.{tenth}"
        for sign, (whole, tenth), width in zip(signs, parts, (2, 3), strict=True)
    )
    exact = (
        f"{sign}{whole:0{width}}{minute:02}"
        for sign, (whole, minute), width in zip(signs, minutes, (2, 3), strict=True)
    )
    return [
        (
            "中心位置（度）",
            "".join(short) + "/",
            "".join(
                f"{side}{wide(f'{whole}.{tenth}')}度"
                for side, (whole, tenth) in zip(sides, parts, strict=True)
            ),
        ),
        (
            "中心位置（度分）",
            "".join(exact) + "/",
            "".join(
                f"{side}{wide(whole)}度{wide(minute, 2)}分"
                for side, (whole, minute) in zip(sides, minutes, strict=True)
            ),
        ),
    ]


def _base_points(circle: Element, step: Step) -> None:
    for type, text, words in _positions(step):
        add(circle, EB + "BasePoint", text, type=type, description=words)


def _motion(part: Element, step: Step) -> None:
    """Direction and speed; below 5 knots it moves slowly (ゆっくり), below 1 it hardly does."""
    knots = round(step.speed / KNOT)
    still = knots < 1
    shared = {"type": "移動方向", "unit": "１６方位漢字"}
    if still:
        add(part, EB + "Direction", **shared, condition="不定", description="不定")
    else:
        add(part, EB + "Direction", sixteen(step.direction), **shared)
    slow = "ほとんど停滞" if still else "ゆっくり" if knots < 5 else ""
    hourly = round(knots * 1.852 / 5) * 5
    for unit, value, words in (
        ("ノット", knots, f"{wide(knots)}ノット"),
        ("km/h", hourly, f"毎時{wide(hourly)}キロ"),
    ):
        if slow:
            add(
                part,
                EB + "Speed",
                type="移動速度",
                unit=unit,
                condition=slow,
                description=slow,
            )
        else:
            add(part, EB + "Speed", str(value), type="移動速度", unit=unit, description=words)


# --- winds and areas ---------------------------------------------------------------------------


def _winds(item: Element, step: Step, forecast: bool) -> None:
    knots = knots_of(step.wind)
    gust = gust_of(knots) if step.gust is None else knots_of(step.gust)
    part = _part(item, "風", "WindPart")
    for type, value, near in (("最大風速", knots, "中心付近の"), ("最大瞬間風速", gust, "")):
        place = {"condition": "中心付近"} if near else {}
        for unit, amount, words in _both(value):
            text = f"{near}{type}{words}"
            add(
                part,
                EB + "WindSpeed",
                str(amount),
                type=type,
                unit=unit,
                description=text,
                **place,
            )
    property = part.getparent()
    if forecast:
        _area(property, "暴風警戒域", step.storm)
    else:
        _area(property, "暴風域", step.storm)
        _area(property, "強風域", step.gale)


def _both(knots: int) -> list[tuple[str, int, str]]:
    """A wind in both units: unit, value, words."""
    metres = metres_of(knots)
    return [
        ("ノット", knots, f"{wide(knots)}ノット"),
        ("m/s", metres, f"{wide(metres)}メートル"),
    ]


def _area(property: Element, type: str, reach: Reach | None) -> None:
    area = add(property, METE + "WarningAreaPart", type=type)
    for (unit, word), wind in zip(
        (("ノット", "ノット"), ("m/s", "メートル")), _WINDS[type], strict=True
    ):
        words = f"風速{wide(wind)}{word}以上"
        add(
            area,
            EB + "WindSpeed",
            str(wind),
            type="風速",
            unit=unit,
            condition="以上",
            description=words,
        )
    _axes(add(area, EB + "Circle"), reach)


def _axes(circle: Element, reach: Reach | None) -> None:
    """The one radius of a circle, the two of one off the centre, or none (なし)."""
    axes = add(circle, EB + "Axes")
    if reach is None or not reach.direction:
        _axis(axes, "", None if reach is None else reach.radius)
        return
    if reach.direction not in EIGHT:
        raise ValueError(f"not one of eight directions: {reach.direction!r}")
    towards = EIGHT.index(reach.direction)
    _axis(axes, reach.direction, reach.radius)
    _axis(axes, EIGHT[(towards + 4) % 8], reach.opposite)


def _axis(axes: Element, direction: str, radius: float | None) -> None:
    axis = add(axes, EB + "Axis")
    shared = {"type": "方向", "unit": "８方位漢字"}
    if direction:
        add(axis, EB + "Direction", direction, **shared)
    else:
        add(axis, EB + "Direction", **shared, condition="全域", description="全域")
    miles = None if radius is None else miles_of(radius)
    for unit, word in (("海里", "海里"), ("km", "キロ")):
        if not miles:
            add(
                axis,
                EB + "Radius",
                type="半径",
                unit=unit,
                condition="なし",
                description="なし",
            )
            continue
        value = miles if unit == "海里" else kilometres_of(miles)
        words = wide(value) + word
        add(axis, EB + "Radius", str(value), type="半径", unit=unit, description=words)


def _probable(circle: Element, step: Step) -> None:
    axis = add(add(circle, EB + "Axes"), EB + "Axis")
    add(
        axis,
        EB + "Direction",
        type="方向",
        unit="８方位漢字",
        condition="全域",
        description="全域",
    )
    miles = max(miles_of(step.circle or 0.0), 5)
    kilometres = kilometres_of(miles)
    for unit, value, word in (("海里", miles, "海里"), ("km", kilometres, "キロ")):
        add(
            axis,
            EB + "Radius",
            str(value),
            type="７０パーセント確率半径",
            unit=unit,
            description=f"{_PROBABLE}{wide(value)}{word}",
        )
