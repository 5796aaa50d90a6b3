"""Schools, by the children who live near: and town halls, fire stations and police."""

from __future__ import annotations

import numpy as np

from noroshi.feeds.drill.world.model import Facility, Lonlat, Municipality, rng
from noroshi.feeds.drill.world.naming import Names, stem
from noroshi.feeds.drill.world.survey import Survey, clusters, nearest

#: Kind and reading, years of it among the fifteen of `under15`, pupils of one school.
_GRADES = (
    ("小学校", "しょうがっこう", 6, 310.0),
    ("中学校", "ちゅうがっこう", 3, 380.0),
)
#: No child goes further to school than this, where there is a school more to give [m].
_FURTHEST = {"小学校": 5_500.0, "中学校": 9_000.0}


def schools(survey: Survey, names: Names) -> list[Facility]:
    """小学校 and 中学校 of each municipality, 高等学校 and 特別支援学校 of the prefecture.
    `served` is the number of pupils."""
    random = rng(survey.world.seed, "schools")
    found: list[Facility] = []
    for town in survey.world.municipalities:
        for kind, kana, years, size in _GRADES:
            pupils = town.people.under15 * years / 15
            for at, share in spread(survey, town, max(1, round(pupils / size)), "children", random,
                                    _FURTHEST[kind]):  # fmt: skip
                site = survey.site(random, at, 900.0)
                about = survey.about(random, site)
                name = names.give(
                    stem(survey.districts[about["district"]]),
                    (f"{town.name}立", f"{town.kana}りつ"), (kind, kana),
                )  # fmt: skip
                found.append(Facility(
                    code=_code(survey, "S", found), category="school", kind=kind,
                    operator=f"{town.name}教育委員会", served=max(round(pupils * share), 6),
                    **name, **about,
                ))  # fmt: skip
    found += _of_the_prefecture(survey, names, found)
    return found


def _of_the_prefecture(survey: Survey, names: Names, before: list[Facility]) -> list[Facility]:
    random = rng(survey.world.seed, "high schools")
    world = survey.world
    living = world.settlements
    points = survey.xy([one.at for one in living])
    weights = np.array([one.people.under15 for one in living], np.float64)
    youths = sum(one.people.under15 for one in world.municipalities) / 5
    found: list[Facility] = []
    kinds = (
        ("高等学校", "こうとうがっこう", max(round(youths / 640), 1), 0.97),
        ("特別支援学校", "とくべつしえんがっこう", 3, 0.02),
    )
    for kind, kana, number, share in kinds:
        group, centres = clusters(points, weights, number, random)
        for which, centre in enumerate(centres):
            own = np.flatnonzero(group == which)
            if not len(own):
                continue
            at = living[own[nearest(points[own], centre)]].at
            about = survey.about(random, survey.site(random, at, 1_500.0))
            name = names.give(
                stem(survey.districts[about["district"]]),
                (f"{world.name}立", f"{world.kana}りつ"), (kind, kana),
            )  # fmt: skip
            pupils = round(youths * share * weights[own].sum() / max(weights.sum(), 1.0))
            found.append(Facility(
                code=_code(survey, "S", [*before, *found]), category="school", kind=kind,
                operator=f"{world.name}教育委員会", served=max(pupils, 20), **name, **about,
            ))  # fmt: skip
    return found


