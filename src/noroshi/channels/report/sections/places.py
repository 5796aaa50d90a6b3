"""道路, 医療, 事案, サイバー."""

from __future__ import annotations

from collections import Counter
from typing import Any

from noroshi.channels.report.facts import Fact, Facts, latest, total
from noroshi.channels.report.model import Section, day_time
from noroshi.core.time import parse

STATE, ROAD = "disaster.road_state", "disaster.road"
#: Kinds of road, the greatest first: as the merged state names them, and in senders' words.
_RANKS = {
    "expressway": "高速自動車国道等", "national": "国道", "prefectural": "都道府県道",
    "municipal": "市町村道", "lane": "その他", "other": "その他", "": "その他",
}  # fmt: skip
_CARE = {"normal": "通常", "limited": "制限", "stopped": "停止", "evacuating": "避難中",
         "unknown": "不明"}  # fmt: skip
_SUPPLY = {"normal": "通常", "reserve": "自家・備蓄", "short": "不足", "none": "なし",
           "unknown": "不明"}  # fmt: skip


def closures(facts: Facts) -> tuple[str, list[Fact], list[Fact], list[Fact]]:
    """The kind that was used, all that is said of roads, what is closed and what is restricted. Of
    one stretch that several senders list, what was said last counts."""
    kind, said = facts.first(STATE, ROAD)
    if kind == ROAD:
        said = latest(said, _stretch)
        closed = [one for one in said if one.text("status") == "closed"]
        limited = [one for one in said if one.body.get("status", "unknown") not in
                   ("closed", "open", "unknown", "two_way")]  # fmt: skip
    else:
        closed = [one for one in said if one.text("status") == "closed"]
        limited = [one for one in said if one.text("status") == "restricted"]
    return kind, said, closed, limited


def _stretch(one: Fact) -> Any:
    """What one stretch is told by: its line, which senders of one network share; else its code."""
    line = one.version.geometry
    if line is not None and len(line) > 21:  # more than a point
        return line
    return one.text("code") or (one.version.series, one.version.key)


def roads(facts: Facts) -> Section:
    """道路."""
    kind, said, closed, limited = closures(facts)
    figures = [
        facts.figure("roads.closed", "通行止め", "Roads closed", "区間", len(closed), said),
        facts.figure("roads.restricted", "その他の規制", "Other restrictions", "区間", len(limited),
                     said),
    ]  # fmt: skip
    if kind == STATE:
        differ = [one for one in said if one.list("conflicts")]
        figures.append(facts.figure("roads.conflicts", "情報が食い違う区間", "Sources differ",
                                    "区間", len(differ), said))  # fmt: skip
    ranks = list(dict.fromkeys(_RANKS.values()))
    shut, other = (Counter(_rank(one) for one in some) for some in (closed, limited))
    rows: list[list[Any]] = [[rank, shut[rank], other[rank]] for rank in ranks
                             if shut[rank] or other[rank]]  # fmt: skip
    main = [one for one in closed if ranks.index(_rank(one)) < 2]
    main.sort(key=lambda one: (ranks.index(_rank(one)), one.text("name"), one.version.key))
    tables = [
        facts.table("道路種別の規制区間数", "Restrictions by kind of road",
                    ("道路種別", "通行止め", "その他の規制"), rows, [*closed, *limited],
                    wide=(4, 2, 2), total=["計", len(closed), len(limited)] if rows else None),
        facts.table("高速道路・国道の通行止め", "Expressways and national roads closed",
                    ("路線", "市町村", "理由", "開始", "解除予定"),
                    [[one.text("name"), facts.town(one), one.text("reason") or None,
                      _time(one.text("since") or one.text("started")),
                      _time(one.text("until") or one.text("ended"))] for one in main],
                    main, wide=(5, 3, 4, 3, 3), most=25),
    ]  # fmt: skip
    alone = "道路網との照合前であり、送信元の間の重複が残ることがある。"
    return Section(code="roads", title="道路", en="Roads", figures=figures,
                   tables=[one for one in tables if one.rows],
                   remarks=[alone] if said and kind == ROAD else [])  # fmt: skip


def _rank(one: Fact) -> str:
    if one.version.kind == STATE:
        return _RANKS.get(one.text("rank"), "その他")
    text = one.text("category") + one.text("name")
    for word, name in (("高速", "高速自動車国道等"), ("自動車専用", "高速自動車国道等"),
                       ("自動車道", "高速自動車国道等"), ("国道", "国道"),
                       ("都道府県道", "都道府県道"), ("県道", "都道府県道"), ("府道", "都道府県道"),
                       ("市区町村道", "市町村道"), ("市町村道", "市町村道"), ("市道", "市町村道"),
                       ("町道", "市町村道"), ("村道", "市町村道")):  # fmt: skip
        if word in text:
            return name
    return "その他"


