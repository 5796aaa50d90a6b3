"""What is known of a facility from all its members: chosen by a stated rule, the rest kept beside.

The rules. A report is a row that says whether the place is open or how many are there; rows of
lists of designated places are none, whatever they say of it. The newest report of a list wins over
older ones of other lists. Within one list, rows for different parts of a facility (体育館, 校舎) or
for different buildings count together, rows of one name once. A count made before the place was
last said to be closed is not carried on. Of hazards only those count that every list that names
any agrees on: a place that one list no longer designates for tsunami is not safe to flee to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from noroshi.core.time import JST, show
from noroshi.domains.disaster.shelter_merge.evidence import address_level, distance
from noroshi.domains.disaster.shelter_merge.members import Member
from noroshi.formats.csv.shelters import HAZARDS
from noroshi.kinds.shelter_merged import ShelterConflict, ShelterStatement

#: Lists in which a prefecture passes on what its municipalities have told it (SIP4D-ZIP).
_RELAYS = ("sip4d/",)
#: From how far apart [m] lists are said to disagree on where a facility is.
APART = 500.0
_STATUS = {"open": "open", "permanent": "open", "closed": "closed", "not_open": "not_open"}
_SERIOUS = ("open", "closed", "not_open")
_HAZARD = (
    (re.compile("内水"), "内水氾濫"), (re.compile("洪水"), "洪水"),
    (re.compile("崖崩れ|がけ崩れ|土砂|土石流|地滑り|地すべり"), "崖崩れ、土石流及び地滑り"),
    (re.compile("高潮"), "高潮"), (re.compile("津波"), "津波"), (re.compile("地震"), "地震"),
    (re.compile("火事|火災"), "大規模な火事"), (re.compile("火山|噴火"), "火山現象"),
)  # fmt: skip


class Said(NamedTuple):
    """What one list says of a field: when, in which series, from whom."""

    time: int
    series: str
    source: str
    value: object

    def age(self, delay: int) -> tuple[int, str]:
        """What newer statements have less of: what is passed on counts as `delay` older."""
        relayed = self.series.startswith(_RELAYS)
        return (delay if relayed else 0) - self.time, self.series


class Known(NamedTuple):
    """What is chosen for a facility. `reported`: time of the newest report, None without one."""

    status: str
    headcount: int | None
    households: int | None
    capacity: int | None
    crowding: str
    hazards: list[str]
    opened: str | None
    closed: str | None
    reported: int | None
    conflicts: list[ShelterConflict]


def choose(members: Sequence[Member], delay: int = 0) -> Known:
    """What is known from all members of a facility, in whatever order they come. `delay`: how much
    older [µs] than its time of issue what a prefecture passes on is taken to be."""
    lists: dict[str, list[Member]] = {}
    for one in sorted(members, key=lambda one: (one.version.series, one.version.key)):
        lists.setdefault(one.version.series, []).append(one)
    reports = [rows for rows in lists.values() if not rows[0].master]

    def newest(of: Callable[[Sequence[Member]], Said | None], every: bool = False) -> list[Said]:
        """What each list says, newest first; of one time by series, whatever order they came in."""
        said = [one for rows in (lists.values() if every else reports) if (one := of(rows))]
        return sorted(said, key=lambda one: one.age(delay))

    statuses = newest(_status)
    headcounts = newest(lambda rows: _count(rows, "headcount"))
    households = newest(lambda rows: _count(rows, "households"))
    crowdings = newest(_crowding)
    capacities = newest(lambda rows: _count(rows, "capacity"), every=True)
    hazards = newest(_hazards, every=True)
    opened = newest(lambda rows: _moment(rows, "opened"))
    closed = newest(lambda rows: _moment(rows, "closed"))
    stated = {
        "status": statuses, "headcount": headcounts, "households": households,
        "capacity": capacities, "crowding": crowdings,
        "hazards": _hazards_of_parts(lists) or hazards, "opened": opened,
        "closed": closed, "address": _addresses(members), "position": _positions(members),
    }  # fmt: skip
    status = str(statuses[0].value) if statuses else "unknown"
    shut = statuses[0].time if status == "closed" else None
    return Known(
        status=status,
        headcount=_number(headcounts, shut),
        households=_number(households, shut),
        capacity=_number(capacities, None),
        crowding=str(crowdings[0].value) if crowdings and _since(crowdings[0], shut) else "",
        hazards=_agreed(hazards),
        opened=str(opened[0].value) if opened else None,
        closed=str(closed[0].value) if closed and status == "closed" else None,
        reported=max((one.time for one in (*statuses, *headcounts)), default=None),
        conflicts=[
            _conflict(field, said)
            for field, said in stated.items()
            if len(said) > 1 and len({str(one.value) for one in said}) > 1
        ],
    )


def _since(said: Said, shut: int | None) -> bool:
    return shut is None or said.time >= shut


def _number(said: Sequence[Said], shut: int | None) -> int | None:
    value = said[0].value if said and _since(said[0], shut) else None
    return value if isinstance(value, int) else None


def _said(rows: Sequence[Member], value: object) -> Said:
    newest = max(rows, key=lambda one: (one.version.issued, one.version.key)).version
    return Said(newest.issued, newest.series, newest.source, value)


def _status(rows: Sequence[Member]) -> Said | None:
    """Open where any part is; else closed where any part has been."""
    stated = [one for one in rows if one.said.status in _STATUS]
    if not stated:
        return None
    words = {_STATUS[one.said.status] for one in _latest(stated)}
    return _said(stated, next(word for word in _SERIOUS if word in words))


def _latest(rows: Sequence[Member]) -> list[Member]:
    """Of each name, its newest row; of one time, every row."""
    newest: dict[str, int] = {}
    for one in rows:
        name = one.row.name.full
        newest[name] = max(newest.get(name, one.version.issued), one.version.issued)
    return [one for one in rows if one.version.issued == newest[one.row.name.full]]


def _count(rows: Sequence[Member], field: str) -> Said | None:
    """The number of a list: of one name once (the larger where two rows differ), parts of one
    building added unless the whole is counted as more, buildings added."""
    stated = [one for one in rows if getattr(one.said, field) is not None]
    if not stated:
        return None
    names: dict[tuple[str, str], dict[str, int]] = {}
    for one in _latest(stated):
        counted = names.setdefault((one.row.name.core, one.row.name.part), {})
        number: int = getattr(one.said, field)
        counted[one.row.name.full] = max(counted.get(one.row.name.full, number), number)
    whole: dict[str, int] = {}
    parts: dict[str, int] = {}
    for (core, part), counted in names.items():
        if part:
            parts[core] = parts.get(core, 0) + max(counted.values())
        else:
            whole[core] = max(counted.values())
    total = sum(max(whole.get(core, 0), parts.get(core, 0)) for core in {*whole, *parts})
    return _said(stated, total)


def _crowding(rows: Sequence[Member]) -> Said | None:
    stated = [one for one in rows if one.said.crowding not in ("", "unknown")]
    if not stated:
        return None
    newest = max(stated, key=lambda one: (one.version.issued, one.version.key))
    return _said(stated, newest.said.crowding)


def _moment(rows: Sequence[Member], field: str) -> Said | None:
    """The first moment that a list's newest rows name."""
    stated = [one for one in rows if getattr(one.said, field)]
    if not stated:
        return None
    newest = max(one.version.issued for one in stated)
    return _said(
        stated, min(getattr(one.said, field) for one in stated if one.version.issued == newest)
    )


