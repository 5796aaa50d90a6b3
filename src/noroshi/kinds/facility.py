"""Facilities: what is built and matters in a disaster, as their owners list it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import LayerTitle, Scalar, kind, note

#: What a facility is, in words of ours. An owner's own word stands in `kind`.
CATEGORIES = (
    "school", "hospital", "clinic", "welfare", "community_centre", "fire_station", "police",
    "city_hall", "base", "substation", "power_plant", "water_plant", "sewage_plant", "gas_plant",
    "base_station", "dam", "reservoir", "pump_station", "gate", "port", "airport", "station",
    "heliport", "bridge", "tunnel", "rain_gauge", "water_gauge", "flood_sensor",
    "seismic_station", "tide_gauge", "camera", "siren", "settlement", "other",
)  # fmt: skip


@kind("infrastructure.facility", en="Facility", ja="施設", layer="facilities")
class Facility(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One facility, as built. How it fares is said by records of other kinds under its code."""

    name: Annotated[str, note("名称", "name of the facility")]
    kana: Annotated[str, note("名称（かな）", "reading of the name")] = ""
    code: Annotated[str, note("施設コード", "the owner's identifier of the facility")] = ""
    category: Annotated[
        str, note("分類", "school, hospital, clinic, fire_station, substation, dam …, or other")
    ] = "other"
    kind: Annotated[str, note("種別", "what it is in the owner's words: 小学校, 重力式 …")] = ""
    operator: Annotated[str, note("管理者", "who owns or runs it")] = ""
    address: Annotated[str, note("住所", "address as written")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    district: Annotated[str, note("町丁・大字", "name or code of the district as written")] = ""
    phone: Annotated[str, note("電話番号", "telephone number as written")] = ""
    elevation: Annotated[float | None, note("標高", "elevation of the ground [m]")] = None
    capacity: Annotated[int | None, note("定員", "how many it holds [persons]")] = None
    beds: Annotated[int | None, note("病床数", "hospital beds")] = None
    served: Annotated[
        int | None, note("供給・対象数", "persons or customers that depend on it")
    ] = None
    disaster_base: Annotated[
        bool | None, note("災害拠点", "true: 災害拠点病院 or a base designated for disasters")
    ] = None
    backup: Annotated[
        float | None, note("非常用電源の持続時間", "how long its battery or generator lasts [s]")
    ] = None
    feeder: Annotated[str, note("配電線", "code of the power feeder that supplies it")] = ""
    zone: Annotated[str, note("配水区", "code of the water zone that supplies it")] = ""
    route: Annotated[str, note("路線", "road, railway or river it belongs to")] = ""
    length: Annotated[float | None, note("延長", "length of a bridge, tunnel or quay [m]")] = None
    height: Annotated[float | None, note("高さ", "height of a dam, tower or mast [m]")] = None
    volume: Annotated[float | None, note("容量", "storage of a dam, reservoir or tank [m3]")] = None
    built: Annotated[int | None, note("竣工年", "year in which it was built")] = None
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Annotated[
        dict[str, Scalar], note("その他の項目", "the owner's columns that have no field here")
    ] = {}
    layer: LayerTitle = ""