def spread(
    survey: Survey,
    town: Municipality,
    number: int,
    whom: str,
    random: np.random.Generator,
    furthest: float = 1e9,
) -> list[tuple[Lonlat, float]]:
    """`number` places among a municipality's settlements, near those whom they serve (`children`
    or `people`), and each one's share of them. More than `number` where some live further than
    `furthest` metres from all."""
    living = survey.settlements.get(town.code, [])
    if not living:
        return [(town.at, 1.0)]
    points = survey.xy([one.at for one in living])
    weights = np.array(
        [one.people.under15 if whom == "children" else one.people.total for one in living],
        np.float64,
    )
    for count in range(number, number + 5):
        group, centres = clusters(points, weights, count, random)
        away = np.sqrt(((points - centres[group]) ** 2).sum(axis=1))
        if away[weights > 0].max(initial=0.0) <= furthest or len(centres) == len(points):
            break
    total = max(weights.sum(), 1.0)
    found: list[tuple[Lonlat, float]] = []
    for which, centre in enumerate(centres):
        own = np.flatnonzero(group == which)
        if len(own):
            at = living[own[nearest(points[own], centre)]].at
            found.append((at, float(weights[own].sum() / total)))
    return found


def offices(survey: Survey, names: Names) -> list[Facility]:
    """The prefecture's office, city halls, fire stations and police stations."""
    random = rng(survey.world.seed, "offices")
    world = survey.world
    capital = max(world.municipalities, key=lambda one: one.people.total)
    about = survey.about(random, survey.site(random, capital.at, 1_500.0))
    found = [Facility(
        code=f"{world.code}G0001", name=f"{world.name}庁", kana=f"{world.kana}ちょう",
        category="city_hall", kind="県庁", operator=world.name, hours=72.0, **about,
    )]  # fmt: skip
    for town in world.municipalities:
        word, kana = ("役所", "やくしょ") if town.kind == "市" else ("役場", "やくば")
        found.append(Facility(
            code=_code(survey, "G", found), name=town.name + word, kana=town.kana + kana,
            category="city_hall", kind=town.kind + word, operator=town.name,
            hours=72.0 if town.people.total > 50_000 else 24.0,
            served=town.people.total, **survey.about(random, town.at),
        ))  # fmt: skip
    return [*found, *_fire_stations(survey, names), *_police(survey, names)]


def _fire_stations(survey: Survey, names: Names) -> list[Facility]:
    random = rng(survey.world.seed, "fire stations")
    found: list[Facility] = []
    for town in survey.world.municipalities:
        places = spread(survey, town, max(1, round(town.people.total / 19_000)), "people", random,
                        13_000.0)  # fmt: skip
        for number, (at, share) in enumerate(sorted(places, key=lambda one: -one[1])):
            about = survey.about(random, survey.site(random, at, 1_200.0))
            head = number == 0
            kind = ("消防署", "しょうぼうしょ") if head else ("分署", "ぶんしょ")
            where = ("", "") if head else stem(survey.districts[about["district"]])
            name = names.give(where, (f"{town.name}消防本部", f"{town.kana}しょうぼうほんぶ"),
                              kind)  # fmt: skip
            found.append(Facility(
                code=_code(survey, "F", found), category="fire_station", kind=kind[0],
                operator=f"{town.name}消防本部", hours=72.0 if head else 24.0,
                served=round(town.people.total * share), **name, **about,
            ))  # fmt: skip
    return found


def _police(survey: Survey, names: Names) -> list[Facility]:
    random = rng(survey.world.seed, "police")
    world = survey.world
    found: list[Facility] = []
    for town in world.municipalities:
        if town.people.total < 12_000 and town.kind != "市":
            continue
        for at, share in spread(survey, town, max(1, round(town.people.total / 90_000)), "people",
                                random):  # fmt: skip
            about = survey.about(random, survey.site(random, at, 1_500.0))
            where = town.name.removesuffix(town.kind), town.kana[: -len(_READ[town.kind])]
            found.append(Facility(
                code=_code(survey, "P", found), category="police", kind="警察署",
                operator=f"{world.name}警察本部", hours=72.0,
                served=round(town.people.total * share),
                **names.give(where, ("", ""), ("警察署", "けいさつしょ")), **about,
            ))  # fmt: skip
    return found


_READ = {"市": "し", "町": "ちょう", "村": "そん"}


def _code(survey: Survey, letter: str, before: list[Facility]) -> str:
    return f"{survey.world.code}{letter}{len(before) + 1:04}"