def _hazards(rows: Sequence[Member]) -> Said | None:
    """The hazards of a list: those that any of its rows for the facility serves."""
    stated = [one for one in rows if one.said.hazards]
    if not stated:
        return None
    return _said(stated, _named(tuple(text for one in stated for text in one.said.hazards)))


def _hazards_of_parts(lists: Mapping[str, Sequence[Member]]) -> list[Said]:
    """What serves for what, where rows of one list differ: the grounds for earthquakes, the upper
    floors for tsunami; else nothing."""
    stated = [one for rows in lists.values() for one in rows if one.said.hazards]
    served = {id(one): _named(tuple(one.said.hazards)) for one in stated}
    of_list: dict[str, set[str]] = {}
    for one in stated:
        of_list.setdefault(one.version.series, set()).add(served[id(one)])
    if all(len(different) == 1 for different in of_list.values()):
        return []
    return _sorted(_said([one], f"{one.said.name}: {served[id(one)]}") for one in stated)


@lru_cache(maxsize=4096)
def _named(texts: tuple[str, ...]) -> str:
    """Hazards by the law's words, each once, in the law's order."""
    named = {next((word for like, word in _HAZARD if like.search(one)), one) for one in texts}
    known = [one for one in HAZARDS if one in named]
    return "・".join([*known, *sorted(named.difference(known))])


def _agreed(said: Sequence[Said]) -> list[str]:
    if not said:
        return []
    lists = [str(one.value).split("・") for one in said]
    return [one for one in lists[0] if all(one in other for other in lists[1:])]


def _addresses(members: Sequence[Member]) -> list[Said]:
    """Addresses, where two lists give different ones; else nothing."""
    if len(members) < 2:
        return []
    stated = [one for one in members if one.row.address is not None]
    stated.sort(key=lambda one: one.rank)
    differs = any(
        address_level(stated[0].row.address, one.row.address)
        in ("other area", "other number", "next number")
        for one in stated[1:]
    )
    if not differs:
        return []
    return _sorted(_said([one], one.said.address) for one in _one_each(stated))


def _positions(members: Sequence[Member]) -> list[Said]:
    """Positions, where two lists place it far apart; else nothing."""
    if len(members) < 2:
        return []
    stated = [one for one in members if one.row.place is not None]
    stated.sort(key=lambda one: one.rank)
    first = stated[0].row.place if stated else None
    if first is None or all(distance(first, one.row.place or first) <= APART for one in stated):
        return []
    said = []
    for one in _one_each(stated):
        longitude, latitude = one.row.place or first
        said.append(_said([one], f"{longitude:.6f}, {latitude:.6f}"))
    return _sorted(said)


def _sorted(said: Iterable[Said]) -> list[Said]:
    return sorted(said, key=lambda one: (-one.time, one.series))


def _one_each(members: Iterable[Member]) -> list[Member]:
    """The surest row of each list."""
    return list({one.version.series: one for one in reversed(list(members))}.values())


def _conflict(field: str, said: Sequence[Said]) -> ShelterConflict:
    return ShelterConflict(
        field=field,
        values=[
            ShelterStatement(
                value=str(one.value),
                series=one.series,
                source=one.source,
                time=show(one.time, JST),
            )
            for one in said
        ],
    )
