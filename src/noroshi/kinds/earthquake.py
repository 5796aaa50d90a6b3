"""Earthquakes: where and how strong, how it shook, how many there were, and what may follow."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class Source(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a telegram says of one earthquake's source. The position is the record's geometry.

    `magnitude` None: unknown, or too large to determine at once; `magnitude_text` says which.
    """

    event: Annotated[str, note("地震識別番号", "identity of the earthquake")]
    name: Annotated[str, note("震央地名", "name of the epicentral region")] = ""
    origin: Annotated[str | None, note("地震発生時刻", "origin time, RFC 3339")] = None
    magnitude: Annotated[float | None, note("マグニチュード", "magnitude; none: unknown")] = None
    magnitude_type: Annotated[
        str, note("Ｍ種別", "Mj: JMA magnitude; M: by another institution")
    ] = ""
    magnitude_text: Annotated[
        str, note("マグニチュード（表記）", "magnitude in words, e.g. Ｍ８を超える巨大地震")
    ] = ""
    depth: Annotated[float | None, note("深さ", "depth [m]; 0: very shallow; none: unknown")] = None
    code: Annotated[str, note("震央地名コード", "official code of the epicentral region")] = ""
    detailed_name: Annotated[str, note("詳細震央地名", "finer name, for places abroad")] = ""
    detailed_code: Annotated[str, note("詳細震央地名コード", "official code of the finer name")] = (
        ""
    )
    landmark: Annotated[str, note("震央補助表現", "position as told from a landmark")] = ""
    landmark_code: Annotated[str, note("震央補助表現コード", "official code of the landmark")] = ""
    land_or_sea: Annotated[str, note("内陸判定", "内陸 (inland) or 海域 (sea)")] = ""
    detected: Annotated[str | None, note("地震検知時刻", "time of detection, RFC 3339")] = None
    position_text: Annotated[str, note("震源位置", "position and depth in words")] = ""
    position_note: Annotated[str, note("震源位置の状態", "exceptional state of the position")] = ""
    datum: Annotated[
        str, note("測地系", "geodetic datum where it is not WGS 84; the geometry is not shifted")
    ] = ""
    condition: Annotated[
        str, note("補足情報", "supplement, e.g. 仮定震源要素: the source is only assumed")
    ] = ""
    institution: Annotated[str, note("震源決定機関", "who located it, where not JMA")] = ""


@kind("disaster.earthquake", en="Earthquake", ja="地震", layer="earthquake-tsunami")
class Earthquake(Source, frozen=True, omit_defaults=True, kw_only=True):
    """One earthquake, by the latest estimate of its source."""

    max_intensity: Annotated[str, note("最大震度", "largest JMA intensity observed")] = ""
    forecast: Annotated[
        str, note("津波等の見通し", "what is said of a tsunami and of early warnings")
    ] = ""
    forecast_codes: Annotated[list[str], note("固定付加文コード", "codes of those sentences")] = []


