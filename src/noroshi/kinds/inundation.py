"""How probable it is that water stands at a place between and around sensors and gauges."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from noroshi.kinds import kind, note

Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]


@kind("disaster.inundation", en="Probability of inundation", ja="浸水確率", layer="water")
class Inundation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How probable it is that water stands at a place now. An estimate, not an observation.

    A place for which there is no record is not thereby dry.
    """

    place: Annotated[
        Literal["road", "sensor", "river"],
        note("対象", "road: a link; sensor: the site of a sensor; river: the streets by a gauge"),
    ]
    code: Annotated[str, note("対象コード", "code of the link, sensor or gauge")]
    name: Annotated[str, note("名称", "name of the road, sensor or gauge")] = ""
    probability: Annotated[
        Probability, note("浸水確率", "probability that water stands there, in steps of 0.05")
    ]
    cause: Annotated[
        Literal["river", "sensor", "rain"],
        note("主な根拠", "river: level of a river; sensor: a sensor nearby; rain: rain and others"),
    ]
    observed: Annotated[
        bool, note("観測", "true: at this site a sensor itself says so; false: estimated")
    ] = False
    elevation: Annotated[
        float | None, note("推定標高", "ground, interpolated from facilities around [m]")
    ] = None
    elevation_from: Annotated[
        float | None, note("標高点までの距離", "to the nearest place of known elevation [m]")
    ] = None
    gauges: Annotated[list[str], note("水位観測所", "codes of the river gauges it rests on")] = []
    sensors: Annotated[list[str], note("浸水センサ", "codes of the sensors it rests on")] = []
    links: Annotated[int | None, note("道路リンク数", "of a river: links that are counted")] = None
    length: Annotated[
        float | None,
        note("浸水延長の期待値", "of a river: expected length of streets under water [m]"),
    ] = None
    confirmed: Annotated[
        bool, note("氾濫発生情報", "true: a flood forecast says that the river has overflowed")
    ] = False
