"""Passages of probe vehicles on the links of the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Version
from noroshi.core.time import parse
from noroshi.domains.disaster.road_merge.matching import Limits, match
from noroshi.domains.disaster.road_merge.network import Network
from noroshi.kinds import decode
from noroshi.kinds.probe_passage import ProbePassage
from noroshi.kinds.road import Road

PROBE = "infrastructure.probe_passage"


class Passage(NamedTuple):
    """Vehicles that passed a link between two times."""

    version: Version
    vehicles: int
    start: int
    end: int


def passages(
    net: Network, versions: Sequence[Version], tolerance: float, least: int
) -> dict[int, list[Passage]]:
    """By link, the passages of at least so many vehicles, the latest first.

    A passage is of the link that it names, or of those along its line within `tolerance` metres.
    Raises InvalidRecord for a body or a time that cannot be read.
    """
    found: dict[int, list[Passage]] = {}
    for one in versions:
        body: ProbePassage = decode(PROBE, one.body)
        try:
            start, end = parse(body.start), parse(body.end)
        except ValueError as error:
            raise InvalidRecord(
                str(error), where=f"{PROBE} {one.key}", remedy="write start and end as RFC 3339"
            ) from None
        if end < start:
            raise InvalidRecord("it ends before it begins", where=f"{PROBE} {one.key}")
        if body.vehicles < least:
            continue
        for link in _links(net, one, body, tolerance):
            found.setdefault(link, []).append(Passage(one, body.vehicles, start, end))
    for some in found.values():
        some.sort(key=lambda one: (-one.end, one.version.series, one.version.key))
    return found


def _links(net: Network, version: Version, body: ProbePassage, tolerance: float) -> list[int]:
    if body.link:
        return net.by_code.get(body.link, [])
    if version.geometry is None:
        raise InvalidRecord(
            "neither a link nor a line", where=f"{PROBE} {version.key}",
            remedy="give the link's code, or the line that was driven",
        )  # fmt: skip
    limits = Limits(tolerance, tolerance, 0.5)
    return [one.link for one in match(net, Road(), "", version.geometry, version.area, limits)]