def medical(facts: Facts) -> Section:
    """医療."""
    said = latest(facts.of("health.hospital_status"),
                  lambda one: one.text("code") or one.text("name"))  # fmt: skip
    states = Counter(one.body.get("status", "unknown") for one in said)
    weak = [one for one in said if one.text("power") in ("reserve", "short", "none")]
    dry = [one for one in said if one.text("water") in ("reserve", "short", "none")]
    figures = [
        facts.figure("medical.stopped", "診療停止・避難中の医療機関", "Hospitals stopped", "箇所",
                     states["stopped"] + states["evacuating"], said),
        facts.figure("medical.limited", "診療制限の医療機関", "Hospitals limited", "箇所",
                     states["limited"], said),
        facts.figure("medical.power", "商用電源のない医療機関", "Hospitals without mains", "箇所",
                     len(weak), said),
        facts.figure("medical.water", "断水の医療機関", "Hospitals without water", "箇所", len(dry),
                     said),
        facts.figure("medical.transfers", "転院が必要な患者", "Patients to be moved", "人",
                     total(said, "transfers"), said),
    ]  # fmt: skip
    order = {name: place for place, name in enumerate(("evacuating", "stopped", "limited"))}
    hurt = [one for one in said if one.text("status") in order or one in weak or one in dry]
    hurt.sort(key=lambda one: (order.get(one.text("status"), 9), not one.body.get("disaster_base"),
                               one.text("name")))  # fmt: skip
    rows: list[list[Any]] = [
        [("◎" if one.body.get("disaster_base") else "") + one.text("name"), facts.town(one),
         _CARE.get(one.text("status"), "不明"), _power(one), _SUPPLY.get(one.text("water"), "不明"),
         one.number("transfers"), _needs(one), _time(one.text("observed"))]
        for one in hurt
    ]  # fmt: skip
    table = facts.table("支障のある医療機関（◎は災害拠点病院）", "Hospitals in difficulty",
                        ("医療機関", "市町村", "診療", "電気（残り時間）", "水", "要転院", "要請",
                         "時点"), rows, hurt, wide=(5, 3, 2, 5, 4, 2, 5, 4), most=30)  # fmt: skip
    return Section(code="medical", title="医療", en="Medical", figures=figures,
                   tables=[table] if rows else [])  # fmt: skip


def _power(one: Fact) -> str:
    word = _SUPPLY.get(one.text("power"), "不明")
    left = one.number("power_left")
    return word if left is None else f"{word}（{left / 3600:.1f}h）"


def _needs(one: Fact) -> str | None:
    return "、".join(map(str, one.list("needs"))) or one.text("remarks") or None


def incidents(facts: Facts) -> Section:
    """通報・対応事案: single cases that are followed, by what they are. No totals of damage."""
    said = [one for one in facts.of("disaster.report")
            if {"状況", "対応状況"} & (one.body.get("attributes") or {}).keys()]  # fmt: skip
    ended = [one for one in said if _status(one) in _ENDED]
    going = [one for one in said if one not in ended]
    figures = [
        facts.figure("incidents.going", "対応中の事案", "Cases being dealt with", "件", len(going),
                     said),
        facts.figure("incidents.ended", "対応終了・誤報", "Cases closed or false", "件", len(ended),
                     said),
    ]  # fmt: skip
    kinds = Counter(one.text("category") or "その他" for one in going)
    done = Counter(one.text("category") or "その他" for one in ended)
    rows: list[list[Any]] = [[name, kinds[name], done[name]] for name in sorted({*kinds, *done})]
    table = facts.table("事案の種別", "Cases by kind", ("種別", "対応中", "終了・誤報"), rows, said,
                        wide=(5, 2, 2))  # fmt: skip
    return Section(code="incidents", title="通報・対応事案", en="Cases", figures=figures,
                   tables=[table] if rows else [])  # fmt: skip


_ENDED = frozenset({"対応終了", "対応済み", "対応済", "終了", "誤報", "解決", "鎮火", "完了"})


def _status(one: Fact) -> str:
    attributes = one.body.get("attributes") or {}
    return str(attributes.get("状況") or attributes.get("対応状況") or "")


def cyber(facts: Facts) -> Section:
    """サイバー事案."""
    said = facts.of("cyber.incident")
    going = [one for one in said if one.text("status") not in ("resolved",)]
    figures = [facts.figure("cyber.going", "継続中のサイバー事案", "Cyber incidents going on", "件",
                            len(going), said)]  # fmt: skip
    table = facts.table("サイバー事案", "Cyber incidents", ("件名", "組織", "影響", "状況"),
                        [[one.text("title"), one.text("organisation"), one.text("impact"),
                          _CYBER.get(one.text("status"), "不明")] for one in going], going,
                        wide=(5, 4, 6, 2), most=10)  # fmt: skip
    return Section(code="cyber", title="サイバー", en="Cyber", figures=figures,
                   tables=[table] if going else [])  # fmt: skip


_CYBER = {"suspected": "疑い", "ongoing": "継続中", "contained": "封じ込め", "recovering": "復旧中",
          "resolved": "復旧", "unknown": "不明"}  # fmt: skip


def _time(text: str) -> str | None:
    try:
        return day_time(parse(text)) if text else None
    except ValueError:
        return text
