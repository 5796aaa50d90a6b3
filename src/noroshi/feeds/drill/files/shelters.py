"""Shelters as their owners list them: each municipality in its way, 国土地理院, the prefecture."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.core.place import city, point
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, parse
from noroshi.feeds.drill.files import paper
from noroshi.feeds.drill.files.paper import (
    AS_OF,
    AS_OF_JA,
    EXERCISE,
    Column,
    File,
    Made,
    Towns,
    dump,
    six,
    source,
    table,
)  # fmt: skip
from noroshi.feeds.drill.world.model import Municipality, Shelter, World
from noroshi.formats.csv.shelters import DESIGNATIONS, HAZARDS
from noroshi.kinds import encode
from noroshi.kinds.shelter import Shelter as Body

_KIND = "disaster.shelter"


def write(world: World) -> Iterator[Made]:
    """The municipal tables first: they have the capacities. The others say the same again."""
    towns = Towns(world)
    own: dict[str, list[Shelter]] = {one.code: [] for one in world.municipalities}
    for one in world.shelters:
        own[one.municipality].append(one)
    for number, town in enumerate(world.municipalities):
        if own[town.code]:
            yield _municipal(world, towns, town, number, own[town.code])
    for town in world.municipalities:
        for which in ("emergency", "evacuation"):
            yield _designated(world, towns, town, which, own[town.code])
    yield _package(world, towns)


# --- 国土地理院 ---------------------------------------------------------------------------------


def _designated(
    world: World, towns: Towns, town: Municipality, which: str, own: list[Shelter]
) -> Made:
    """The list of one municipality, as 国土地理院 gives it for its code."""
    code = six(town.code)
    emergency = which == "emergency"
    listed = [one for one in own if (one.emergency if emergency else one.stay)]
    rows = []
    for number, one in enumerate(listed, 1):
        both = "1" if one.emergency and one.stay else ""
        properties: dict[str, object] = {
            "NO": number, "共通ID": one.code, "都道府県名及び市町村名": towns.full(town.code),
            "施設・場所名": one.name, "住所": one.address,
        }  # fmt: skip
        if emergency:
            properties |= {hazard: "1" if hazard in one.hazards else "" for hazard in HAZARDS}
            properties |= {"指定避難所との住所同一": both, "備考": ""}
        else:
            properties |= {
                "指定緊急避難場所との住所同一": both, "その他市町村長が必要と認める事項": "",
                "受入対象者": "要配慮者及びその家族" if one.welfare else "", "備考": "",
            }  # fmt: skip
        rows.append({"type": "Feature", "geometry": paper.point(one.at), "properties": properties})
    title = DESIGNATIONS["emergency_site" if emergency else "shelter"]
    file = File(
        f"national/gsi/{which}/{code}.json", f"Designated {which} sites of {town.name} (GSI)",
        f"{title} {town.name}（国土地理院）", "国土地理院", source(world, "gsi"), "", _KIND,
        len(listed), again=True,
    )  # fmt: skip
    if not rows:
        nothing = {
            "type": "unavailable", "code": code, "name": towns.full(town.code), "dataType": which,
            "message": f"この自治体の{title}データは公開されていません。",
        }  # fmt: skip
        return file, dump(nothing)
    return file, dump({"type": "FeatureCollection", "name": code, "features": rows})


# --- municipalities -----------------------------------------------------------------------------


def _mark(value: bool, yes: str = "1", no: str = "") -> str:
    return yes if value else no


def _municipal(
    world: World, towns: Towns, town: Municipality, number: int, own: list[Shelter]
) -> Made:
    """One municipality's own table. Each of five ways to make it is somebody's."""
    ways = (_standard, _recommended, _office, _merged, _semicolons)
    way = ways[0] if number == 0 else ways[number % len(ways)]
    mapping = "mappings/shelters.toml" if way is _merged else ""
    # One mapping serves one sender, so the towns with odd headers have an id of their own.
    sender = source(world, f"shelters-{town.code}")
    file = File(
        f"municipalities/{town.code}_{town.name}/避難所一覧.csv",
        f"Shelters of {town.name}", f"{town.name} 避難所一覧", town.name, sender, mapping, _KIND,
        len(own),
    )  # fmt: skip
    return file, way(world, towns, town, own)


def _standard(world: World, towns: Towns, town: Municipality, own: list[Shelter]) -> bytes:
    """自治体標準オープンデータセット「指定緊急避難場所一覧」, UTF-8 with a byte-order mark."""
    columns: list[Column[Shelter]] = [
        ("全国地方公共団体コード", lambda one: six(one.municipality)),
        ("ID", lambda one: one.code),
        ("地方公共団体名", lambda one: towns.full(one.municipality)),
        ("名称", lambda one: one.name),
        ("名称_カナ", lambda one: katakana(one.kana)),
        ("所在地_全国地方公共団体コード", lambda one: six(one.municipality)),
        ("所在地_連結表記", lambda one: one.address),
        ("所在地_都道府県", lambda one: world.name),
        ("所在地_市区町村", lambda one: towns.name(one.municipality)),
        ("緯度", lambda one: one.at[1]),
        ("経度", lambda one: one.at[0]),
        ("標高", lambda one: one.elevation),
        *[_flag(f"災害種別_{hazard}", hazard, "1", "") for hazard in HAZARDS],
        ("指定区分", _designation),
        ("想定収容人数", lambda one: one.capacity),
        ("施設種別呼称", lambda one: one.kind),
        ("対象となる町会・自治会", lambda one: towns.district(one.district)),
        ("備考", lambda one: "福祉避難所" if one.welfare else ""),
    ]
    above = [f"{EXERCISE}{town.name} 指定緊急避難場所・指定避難所一覧（{AS_OF_JA}）"]
    return table(own, columns, above=above, encoding="utf-8-sig")


def _flag(title: str, hazard: str, yes: str, no: str) -> Column[Shelter]:
    return title, lambda one: _mark(hazard in one.hazards, yes, no)


def _recommended(world: World, towns: Towns, town: Municipality, own: list[Shelter]) -> bytes:
    """推奨データセット, CP932, ○ for marks."""
    columns: list[Column[Shelter]] = [
        ("都道府県コード又は市区町村コード", lambda one: six(one.municipality)),
        ("ID", lambda one: one.code),
        ("都道府県名", lambda one: world.name),
        ("市区町村名", lambda one: towns.name(one.municipality)),
        ("名称", lambda one: one.name),
        ("名称_カナ", lambda one: katakana(one.kana)),
        ("住所", lambda one: one.address),
        ("緯度", lambda one: one.at[1]),
        ("経度", lambda one: one.at[0]),
        *[_flag(f"災害種別_{hazard}", hazard, "○", "") for hazard in HAZARDS],
        ("想定収容人数", lambda one: f"{one.capacity:,}"),
        ("避難所種別", _designation),
        ("備考", lambda one: "福祉避難所" if one.welfare else ""),
    ]
    above = [f"{EXERCISE}{town.name} 避難所一覧", AS_OF_JA]
    return table(own, columns, above=above)


def _office(world: World, towns: Towns, town: Municipality, own: list[Shelter]) -> bytes:
    """A spreadsheet of the disaster section: titles, full-width digits, 人 behind numbers, a sum
    and a note below."""
    columns: list[Column[Shelter]] = [
        ("地区", lambda one: towns.district(one.district)),
        ("避難所名", lambda one: one.name),
        ("フリガナ", lambda one: katakana(one.kana)),
        ("施設ＩＤ", lambda one: one.code),
        ("避難所区分", _designation),
        ("収容人数", lambda one: f"{one.capacity}人"),
        ("市区町村コード", lambda one: six(one.municipality)),
        ("所在地", lambda one: one.address),
        ("緯度", lambda one: one.at[1]),
        ("経度", lambda one: one.at[0]),
        *[_flag(hazard, hazard, "○", "×") for hazard in HAZARDS[:7]],
    ]
    above = [f"{EXERCISE}　　{town.name}　避　難　所　一　覧", f"{AS_OF_JA}　　　総務課防災係"]
    total = sum(one.capacity for one in own)
    after = [
        ["合計", f"{len(own)}箇所", "", "", "", f"{total}人"],
        ["※洪水時は2階以上に限る施設があります。"],
    ]
    return table(own, columns, above=above, wide=("収容人数", "地区"), after=after)


def _merged(world: World, towns: Towns, town: Municipality, own: list[Shelter]) -> bytes:
    """A table under merged cells: what is above the header belongs to several columns, and the
    columns have names that only this office uses."""
    columns: list[Column[Shelter]] = [
        ("整理番号", lambda one: one.code),
        ("施設の名称", lambda one: one.name),
        ("よみ", lambda one: one.kana),
        ("場所", lambda one: one.address),
        ("北緯", lambda one: one.at[1]),
        ("東経", lambda one: one.at[0]),
        ("団体コード", lambda one: six(one.municipality)),
        ("区分", lambda one: "福" if one.welfare else _KINDS[one.emergency, one.stay]),
        ("収容可能数（人）", lambda one: one.capacity),
        ("洪", lambda one: _mark("洪水" in one.hazards, "○", "－")),
        ("土", lambda one: _mark(HAZARDS[1] in one.hazards, "○", "－")),
        ("潮", lambda one: _mark("高潮" in one.hazards, "○", "－")),
        ("震", lambda one: _mark("地震" in one.hazards, "○", "－")),
        ("津", lambda one: _mark("津波" in one.hazards, "○", "－")),
        ("火", lambda one: _mark("大規模な火事" in one.hazards, "○", "－")),
        ("内", lambda one: _mark("内水氾濫" in one.hazards, "○", "－")),
    ]
    above = [f"{EXERCISE}{town.name}地域防災計画 資料編 表4-2 避難施設（{AS_OF_JA}）",
             ["", "", "", "", "位置", "", "", "", "", "対象とする災害"] + [""] * 6]  # fmt: skip
    return table(own, columns, above=above)


_KINDS = {(True, True): "両", (True, False): "場", (False, True): "所", (False, False): "他"}


def _semicolons(world: World, towns: Towns, town: Municipality, own: list[Shelter]) -> bytes:
    """An export of an information system: semicolons, UTF-8, a time in each row."""
    columns: list[Column[Shelter]] = [
        ("施設ID", lambda one: one.code),
        ("施設名称", lambda one: one.name),
        ("施設名_カナ", lambda one: katakana(one.kana)),
        ("指定区分", _designation),
        ("定員", lambda one: one.capacity),
        ("住所", lambda one: one.address),
        ("市区町村コード", lambda one: six(one.municipality)),
        ("経度", lambda one: one.at[0]),
        ("緯度", lambda one: one.at[1]),
        *[_flag(f"災害種別_{hazard}", hazard, "true", "false") for hazard in HAZARDS],
        ("更新日時", lambda one: "2026/04/01 0:00"),
    ]
    above = [f"{EXERCISE}{town.name} 避難施設マスタ"]
    return table(own, columns, above=above, encoding="utf-8", delimiter=";")


def _designation(one: Shelter) -> str:
    if one.welfare:
        return "福祉避難所"
    found = [DESIGNATIONS["emergency_site"]] * one.emergency + [DESIGNATIONS["shelter"]] * one.stay
    return "・".join(found)


def katakana(kana: str) -> str:
    """A reading as tables write it."""
    return "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in kana)


# --- the prefecture -----------------------------------------------------------------------------


def _package(world: World, towns: Towns) -> Made:
    """All shelters before anything happens, not yet open, as a SIP4D-ZIP package."""
    from noroshi.formats.sip4d_zip.write import compose

    time = parse(AS_OF)
    versions = [
        Version(
            id=number, kind=_KIND, key=one.code, series="", mode=Mode.EXERCISE,
            action=Action.ISSUE, issued=time, serial=0, recorded=time, valid_from=time,
            valid_to=FOREVER, ended_at=FOREVER, ended_recorded=FOREVER, label=0, source="",
            message=None, area=city(one.municipality), geometry=point(*one.at), confidence=None,
            basis=(), body=encode(body(one, towns, "not_open")),
        )
        for number, one in enumerate(world.shelters, 1)
    ]  # fmt: skip
    title = f"{EXERCISE}{world.name}避難所"
    made = compose(
        versions, title=title, author=f"{world.name}危機管理課", code="01-001-01",
        license_id="cc-zero", note=f"{title}（架空の県の訓練用データ）", disaster="訓練",
        openflg="一般公開可能",
    )  # fmt: skip
    file = File(
        "prefecture/避難所_SIP4D.zip", "Shelters of the prefecture (SIP4D-ZIP)",
        f"{world.name} 避難所（SIP4D-ZIP）", f"{world.name}危機管理課", source(world, "sip4d"), "",
        _KIND, len(versions), again=True,
    )  # fmt: skip
    return file, made.data


def body(one: Shelter, towns: Towns, status: str = "unknown") -> Body:
    """A shelter of the world as a record's body."""
    return Body(
        name=one.name, kana=one.kana, status=status, category=one.kind,
        designation=_designation(one), facility="shelter" if one.stay else "emergency_site",
        hazards=list(one.hazards), capacity=one.capacity, address=one.address,
        municipality=towns.full(one.municipality), code=one.code,
    )  # fmt: skip
