"""Whether two rows of lists are about one facility: evidence by evidence, and what it weighs.

The score is a sum of log odds over levels of agreement, as in record linkage after Fellegi and
Sunter (1969, doi:10.1080/01621459.1969.10501049); weights of name, address and distance are those
of a logistic regression on labelled pairs (README). Each level that counted is kept as a reason.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from noroshi.domains.disaster.shelter_merge.addresses import Address
from noroshi.domains.disaster.shelter_merge.names import Name, alike, opposed

_EARTH = 6_371_008.8


class Row(NamedTuple):
    """What of one member tells which facility it is. `place`: longitude and latitude, None where
    it has none that can be trusted."""

    series: str
    key: str
    name: Name
    reading: str
    address: Address | None
    phone: str
    code: str
    place: tuple[float, float] | None


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two positions in degrees, good to 1 % below 100 km."""
    east = (one[0] - other[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.radians(math.hypot(east, one[1] - other[1])) * _EARTH


def name_level(one: Name, other: Name) -> str:
    """How two names agree, the strongest that holds."""
    if one.full == other.full:
        return "same name"
    if one.core == other.core and one.beside == other.beside:
        return "same premises by name"
    if opposed(one, other):
        return "opposed names"
    if one.core in other.aliases or other.core in one.aliases or (
        one.aliases and set(one.aliases) & set(other.aliases)
    ):  # fmt: skip
        return "other name in brackets"
    short, long = sorted((one.core, other.core), key=len)
    if len(short) >= 4 and (long.endswith(short) or long.startswith(short)):
        return "name within name"
    if one.stem == other.stem and len(one.stem) >= 2:
        if "schools" in (one.family, other.family) and {one.family, other.family} <= _JOINT:
            return "name within name"
        return "same stem, same type" if one.family == other.family else "same stem, other type"
    share = alike(one.pairs, other.pairs)
    if share >= 0.75:
        return "much alike"
    if share >= 0.5:
        return "alike"
    return "little alike" if share >= 0.25 else "different names"


def address_level(one: Address | None, other: Address | None) -> str:
    """How two addresses within one municipality agree."""
    if one is None or other is None:
        return "no address"
    if one.numbers == other.numbers and _same_town(one.text, other.text):
        return "same address" if one.numbers else "same area, no number"
    if _same_town(one.town, other.town):
        count = min(len(one.numbers), len(other.numbers))
        if one.numbers[:count] == other.numbers[:count]:
            return "address within address" if count else "same area, no number"
        if count > 1 and one.numbers[: count - 1] == other.numbers[: count - 1]:
            return "next number"
        return "other number"
    return "other area"


#: A joint school and the schools it is made of.
_JOINT = {"schools", "school1", "school2", "school3"}


def _same_town(one: str, other: str) -> bool:
    return one == other or (
        min(len(one), len(other)) >= 2 and (one.endswith(other) or other.endswith(one))
    )


#: Upper bounds of the levels of distance [m].
STEPS = (30, 100, 250, 500, 1_000, 3_000)


def distance_level(metres: float | None) -> str:
    """How far apart, as a level."""
    if metres is None:
        return "no distance"
    for step in STEPS:
        if metres <= step:
            return f"within {step} m"
    return f"beyond {STEPS[-1]} m"


#: Log odds of the levels. Those of names, addresses and distances are of the regression described
#: in the README, rounded; what the labelled lists never lack or hold (no address, no distance,
#: codes, telephone numbers, rows of one list) is set by judgement.
WEIGHTS = {
    "same name": 4.4, "same premises by name": 3.2, "same reading": 3.2, "name within name": 1.9,
    "other name in brackets": 1.8, "much alike": 0.8, "alike": -0.1, "same stem, same type": -1.0,
    "little alike": -1.8, "same stem, other type": -2.6, "opposed names": -2.4,
    "different names": -4.3,
    "same address": 1.4, "same area, no number": 1.2, "address within address": 0.1,
    "next number": -0.5, "no address": -0.7, "other area": -0.8, "other number": -1.5,
    "within 30 m": 3.4, "within 100 m": 2.2, "within 250 m": 1.2, "within 500 m": -0.8,
    "within 1000 m": -1.6, "within 3000 m": -2.0, "beyond 3000 m": -2.4,
    "no distance": -1.2, "positions disagree": -1.2,
    "same code": 7.0, "same phone": 1.5, "one list": -2.0,
}  # fmt: skip
#: Log odds of a candidate pair of which nothing else is known.
PRIOR = -2.1

#: The levels in Japanese.
WORDS = {
    "same name": "名称一致", "same premises by name": "名称一致（部分・設置者を除く）",
    "same reading": "読み一致", "name within name": "名称が一方を含む",
    "other name in brackets": "別名一致", "much alike": "名称がよく似る", "alike": "名称が似る",
    "same stem, same type": "同系の施設名", "little alike": "名称があまり似ない",
    "same stem, other type": "施設の種類が異なる", "opposed names": "番号・方角・校種が異なる",
    "different names": "名称が異なる", "same address": "住所一致",
    "same area, no number": "町字一致（番地なし）", "address within address": "住所が一方を含む",
    "next number": "隣接番地", "no address": "住所なし", "other area": "町字が異なる",
    "other number": "番地が異なる", "no distance": "位置なし", "positions disagree": "位置が不一致",
    "same code": "ID一致", "same phone": "電話番号一致", "one list": "同じ一覧の行",
    "only one of this name": "市区町村内で唯一の名称",
}  # fmt: skip

_NAMED = {"same name", "same premises by name", "same reading"}
_UNLIKE = {"different names", "opposed names", "same stem, other type"}


class Evidence(NamedTuple):
    """What speaks for and against two rows being of one facility. `score`: log odds; `levels`: what
    counted; `metres`: how far apart, None where one has no position; `barred`: their names say
    that they are two, whatever else they share."""

    score: float
    levels: tuple[str, ...]
    metres: float | None
    barred: bool = False

    @property
    def probability(self) -> float:
        """The score as a probability, 0–1."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.score))))

    def words(self) -> str:
        """The reasons, in Japanese and English."""
        said = [f"{WORDS[level]} ({level})" for level in self.levels if level in WORDS]
        if self.metres is not None:
            said.append(f"{self.metres:.0f} m")
        return "、".join(said)


def weigh(one: Row, other: Row) -> Evidence:
    """The evidence for two rows being of one facility."""
    name = name_level(one.name, other.name)
    heard = len(one.reading) >= 4 and one.reading == other.reading
    if heard and name not in _NAMED and name != "opposed names":
        name = "same reading"
    address = address_level(one.address, other.address)
    metres = distance(one.place, other.place) if one.place and other.place else None
    far = distance_level(metres)
    if metres is not None and metres > _ASTRAY and name in _NAMED and address == "same address":
        # A list whose positions are wrong still names the place and where it is.
        far = "positions disagree"
    levels = [name, address, far]
    if one.code and one.code == other.code and name not in _UNLIKE:
        levels.append("same code")
    if one.phone and one.phone == other.phone:
        levels.append("same phone")
    if one.series == other.series:
        levels.append("one list")
    score = PRIOR + sum(WEIGHTS[level] for level in levels)
    if metres is None and address == "no address" and "same code" not in levels:
        # A name alone does not tell which of a town's 集会所 is meant.
        score = min(score, -1.0)
    return Evidence(round(score, 3), tuple(levels), metres, name == "opposed names")


#: From how far apart [m] positions of one name and address are taken to disagree.
_ASTRAY = 1_000.0
