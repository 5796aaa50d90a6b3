"""Mobile base stations, and how long each runs without power."""

from __future__ import annotations

import numpy as np

from noroshi.feeds.drill.world.model import Facility, Lonlat, rng
from noroshi.feeds.drill.world.naming import Names, stem
from noroshi.feeds.drill.world.survey import Survey, clusters

OPERATORS = ("みなもモバイル", "そらね通信", "イーストウェーブ")
#: Persons for each station among many and among few; along roads, one for so many metres.
_PERSONS, _ALONG = 2_400, 6_000.0


def base_stations(survey: Survey, names: Names) -> list[Facility]:
    """Stations where people live, in the mountains and along the main roads between. `hours` is
    what the batteries last: about 3 in town, up to 24 where a generator would come late (総務省
    「携帯電話基地局強靱化」: 24 hours at stations of 災害対策拠点)."""
    random = rng(survey.world.seed, "base stations")
    places = [*_where_people_live(survey, random), *_along_roads(survey)]
    found: list[Facility] = []
    for at, served, remote in places:
        site = survey.site(random, at, 500.0 if served else 300.0)
        about = survey.about(random, site)
        district = survey.districts[about["district"]]
        if remote:
            hours = float(random.choice([6.0, 12.0, 24.0, 24.0]))
        elif district.land in ("urban", "suburban"):
            hours = float(random.choice([3.0, 3.0, 3.0, 5.0, 24.0], p=[0.3, 0.2, 0.2, 0.2, 0.1]))
        else:
            hours = float(random.choice([3.0, 5.0, 6.0, 8.0]))
        operator = OPERATORS[int(random.choice(3, p=[0.42, 0.34, 0.24]))]
        name = names.give(stem(district), ("", ""), ("基地局", "きちきょく"))
        found.append(Facility(
            code=f"{survey.world.code}B{len(found) + 1:04}", category="base_station",
            kind="山間局" if remote else "マクロ局", operator=operator, hours=hours,
            served=served, **name, **about,
        ))  # fmt: skip
    return found


Place = tuple[Lonlat, int, bool]


def _where_people_live(survey: Survey, random: np.random.Generator) -> list[Place]:
    found: list[Place] = []
    for town in survey.world.municipalities:
        living = survey.settlements.get(town.code, [])
        if not living:
            continue
        points = survey.xy([one.at for one in living])
        weights = np.array([one.people.total for one in living], np.float64)
        # Twice as dear where one must reach over a ridge: mountains get more, for fewer people.
        weights *= np.where([one.mountain for one in living], 3.0, 1.0)
        number = max(2, round(float(weights.sum()) / _PERSONS))
        group, _ = clusters(points, weights, number, random)
        for which in range(int(group.max()) + 1):
            own = [living[int(index)] for index in np.flatnonzero(group == which)]
            if not own:
                continue
            main = max(own, key=lambda one: (one.people.total, one.code))
            served = sum(one.people.total for one in own)
            found.append((main.at, served, main.mountain))
    return found


def _along_roads(survey: Survey) -> list[Place]:
    """Where a main road is further than some kilometres from every settlement's station."""
    covered = survey.xy([one.at for one in survey.world.settlements if one.people.total > 60])
    found: list[Place] = []
    chosen: list[np.ndarray] = []
    for road in survey.world.roads:
        if road.rank not in ("expressway", "national") or road.structure == "tunnel":
            continue
        at = road.line[len(road.line) // 2]
        spot = np.array(survey.plane.xy(*at))
        others = np.vstack([covered, *chosen]) if len(covered) or chosen else np.empty((0, 2))
        if len(others) and ((others - spot) ** 2).sum(axis=1).min() < (_ALONG / 3) ** 2:
            continue
        chosen.append(spot)
        found.append((at, 0, True))
    return found
