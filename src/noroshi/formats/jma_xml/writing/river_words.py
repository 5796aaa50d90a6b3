"""River flood forecasts as values, and the words that JMA says them in.

Source: samples 16_02_01 to 16_07_01 (kinds 30, 40, 53; statements, headline); kind codes 10, 20,
21 (lowered) and 50 from JMA's table 指定河川洪水予報; names since May 2026 (レベル４氾濫危険警報)
from 気象庁「新たな防災気象情報について（令和８年～）」. The condition stays that of before.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.core.time import HOUR
from noroshi.formats.jma_xml.writing.telegram import Area, Kind, wide
from noroshi.formats.jma_xml.writing.warning_details import clock

#: Kinds by alert level, in names since May 2026 and before; 0 is a flood forecast called off.
KINDS = {
    0: Kind("レベル２氾濫注意報解除", "10"),
    2: Kind("レベル２氾濫注意報", "20"),
    3: Kind("レベル３氾濫警報", "30"),
    4: Kind("レベル４氾濫危険警報", "40"),
    5: Kind("レベル５氾濫特別警報", "50"),
}
OLD_KINDS = {
    0: Kind("氾濫注意情報解除", "10"),
    2: Kind("氾濫注意情報", "20"),
    3: Kind("氾濫警戒情報", "30"),
    4: Kind("氾濫危険情報", "40"),
    5: Kind("氾濫発生情報", "50"),
}
LOWERED = "21"
WATER = ("（氾濫水の予報）", "53")
_WARNINGS = {0: "洪水注意報", 2: "洪水注意報", 3: "洪水警報", 4: "洪水警報", 5: "洪水警報"}


class Thresholds(msgspec.Struct, frozen=True):
    """Water levels at which something changes [m above the gauge's zero]; None: not set. `design`:
    計画高水位等."""

    standby: float | None = None
    caution: float | None = None
    evacuation: float | None = None
    danger: float | None = None
    design: float | None = None


class Town(msgspec.Struct, frozen=True):
    """Districts of a municipality (code of seven digits) that may be flooded."""

    prefecture: Area
    city: Area
    districts: tuple[str, ...] = ()


class Gauge(msgspec.Struct, frozen=True, kw_only=True):
    """A water level gauge in a forecast. `name` is printed with 水位観測所. Levels [m above zero]:
    `observed` now, `forecast` in one hour, two … six; None: missing, not computed. `trend`: 上昇,
    下降 or 横ばい… of what was observed. `address` is without the prefecture (汐見市橋本)."""

    name: str
    code: str
    river: Area
    prefecture: str
    address: str
    observed: float | None
    forecast: tuple[float | None, ...] = ()
    trend: str = "上昇"
    thresholds: Thresholds = Thresholds()
    towns: tuple[Town, ...] = ()
    sections: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """鳴瀬橋水位観測所."""
        return f"{self.name}水位観測所"


class Rain(msgspec.Struct, frozen=True):
    """Mean rain over the basin [mm] in a period; `expected`: yet to fall."""

    start: int
    end: int
    amount: float
    expected: bool = False


class Arrival(msgspec.Struct, frozen=True):
    """Flood water at a place: when it comes, when it is deepest, and how deep [m]: at least `low`,
    less than `high` (None: no upper bound)."""

    place: str
    arrives: int
    deepest: int
    low: float
    high: float | None


class Flood(msgspec.Struct, frozen=True):
    """Where a river runs over: 汐見市橋本地先 on its 左岸 or 右岸, and what will be flooded."""

    place: str
    bank: str
    towns: tuple[Town, ...] = ()
    arrivals: tuple[Arrival, ...] = ()


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """A flood forecast for a forecast area (予報区域; `code` of twelve digits is its identity).

    `level`: alert level 2 to 5, or 0 when it is called off. `last`: that of the telegram before,
    None if nothing was in force. `serial` counts the telegrams of one flood from 1. `regions`: the
    府県予報区. `levelled`: names as since May 2026. `headline` and `statements` (of all gauges
    together) replace what is made from the values.
    """

    name: str
    code: str
    rivers: tuple[Area, ...]
    regions: tuple[Area, ...]
    level: int
    serial: int
    observed_at: int
    last: int | None = None
    gauges: tuple[Gauge, ...] = ()
    rain: tuple[Rain, ...] = ()
    rain_text: str = ""
    flood: Flood | None = None
    levelled: bool = True
    headline: str = ""
    statements: tuple[str, ...] = ()


def kind_of(forecast: Forecast) -> Kind:
    """Name, code and condition of a forecast's kind."""
    kind = (KINDS if forecast.levelled else OLD_KINDS)[forecast.level]
    name, code = kind.name, kind.code
    if forecast.level == 5 and forecast.flood is not None and forecast.flood.arrivals:
        name, code = name + WATER[0], WATER[1]
    elif forecast.level == 2 and (forecast.last or 0) > 2:
        code = LOWERED
        name += "（警報解除）" if forecast.levelled else "（警戒情報解除）"
    return Kind(name, code, _condition(forecast))


def _condition(forecast: Forecast) -> str:
    warning, last = _WARNINGS[forecast.level], _WARNINGS.get(forecast.last or 0)
    if not forecast.level:
        return f"{last}（解除）"
    if not forecast.last or warning != last:
        return f"{warning}（{'警報から注意報' if last == '洪水警報' else '発表'}）"
    return warning


def rank_of(level: float | None, thresholds: Thresholds) -> int:
    """The level of danger of a water level, as printed: 0 below all thresholds, 9 without one."""
    if level is None:
        return 9
    limits = (thresholds.standby, thresholds.caution, thresholds.evacuation, thresholds.danger)
    return max(
        (n for n, limit in enumerate(limits, 1) if limit is not None and level >= limit), default=0
    )


def level_of(gauge: Gauge) -> int:
    """The alert level that a gauge calls for: 4 once 氾濫危険水位 is reached, 3 from 避難判断水位
    or where 氾濫危険水位 is expected, 2 from 氾濫注意水位, else 0 (気象庁「指定河川洪水予報」)."""
    now = _now(gauge)
    if now >= 4:
        return 4
    if now == 3 or _reaches(gauge, 4) is not None:
        return 3
    return 2 if now == 2 else 0


def headline_of(forecast: Forecast) -> str:
    """The headline, after what the gauges measure and expect."""
    name, level = forecast.name, forecast.level
    if not level:
        return f"{name}では、氾濫注意水位を下回り、氾濫のおそれはなくなる"
    now = max((_now(one) for one in forecast.gauges), default=0)
    if level == 5:
        said = "氾濫が発生" if forecast.last != 5 else "氾濫が続く"
    elif level == 4:
        said = "氾濫危険水位に到達し、氾濫のおそれあり"
        if 0 < now < 4:
            said = "急激な水位の上昇により、氾濫のおそれあり"
    elif level == 3:
        said = "避難判断水位に到達し、今後、水位はさらに上昇する見込み"
        if any(_reaches(one, 4) for one in forecast.gauges):
            said = "今後、氾濫危険水位に到達する見込み"
    else:
        said = "氾濫注意水位に到達し、今後、水位はさらに上昇する見込み"
        if (forecast.last or 0) > 2:
            said = "避難判断水位を下回り、今後、水位は下降する見込み"
    return f"【警戒レベル{wide(level)}相当情報［洪水］】{name}では、{said}"


def statements_of(forecast: Forecast) -> list[tuple[str, Area, Sequence[Gauge]]]:
    """The statements (主文), each with its river and gauges: one for all where the river runs over
    or the forecast is called off, else one for each gauge that has something to say."""
    river = forecast.rivers[0]
    if forecast.statements:
        return [(one, river, forecast.gauges) for one in forecast.statements]
    if not forecast.level:
        said = "水位は「氾濫注意水位」を下回り、今後、氾濫のおそれはない見込みです。"
        return [(f"{river.name}では、{said}", river, forecast.gauges)]
    if forecast.level == 5:
        return [(_overflow(forecast), river, forecast.gauges)]
    found: list[tuple[str, Area, Sequence[Gauge]]] = [
        (text, one.river, [one])
        for one in forecast.gauges
        if (text := _statement(one, forecast.observed_at)) is not None
    ]
    if found:
        return found
    level = wide(forecast.level)
    text = "洪水に関する情報に注意してください。"
    return [(f"【警戒レベル{level}相当】{forecast.name}では、{text}", river, forecast.gauges)]


def _now(gauge: Gauge) -> int:
    rank = rank_of(gauge.observed, gauge.thresholds)
    return 0 if rank == 9 else rank


def _reaches(gauge: Gauge, rank: int) -> int | None:
    """In how many hours the forecast first reaches a level of danger; None if not."""
    for n, level in enumerate(gauge.forecast, 1):
        if level is not None and rank_of(level, gauge.thresholds) >= rank:
            return n
    return None


def _overflow(forecast: Forecast) -> str:
    flood, river = forecast.flood, forecast.rivers[0].name
    said = f"{river}では、氾濫が発生しています。"
    if flood is not None:
        said = f"{river}では、{flood.place}（{flood.bank}）付近より氾濫しています。"
    return (
        f"【警戒レベル５相当】災害が発生しています。{said}市町村からの避難情報を確認するとともに、"
        "各自安全確保を図るなど、適切な防災行動をとってください。"
    )


def _statement(gauge: Gauge, observed_at: int) -> str | None:
    """What is said of one gauge, None below 氾濫注意水位."""
    level, hours = level_of(gauge), _reaches(gauge, 4)
    where = f"{gauge.river.name}の{gauge.label}（{gauge.prefecture}{gauge.address}）では、"
    cities = "、".join(dict.fromkeys(town.city.name for town in gauge.towns))
    risk = f"{gauge.river.name}では堤防決壊等による氾濫のおそれがあり"
    risk += f"、{cities}では浸水するおそれがあります。" if cities else "ます。"
    if level == 4:
        return (
            f"【警戒レベル４相当】これは、避難指示の発令の目安です。{where}"
            f"「氾濫危険水位」に到達しました。{risk}直ちに、市町村からの避難情報を確認するとともに、"
            "各自安全確保を図るなど、適切な防災行動をとってください。"
        )
    if level == 3:
        said = "「避難判断水位」に到達し、今後、水位はさらに上昇する見込みです。"
        if hours is not None:
            said = (
                f"{clock(observed_at + hours * HOUR)}頃に、「氾濫危険水位」に到達する見込みで、"
                "今後、避難指示の発令の目安である警戒レベル４相当となる可能性があります。"
            )
        return (
            f"【警戒レベル３相当】これは、高齢者等避難の発令の目安です。{where}{said}{risk}"
            "市町村からの避難情報に十分注意するとともに、適切な防災行動をとってください。"
        )
    if level == 2:
        rising = "はさらに上昇する" if gauge.trend == "上昇" else "は下降する"
        return (
            f"【警戒レベル２相当】{where}「氾濫注意水位」に到達し、今後、水位{rising}見込みです。"
            "洪水に関する情報に注意してください。"
        )
    return None