@kind("disaster.intensity", en="Seismic intensity", ja="震度", layer="earthquake-tsunami")
class Intensity(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Shaking observed at a station, or the largest in a municipality, area or prefecture, or
    (level `event`) anywhere."""

    event: Annotated[str, note("地震識別番号", "identity of the earthquake")]
    level: Annotated[str, note("区分", "event, pref, area, city or station")]
    name: Annotated[str, note("名称", "name of the place")]
    code: Annotated[str, note("コード", "official code of the place")]
    intensity: Annotated[
        str, note("震度階級", "JMA intensity 1, 2, 3, 4, 5-, 5+, 6-, 6+ or 7; empty: none received")
    ] = ""
    instrumental_min: Annotated[
        float | None, note("計測震度の下限", "least instrumental intensity of that class")
    ] = None
    instrumental: Annotated[float | None, note("計測震度", "instrumental intensity")] = None
    condition: Annotated[
        str,
        note("状況", "e.g. 震度５弱以上未入電: 5- or more is assumed, but nothing was received"),
    ] = ""
    revised: Annotated[str, note("修正情報", "追加 (added), 上方修正 (raised) …")] = ""
    flash: Annotated[bool, note("震度速報", "true: from the flash report, not yet complete")] = (
        False
    )


class Band(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One band of periods: `seconds` 1 is 1 s to 2 s (１秒台)."""

    seconds: int
    long_period_class: str = ""
    velocity: float | None = None


@kind(
    "disaster.long_period_motion",
    en="Long-period ground motion",
    ja="長周期地震動",
    layer="earthquake-tsunami",
)
class LongPeriodMotion(msgspec.Struct, frozen=True, omit_defaults=True):
    """Long-period shaking of tall buildings at a station, or the largest in an area, a prefecture
    or (level `event`) anywhere."""

    event: Annotated[str, note("地震識別番号", "identity of the earthquake")]
    level: Annotated[str, note("区分", "event, pref, area or station")]
    name: Annotated[str, note("名称", "name of the place")]
    code: Annotated[str, note("コード", "official code of the place")]
    long_period_class: Annotated[str, note("長周期地震動階級", "class 0 to 4")] = ""
    intensity: Annotated[str, note("震度階級", "JMA intensity")] = ""
    velocity: Annotated[
        float | None, note("絶対速度応答", "largest absolute velocity response [m/s]")
    ] = None
    bands: Annotated[
        list[Band], note("周期別", "class and velocity response [m/s] by band of periods [s]")
    ] = []
    category: Annotated[str, note("観測情報の種類", "the issuer's category of the report")] = ""
    condition: Annotated[str, note("状況", "state of the observation")] = ""
    revised: Annotated[str, note("修正情報", "what was revised")] = ""


@kind(
    "disaster.earthquake_count",
    en="Number of earthquakes",
    ja="地震回数",
    layer="earthquake-tsunami",
)
class EarthquakeCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many earthquakes there were in an interval, in a swarm."""

    event: Annotated[str, note("識別番号", "identity of the activity")]
    type: Annotated[str, note("種別", "１時間地震回数 (hourly), 累積地震回数 (cumulative) …")]
    start: Annotated[str, note("開始時刻", "start of the interval, RFC 3339")]
    end: Annotated[str, note("終了時刻", "end of the interval, RFC 3339")]
    count: Annotated[int | None, note("地震回数", "earthquakes; none: not counted")] = None
    felt: Annotated[int | None, note("有感地震回数", "felt earthquakes; none: not counted")] = None
    condition: Annotated[str, note("状況", "state of the count")] = ""
    next: Annotated[str, note("次回発表予定", "when the next report is due")] = ""


@kind(
    "disaster.seismic_information",
    en="Information on great earthquakes and seismic activity",
    ja="地震関連情報",
    layer="earthquake-tsunami",
)
class SeismicInformation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Nankai Trough, Hokkaido–Sanriku and other statements on what earthquakes may follow."""

    type: Annotated[str, note("種別", "the family of information")]
    title: Annotated[str, note("表題", "title as published")]
    name: Annotated[str, note("情報名称", "name of the information")] = ""
    keyword: Annotated[
        str, note("キーワード", "調査中, 巨大地震警戒, 巨大地震注意, 調査終了 …")
    ] = ""
    keyword_code: Annotated[str, note("情報番号コード", "official code of the keyword")] = ""
    headline: Annotated[str, note("見出し文", "headline text")] = ""
    text: Annotated[str, note("本文", "text")] = ""
    next: Annotated[str, note("次回発表予定", "when the next information is due")] = ""
    reference: Annotated[str, note("参考情報", "reference text")] = ""


@kind(
    "disaster.tsunami_source",
    en="Earthquake behind a tsunami warning",
    ja="津波の原因となった地震",
    layer="earthquake-tsunami",
)
class TsunamiSource(Source, frozen=True, omit_defaults=True, kw_only=True):
    """The source that tsunami telegrams rest on. It may be coarser than `disaster.earthquake`:
    JMA keeps it in tenths of a degree for as long as it sends tsunami information."""
