"""The state of lifelines: what is out in each municipality, until when, whom it touches, and how
long base stations will yet work."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

#: What a base station does. On battery until it must be empty; after that, as long as nobody says
#: what became of it, it is expected to be dark.
STATION_STATES = ("working", "on_battery", "expected_dark", "dark", "unknown")


class FeederState(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One feeder, zone or area, as the sender says that spoke of it last."""

    name: Annotated[str, note("系統・地区名", "name of the feeder, zone or area")] = ""
    code: Annotated[str, note("系統コード", "its code")] = ""
    status: Annotated[str, note("供給状況", "out, partial, restored or unknown")] = "unknown"
    customers_out: Annotated[
        int | None, note("支障戸数", "without supply, None where nobody says [customers]")
    ] = None
    customers_total: Annotated[int | None, note("供給戸数", "supplied by it [customers]")] = None
    since: Annotated[str | None, note("発生日時", "since when, RFC 3339")] = None
    expected: Annotated[
        str | None, note("事業者の復旧見込み", "the operator's own forecast, RFC 3339")
    ] = None
    observed: Annotated[str | None, note("時点", "as of when this was said, RFC 3339")] = None
    sender: Annotated[str, note("発信元", "who said so")] = ""


class OutageConflict(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What another sender says of the same, and differently."""

    code: Annotated[str, note("系統コード", "code of the feeder or zone, or empty for all")] = ""
    name: Annotated[str, note("系統・地区名", "its name")] = ""
    taken: Annotated[str, note("採用した内容", "what was taken: sender, state, time")]
    other: Annotated[str, note("異なる内容", "what the other says: sender, state, time")]


class TouchedFacility(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A facility that matters and that hangs on what is out."""

    name: Annotated[str, note("名称", "name of the facility")]
    code: Annotated[str, note("施設コード", "its code")] = ""
    category: Annotated[str, note("分類", "hospital, shelter, water_plant, city_hall …")] = "other"
    by: Annotated[
        str, note("関係", "feeder, zone (its register says so) or district (by address alone)")
    ] = ""
    through: Annotated[str, note("系統コード", "the feeder or zone that is out")] = ""
    certain: Annotated[
        bool, note("全停止", "all of the feeder or zone is out; otherwise only part of it")
    ] = False
    backup_until: Annotated[
        str | None, note("非常用電源の見込み", "how long its own battery or fuel lasts, RFC 3339")
    ] = None
    headcount: Annotated[int | None, note("避難者数", "people in the shelter [persons]")] = None


class Expectation(msgspec.Struct, frozen=True):
    """When a share of those who are out now will have supply again. None: not within a year."""

    at: Annotated[str | None, note("見込み", "middle of the forecast, RFC 3339")]
    early: Annotated[str | None, note("早い場合", "one in ten is earlier, RFC 3339")]
    late: Annotated[str | None, note("遅い場合", "one in ten is later, RFC 3339")]


class ForecastPoint(msgspec.Struct, frozen=True):
    """How many of those who are out now will still be out at a time."""

    at: Annotated[str, note("日時", "for when, RFC 3339")]
    hours: Annotated[int, note("何時間後", "after the forecast was made [h]")]
    out: Annotated[int, note("支障戸数（見込み）", "middle of the forecast [customers]")]
    low: Annotated[int, note("少ない場合", "one in ten is lower [customers]")]
    high: Annotated[int, note("多い場合", "one in ten is higher [customers]")]


@kind(
    "infrastructure.outage_area",
    en="Outage of a municipality, with a forecast of its restoration",
    ja="市区町村の供給支障（復旧見込み付き）",
    layer="lifelines",
)
class OutageArea(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one service lacks in one municipality, put together from all who tell, and when it is
    likely to be back. The forecast is ours; what operators announce stands with each feeder."""

    area_name: Annotated[str, note("市区町村", "municipality as written")]
    service: Annotated[str, note("種別", "power, water, sewage, gas, telecom or other")]
    status: Annotated[str, note("供給状況", "out, partial, restored or unknown")]
    customers_out: Annotated[
        int | None, note("支障戸数", "without supply, as far as anybody counted [customers]")
    ] = None
    uncounted: Annotated[
        int, note("戸数不明の系統", "feeders or zones that are out of which nobody gives a count")
    ] = 0
    customers_total: Annotated[
        int | None, note("供給戸数", "supplied in the municipality, as far as known [customers]")
    ] = None
    share: Annotated[float | None, note("支障率", "customers out of all, 0–1")] = None
    since: Annotated[str | None, note("発生日時", "the earliest of what is out, RFC 3339")] = None
    observed: Annotated[str | None, note("時点", "the newest statement used, RFC 3339")] = None
    stale: Annotated[
        bool, note("古い", "nothing new was said for so long that it may well have changed")
    ] = False
    feeders: Annotated[
        list[FeederState], note("系統・地区別", "each feeder or zone, most customers out first")
    ] = []
    conflicts: Annotated[
        list[OutageConflict], note("食い違い", "where senders do not agree")
    ] = []  # fmt: skip
    facilities: Annotated[
        list[TouchedFacility], note("影響を受ける重要施設", "facilities that hang on what is out")
    ] = []
    base_stations: Annotated[
        int, note("影響を受ける基地局", "base stations on feeders that are out")
    ] = 0
    half: Annotated[
        Expectation | None, note("50%復旧の見込み", "half of those now out have supply again")
    ] = None
    ninety: Annotated[
        Expectation | None, note("90%復旧の見込み", "nine of ten of those now out have it again")
    ] = None
    forecast: Annotated[
        list[ForecastPoint], note("復旧曲線", "customers still out over the next 72 hours")
    ] = []
    forecast_from: Annotated[
        str, note("予測の根拠", "history: fitted to what was restored so far; prior: nothing was")
    ] = ""


@kind(
    "infrastructure.station_outlook",
    en="Outlook of a base station",
    ja="基地局の見通し",
    layer="lifelines",
)
class StationOutlook(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Whether a base station works, and when it goes dark if nothing happens."""

    code: Annotated[str, note("局コード", "the operator's code of the station")]
    state: Annotated[str, note("状態", "working, on_battery, expected_dark, dark or unknown")] = (
        "unknown"
    )
    name: Annotated[str, note("局名", "name of the station")] = ""
    operator: Annotated[str, note("事業者", "mobile operator")] = ""
    municipality: Annotated[str, note("市区町村名", "municipality as written")] = ""
    hours_left: Annotated[
        float | None, note("残り時間", "of battery or fuel, when it was last said [h]")
    ] = None
    dark_at: Annotated[
        str | None, note("停波見込み", "when battery or fuel is used up, RFC 3339")
    ] = None
    presumed: Annotated[
        bool,
        note("推定", "nobody speaks of the station: told from its feeder and its register alone"),
    ] = False
    power: Annotated[str, note("電源", "mains, battery, generator, none or unknown")] = "unknown"
    feeder: Annotated[str, note("配電線", "the feeder that supplies it")] = ""
    feeder_status: Annotated[
        str, note("配電線の状況", "out, partial, restored or unknown; empty: nobody says")
    ] = ""
    served: Annotated[int | None, note("圏内人口", "residents it serves [persons]")] = None
    since: Annotated[str | None, note("状態の開始", "since when it is so, RFC 3339")] = None
    observed: Annotated[str | None, note("時点", "as of when this was said, RFC 3339")] = None
    conflict: Annotated[
        str, note("食い違い", "what another sender says of it, where that differs")
    ] = ""  # fmt: skip
