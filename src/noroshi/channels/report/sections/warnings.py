"""気象・警報, 避難情報, 河川・ダム."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from noroshi.channels.report.facts import Fact, Facts, latest
from noroshi.channels.report.model import Figure, Section, day_time
from noroshi.core.time import parse

OVERVIEW, LEVEL, WARNING = (
    "disaster.alert_overview", "disaster.alert_level", "disaster.weather_warning"
)  # fmt: skip
ORDER = "disaster.evacuation_order"
_AGENCY = frozenset({"disaster.weather_warning", "disaster.landslide_alert",
                     "disaster.flood_warning", "disaster.weather_outlook"})  # fmt: skip
_MAYOR = frozenset({ORDER})
_INTENSITIES = ("7", "6+", "6-", "5+", "5-", "4", "3", "2", "1")
#: From the gravest: 避難情報に関するガイドライン (内閣府, 2021).
ORDERS = {"緊急安全確保": 5, "避難指示": 4, "高齢者等避難": 3}
_ORDERS_EN = {"緊急安全確保": "Emergency safety measures", "避難指示": "Evacuation order",
              "高齢者等避難": "Evacuation of the elderly"}  # fmt: skip
OPERATIONS = {
    "emergency_release": "緊急放流", "emergency_release_announced": "緊急放流予告",
    "flood_control": "洪水調節", "preliminary_release": "事前放流", "after_release": "後期放流",
    "normal": "通常", "unknown": "不明",
}  # fmt: skip


def warnings(facts: Facts) -> Section:
    """気象・地震・津波の情報. Levels are of warnings, not of evacuation orders."""
    kind, found = facts.first(OVERVIEW, LEVEL, WARNING)
    if kind == OVERVIEW:  # which there is also where only an order is in force
        found = [one for one in found if one.body.get("agency_level") or one.list("hazards")]
    towns: dict[str, tuple[int, list[str], list[Fact]]] = {}
    for one in found:
        level, names = _level(kind, one)
        town = facts.town(one)
        before = towns.get(town, (0, [], []))
        if level > before[0]:
            before = (level, [], before[2])
        shown = [*before[1], *names] if level == before[0] else before[1]
        towns[town] = (before[0], list(dict.fromkeys(shown)), [*before[2], one])
    figures = [
        facts.figure(
            f"warnings.level{level}", f"警戒レベル{level}相当の市町村",
            f"Municipalities at alert level {level}", "市町村",
            sum(one[0] == level for one in towns.values()), found, kinds=_AGENCY,
        )
        for level in (5, 4, 3)
    ]  # fmt: skip
    rows: list[list[Any]] = [
        [town, level or None, "、".join(names)] for town, (level, names, _) in
        sorted(towns.items(), key=lambda one: (-one[1][0], facts.towns.order(one[0])))
        if level >= 2 or (not level and names)
    ]  # fmt: skip
    tables = [
        facts.table("市町村別の警戒レベル相当", "Alert levels of warnings",
                    ("市町村", "レベル", "根拠となる情報"), rows, found, wide=(3, 1, 9),
                    kinds=_AGENCY)
    ]  # fmt: skip
    tables += _earthquakes(facts, figures) + _tsunami(facts) + _typhoons(facts)
    remarks = ["警戒レベル相当は気象庁等の情報によるもので、避難指示等ではない。"] if found else []
    return Section(
        code="warnings", title="気象・地震・津波", en="Warnings, earthquakes, tsunami",
        figures=figures, tables=[one for one in tables if one.rows], remarks=remarks,
    )  # fmt: skip


def _level(kind: str, one: Fact) -> tuple[int, list[str]]:
    """The level of a municipality, and the names of what gives it."""
    if kind == OVERVIEW:
        return int(one.number("agency_level") or 0), one.list("agency_names")
    if kind == LEVEL:
        return int(one.number("level") or 0), one.list("names")
    given = [each for each in one.list("kinds") if isinstance(each, dict)]
    level = int(one.number("level") or 0)
    names = [
        str(each.get("name"))
        for each in given
        if (each.get("level") or 0) == level and (level or each.get("category") != "advisory")
    ]
    return level, names


def _earthquakes(facts: Facts, figures: list[Figure]) -> list[Any]:
    found = facts.of("disaster.earthquake")
    if not found:
        return []

    def felt(one: Fact) -> int:
        text = one.text("max_intensity")
        return _INTENSITIES.index(text) if text in _INTENSITIES else len(_INTENSITIES)

    top = sorted(
        found, key=lambda one: (felt(one), -(one.number("magnitude") or 0), one.version.id)
    )
    figures.append(
        facts.figure("warnings.felt5", "震度5弱以上の地震", "Earthquakes of intensity 5- or more",
                     "回", sum(felt(one) <= 4 for one in found), found)
    )  # fmt: skip
    rows: list[list[Any]] = [
        [_time(one.text("origin")), one.text("name"), one.number("magnitude"),
         one.text("max_intensity") or None]
        for one in top
    ]  # fmt: skip
    return [facts.table("地震（最大震度の順）", "Earthquakes by intensity",
                        ("発生", "震央", "規模 M", "最大震度"), rows, found, wide=(3, 5, 2, 2),
                        most=5)]  # fmt: skip


def _tsunami(facts: Facts) -> list[Any]:
    found = [one for one in facts.of("disaster.tsunami_warning") if not one.body.get("lifted")]
    rows: list[list[Any]] = [
        [one.text("name"), one.text("kind"), one.text("height_text") or None,
         _time(one.text("arrival")) if one.text("arrival") else one.text("arrival_condition")]
        for one in found
    ]  # fmt: skip
    seen = facts.of("disaster.tsunami_observation")
    top = sorted(seen, key=lambda one: (-(one.number("height") or 0), one.version.key))
    observed: list[list[Any]] = [
        [one.text("name"), one.number("height"), _time(one.text("height_time"))] for one in top
    ]
    return [
        facts.table("津波警報等", "Tsunami warnings in force",
                    ("予報区", "種別", "予想される高さ", "第１波"), rows, found, wide=(4, 3, 3, 4)),
        facts.table("津波の観測", "Tsunami observed", ("地点", "最大波 m", "時刻"), observed, seen,
                    wide=(5, 2, 3), most=8),
    ]  # fmt: skip


def _typhoons(facts: Facts) -> list[Any]:
    found = [one for one in facts.of("disaster.typhoon") if one.text("step") == "analysis"]
    rows: list[list[Any]] = []
    for one in found:
        number, pressure = one.text("number")[-2:].lstrip("0"), one.number("pressure")
        rows.append([
            f"台風第{number}号" if number else one.text("name"), one.text("kind"),
            one.text("position_text"), None if pressure is None else round(pressure / 100),
            one.number("wind"), f"{one.text('direction')} {one.text('speed_text')}".strip(),
        ])  # fmt: skip
    return [facts.table("台風", "Typhoons", ("名称", "種類", "中心", "気圧 hPa", "最大風速 m/s",
                        "移動"), rows, found, wide=(3, 3, 4, 2, 2, 3))]  # fmt: skip


def orders(facts: Facts) -> Section:
    """避難情報: what mayors ordered. A district under several orders is counted once."""
    kind, said = facts.first(OVERVIEW, ORDER)
    towns: dict[str, dict[str, Any]] = {}
    if kind == OVERVIEW:
        found = [one for one in said if one.list("orders")]
        for one in found:
            towns[facts.town(one)] = {
                "kind": one.text("order_kind"), "persons": one.number("persons"),
                "households": one.number("households"),
                "hazards": sorted({str(each.get("hazard", "")) for each in one.list("orders")}),
                "districts": len({name for each in one.list("orders")
                                  for name in each.get("districts", [])}),
            }  # fmt: skip
    else:
        found = [one for one in said if not one.body.get("lifted")]
        towns = _by_town(facts, found)
    figures = [
        facts.figure(
            f"orders.{name}", f"{name}の市町村", f"Municipalities: {_ORDERS_EN[name]}", "市町村",
            sum(one["kind"] == name for one in towns.values()), found or said, kinds=_MAYOR,
        )
        for name in ORDERS
    ] + [
        facts.figure("orders.persons", "避難情報の対象人数", "Persons under an order", "人",
                     _sum(one["persons"] for one in towns.values()) if towns else 0,
                     found or said, kinds=_MAYOR),
        facts.figure("orders.households", "同 対象世帯数", "Households under an order", "世帯",
                     _sum(one["households"] for one in towns.values()) if towns else 0,
                     found or said, kinds=_MAYOR),
    ]  # fmt: skip
    rows: list[list[Any]] = [
        [town, one["kind"], "・".join(filter(None, one["hazards"])) or None,
         one["districts"] or "全域", one["persons"], one["households"]]
        for town, one in sorted(
            towns.items(),
            key=lambda each: (-ORDERS.get(each[1]["kind"], 0), facts.towns.order(each[0])),
        )
    ]  # fmt: skip
    table = facts.table(
        "市町村別の避難情報（最も高いもの）", "Evacuation orders by municipality",
        ("市町村", "種別", "対象災害", "地区数", "対象人数", "対象世帯"), rows, found,
        wide=(3, 3, 3, 2, 2, 2), kinds=_MAYOR,
    )  # fmt: skip
    return Section(code="orders", title="避難情報", en="Evacuation orders", figures=figures,
                   tables=[table] if rows else [])  # fmt: skip


def _by_town(facts: Facts, found: Sequence[Fact]) -> dict[str, dict[str, Any]]:
    towns: dict[str, dict[str, Any]] = {}
    seen: set[tuple[str, str]] = set()
    ranked = sorted(found, key=lambda one: (-ORDERS.get(one.text("kind"), 0), one.version.key))
    for one in ranked:
        town = facts.town(one)
        said = towns.setdefault(
            town, {"kind": one.text("kind"), "persons": None, "households": None, "hazards": [],
                   "districts": 0},
        )  # fmt: skip
        hazard = one.text("hazard")
        if hazard not in said["hazards"]:
            said["hazards"] = [*said["hazards"], hazard]
        districts = {(town, str(name)) for name in one.list("district_codes") or
                     one.list("districts") or ["*"]}  # fmt: skip
        fresh = districts - seen
        seen |= districts
        said["districts"] += len({name for _, name in fresh if name != "*"})
        if fresh:
            for field in ("persons", "households"):
                said[field] = _sum((said[field], one.number(field)))
    return towns


def rivers(facts: Facts) -> Section:
    """河川・ダム."""
    issued = facts.of("disaster.flood_warning")
    floods = [one for one in issued if not one.body.get("lifted")]
    floods.sort(key=lambda one: (-(one.number("level") or 0), one.text("name")))
    gauges = latest(facts.of("disaster.river_level"), lambda one: one.text("code"))
    ranks = [(int((one.body.get("observed") or {}).get("rank") or 0), one) for one in gauges]
    high = sorted(
        (one for one in ranks if one[0] >= 3), key=lambda one: (-one[0], one[1].text("name"))
    )
    dams = latest(facts.of("disaster.dam"), lambda one: one.text("code") or one.text("name"))
    order = list(OPERATIONS)
    dams.sort(key=lambda one: (_place(order, one.text("operation")), one.text("name")))
    figures = [
        facts.figure("rivers.flood5", "氾濫発生・特別警報（レベル5）の予報区域",
                     "River reaches at level 5", "区域",
                     sum(one.number("level") == 5 for one in floods), floods or issued),
        facts.figure("rivers.flood4", "氾濫危険（レベル4）の予報区域", "River reaches at level 4",
                     "区域", sum(one.number("level") == 4 for one in floods),
                     floods or issued),
        facts.figure("rivers.gauges4", "氾濫危険水位以上の観測所",
                     "Gauges at danger level or above", "箇所",
                     sum(rank >= 4 for rank, _ in ranks), gauges),
        facts.figure("rivers.release", "緊急放流中・予告のダム",
                     "Dams in or before emergency release", "箇所",
                     sum(one.text("operation").startswith("emergency") for one in dams), dams),
    ]  # fmt: skip
    tables = [
        facts.table("指定河川洪水予報", "River flood forecasts",
                    ("予報区域", "種別", "レベル", "発表"),
                    [[one.text("name"), one.text("kind"), one.number("level"),
                      day_time(one.version.issued)] for one in floods], floods, wide=(4, 5, 1, 3)),
        facts.table("水位（レベル3相当以上）", "Gauges at level 3 or above",
                    ("観測所", "水位 m", "レベル", "傾向", "時刻"),
                    [[one.text("name"), now.get("level"), rank, now.get("level_condition"),
                      _time(str(now.get("time") or ""))]
                     for rank, one in high for now in [one.body["observed"]]],
                    [one for _, one in high], wide=(5, 2, 1, 2, 3), most=20),
        facts.table("ダム", "Dams", ("ダム", "操作", "貯水率 %", "流入 m³/s", "放流 m³/s", "時刻"),
                    [[one.text("name"), OPERATIONS.get(one.text("operation"), "不明"),
                      _percent(one.number("storage_ratio")), one.number("inflow"),
                      one.number("outflow"), _time(one.text("observed"))] for one in dams], dams,
                    wide=(3, 3, 2, 2, 2, 3), most=20),
    ]  # fmt: skip
    return Section(code="rivers", title="河川・ダム", en="Rivers and dams", figures=figures,
                   tables=[one for one in tables if one.rows])  # fmt: skip


def _sum(values: Any) -> Any:
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def _percent(value: Any) -> Any:
    return None if value is None else round(100 * value, 1)


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _time(text: str) -> str | None:
    """A time of a body, short."""
    try:
        return day_time(parse(text)) if text else None
    except ValueError:
        return text
