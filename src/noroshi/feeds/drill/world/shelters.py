"""Shelters: schools, community centres, halls, parks, and what each of them is good for."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from noroshi.feeds.drill.world.model import Facility, Lonlat, Municipality, Shelter, rng
from noroshi.feeds.drill.world.naming import Names, family, stem
from noroshi.feeds.drill.world.schools import spread
from noroshi.feeds.drill.world.survey import Cells, Numbers, Survey

FLOOD, SLOPE, SURGE, QUAKE, TSUNAMI, FIRE, INLAND = (
    "洪水", "崖崩れ、土石流及び地滑り", "高潮", "地震", "津波", "大規模な火事", "内水氾濫",
)  # fmt: skip

#: Floor for each person to stay [m2] (内閣府「避難所運営ガイドライン」 and most local plans).
FLOOR = 2.0
#: Kind, reading, persons for each, floor [m2] from and to, emergency, stay.
_HALLS = (
    ("公民館", "こうみんかん", 5_200, (180.0, 620.0), True, True),
    ("コミュニティセンター", "こみゅにてぃせんたー", 8_500, (240.0, 800.0), True, True),
    ("体育館", "たいいくかん", 38_000, (1_200.0, 3_600.0), True, True),
    ("公園", "こうえん", 7_000, (2_500.0, 24_000.0), True, False),
    ("特別養護老人ホーム", "とくべつようごろうじんほーむ", 15_000, (120.0, 420.0), False, True),
)


def shelters(survey: Survey, names: Names, schools: list[Facility]) -> list[Shelter]:
    """All shelters of a world; `schools` are among them, with gymnasium and some classrooms.

    The code is the 共通ID of 国土地理院: E, the municipality's code and eight digits.
    """
    found = [_of_school(survey, one) for one in schools]
    random = rng(survey.world.seed, "shelters")
    for town in survey.world.municipalities:
        for kind, kana, people, floor, emergency, stay in _HALLS:
            number = max(1, round(town.people.total / people))
            if kind == "公民館":
                number = max(number, 2)
            for at, _ in spread(survey, town, number, "people", random):
                site = survey.site(random, at, 800.0, lambda *cells: _safe(survey, *cells))
                about = survey.about(random, site)
                area = float(random.uniform(*floor))
                if kind == "体育館" and town.people.total < 15_000:
                    area /= 2
                found.append(Shelter(
                    code="", category="shelter", kind=kind, capacity=_round(area / FLOOR),
                    hazards=_hazards(survey, site, open_air=kind == "公園"),
                    emergency=emergency, stay=stay, welfare=kind.endswith("ホーム"),
                    **_called(survey, names, random, town, kind, kana, about["district"]), **about,
                ))  # fmt: skip
    found += _in_hamlets(survey, names)
    return _numbered([_settled(one) for one in found])


def _of_school(survey: Survey, one: Facility) -> Shelter:
    """A school as a shelter: its gymnasium, and classrooms of 64 m2 of which a third is free."""
    floor = 420.0 + 0.75 * one.served + one.served / 30 * 64.0 / 3
    fields = msgspec.structs.asdict(one) | {"category": "shelter", "served": 0, "code": ""}
    return Shelter(
        **fields, capacity=_round(floor / FLOOR), emergency=True, stay=True,
        hazards=_hazards(survey, one.at, open_air=True),
    )  # fmt: skip


def _in_hamlets(survey: Survey, names: Names) -> list[Shelter]:
    """A 集会所 in mountain settlements, at most one in a district."""
    random = rng(survey.world.seed, "hamlet halls")
    found: list[Shelter] = []
    seen: set[str] = set()
    for one in sorted(survey.world.settlements, key=lambda one: (-one.people.total, one.code)):
        if not one.mountain or one.people.total < 25 or one.district in seen or len(found) >= 70:
            continue
        seen.add(one.district)
        site = survey.site(random, one.at, 400.0, lambda *cells: _safe(survey, *cells))
        about = survey.about(random, site)
        town = survey.municipalities[about["municipality"]]
        found.append(Shelter(
            code="", category="shelter", kind="集会所", operator=town.name,
            capacity=_round(float(random.uniform(50.0, 150.0)) / FLOOR),
            hazards=_hazards(survey, site, open_air=False), emergency=True, stay=True,
            **names.give((one.name, one.kana), ("", ""), ("集会所", "しゅうかいじょ")), **about,
        ))  # fmt: skip
    return found


def _called(
    survey: Survey,
    names: Names,
    random: np.random.Generator,
    town: Municipality,
    kind: str,
    kana: str,
    district: str,
) -> dict[str, Any]:
    place = stem(survey.districts[district])
    if kind == "体育館":
        words = {"市": ("市民", "しみん"), "町": ("町民", "ちょうみん"), "村": ("村民", "そんみん")}
        own = words[town.kind]
        return {
            **names.give(("", ""), (town.name + own[0], town.kana + own[1]), (kind, kana)),
            "operator": town.name,
        }
    if kind.endswith("ホーム"):
        founder = family(random)
        garden = f"{founder[0]}園", f"{founder[1]}えん"
        return {
            **names.give(garden, (kind, kana), ("", "")),
            "operator": f"社会福祉法人{garden[0]}",
        }
    if kind == "公園":
        word = (("中央", "ちゅうおう"), ("運動", "うんどう"), ("", ""))[int(random.integers(3))]
        return {**names.give(place, ("", ""), (word[0] + kind, word[1] + kana)),
                "operator": town.name}  # fmt: skip
    return {**names.give(place, ("", ""), (kind, kana)), "operator": town.name}


def _safe(survey: Survey, rows: Cells, columns: Cells) -> Numbers:
    """Builders of shelters shun low ground and steep slopes, where they have the choice."""
    low: Numbers = np.minimum(survey.land.hand[rows, columns], 4.0) * 0.1
    steep = np.maximum(survey.steepest[rows, columns] - 0.3, 0.0)
    return low - steep


def _hazards(survey: Survey, at: Lonlat, *, open_air: bool) -> list[str]:
    """What a place is safe from, by its terrain: not from floods within 3 m above the river, nor
    from the sea within 10 m above it (storm surge 5 m), nor from slopes steeper than 30° or at
    the foot of one (土砂災害防止法施行令 第二条: 30° and more)."""
    row, column = survey.cell(at)
    height, hand = float(survey.land.elevation[row, column]), float(survey.land.hand[row, column])
    sea = float(survey.to_sea[row, column])
    found: list[str] = []
    if hand >= 3.0:
        found.append(FLOOD)
    # A grid of 100 m hides the steepest part of a slope: 22° there is 30° on the survey.
    if float(survey.steepest[row, column]) < 0.40:
        found.append(SLOPE)
    if height >= 5.0 or sea >= 3_000.0:
        found.append(SURGE)
    found.append(QUAKE)
    if height >= 10.0 or sea >= 5_000.0:
        found.append(TSUNAMI)
    if open_air:
        found.append(FIRE)
    if hand >= 1.5:
        found.append(INLAND)
    return found


def _settled(one: Shelter) -> Shelter:
    """Without 地震 for a few old buildings; what only stays is safe in its own right."""
    old = one.kind in ("公民館", "集会所") and int(one.address.split("番地")[0][-1:] or 0) == 3
    hazards = [hazard for hazard in one.hazards if not (old and hazard == QUAKE)]
    return msgspec.structs.replace(one, hazards=hazards)


def _numbered(found: list[Shelter]) -> list[Shelter]:
    count: dict[str, int] = {}
    numbered: list[Shelter] = []
    for one in found:
        number = count[one.municipality] = count.get(one.municipality, 0) + 1
        code = f"E{one.municipality}{number:08}"
        numbered.append(msgspec.structs.replace(one, code=code))
    return numbered


def _round(persons: float) -> int:
    step = 5 if persons < 100 else 10
    return max(int(persons / step) * step, 10)
