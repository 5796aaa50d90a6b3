"""Hospitals and clinics."""

from __future__ import annotations

import numpy as np

from noroshi.feeds.drill.world.model import Facility, rng
from noroshi.feeds.drill.world.naming import Names, family, stem
from noroshi.feeds.drill.world.schools import spread
from noroshi.feeds.drill.world.survey import Survey, clusters, nearest

#: Beds and hospitals for so many people; clinics likewise, fewer than there are in reality.
_BEDS, _HOSPITALS, _CLINICS = 11.5 / 1_000, 15_500, 2_600
#: Persons for each 災害拠点病院 (one for every secondary medical area).
_BASES = 85_000
_CLINIC_KINDS = (
    ("内科クリニック", "ないかくりにっく"), ("医院", "いいん"), ("クリニック", "くりにっく"),
    ("整形外科", "せいけいげか"), ("小児科医院", "しょうにかいいん"), ("診療所", "しんりょうじょ"),
)  # fmt: skip


def hospitals(survey: Survey, names: Names) -> list[Facility]:
    """Hospitals, the largest of each area 災害拠点病院 with fuel for three days, and clinics."""
    world = survey.world
    random = rng(world.seed, "hospitals")
    people = sum(one.people.total for one in world.municipalities)
    living = world.settlements
    points = survey.xy([one.at for one in living])
    weights = np.array([one.people.total for one in living], np.float64)
    group, centres = clusters(points, weights**1.15, max(round(people / _HOSPITALS), 3), random)
    served = np.bincount(group, weights, len(centres))
    # Few are large: shares of the beds fall as the rank (Zipf), wherever more people live.
    order = np.argsort(-(served * random.uniform(0.6, 1.4, len(centres))), kind="stable")
    share = np.zeros(len(centres))
    share[order] = 1.0 / (np.arange(len(centres)) + 4.0)
    beds = np.maximum(share / share.sum() * people * _BEDS, 24.0)
    bases = _bases(survey, centres, order, max(round(people / _BASES), 2))
    capital = max(world.municipalities, key=lambda one: one.people.total)
    central = min(bases, key=lambda one: ((centres[one] - survey.plane.xy(*capital.at)) ** 2).sum())
    beds[central] = max(beds.max() * 1.1, 480.0)
    found: list[Facility] = []
    civic: set[str] = set()
    for which in range(len(centres)):
        own = np.flatnonzero(group == which)
        if not len(own):
            continue
        at = living[own[nearest(points[own], centres[which])]].at
        base = which in bases
        about = survey.about(random, survey.site(random, at, 1_500.0))
        town = survey.municipalities[about["municipality"]]
        place = stem(survey.districts[about["district"]])
        if which == central:
            given = names.give(("中央", "ちゅうおう"), (f"{world.name}立", f"{world.kana}りつ"),
                               ("病院", "びょういん"))  # fmt: skip
            operator = world.name
        elif (base or random.random() < 0.3) and town.code not in civic:
            civic.add(town.code)
            given = names.give(("", ""), (f"{town.name}立", f"{town.kana}りつ"),
                               ("病院", "びょういん"))  # fmt: skip
            operator = town.name
        elif base or random.random() < 0.35:
            given = names.give(place, ("", ""), ("総合病院", "そうごうびょういん"))
            operator = f"医療法人{place[0]}会"
        else:
            doctor = family(random)
            given = names.give(doctor, ("", ""), ("病院", "びょういん"))
            operator = f"医療法人{doctor[0]}会"
        count = round(float(beds[which]) / 2) * 2
        fuel = 72.0 if base else float(random.choice([8.0, 12.0, 24.0, 48.0]))
        found.append(Facility(
            code=f"{world.code}1{len(found) + 1:07}", category="hospital", kind="病院",
            operator=operator, beds=max(count, 320) if base else count, disaster_base=base,
            hours=fuel, served=round(float(served[which])), **given, **about,
        ))  # fmt: skip
    return [*found, *_clinics(survey, names, len(found))]


def _bases(survey: Survey, centres: np.ndarray, order: np.ndarray, number: int) -> list[int]:
    """The largest hospitals that are at least 9 km from each other."""
    chosen: list[int] = []
    for which in order:
        away = [float(((centres[which] - centres[one]) ** 2).sum()) for one in chosen]
        if min(away, default=np.inf) > 9_000.0**2 and len(chosen) < number:
            chosen.append(int(which))
    return chosen


def _clinics(survey: Survey, names: Names, before: int) -> list[Facility]:
    world = survey.world
    random = rng(world.seed, "clinics")
    found: list[Facility] = []
    for town in world.municipalities:
        for at, share in spread(survey, town, max(1, round(town.people.total / _CLINICS)),
                                "people", random):  # fmt: skip
            about = survey.about(random, survey.site(random, at, 700.0))
            if town.people.total < 8_000:
                given = names.give(
                    stem(survey.districts[about["district"]]), (town.name + "国保", town.kana +
                    "こくほ"), ("診療所", "しんりょうじょ"))  # fmt: skip
                operator = town.name
            else:
                kind = _CLINIC_KINDS[int(random.integers(len(_CLINIC_KINDS) - 1))]
                place = stem(survey.districts[about["district"]])
                doctor = family(random)
                given = names.give(place if random.random() < 0.3 else doctor, ("", ""), kind)
                operator = given["name"]
            beds = int(random.integers(4, 20)) if random.random() < 0.08 else 0
            found.append(Facility(
                code=f"{world.code}1{before + len(found) + 1:07}", category="clinic",
                kind="有床診療所" if beds else "診療所", operator=operator, beds=beds,
                hours=float(random.choice([0.0, 0.0, 0.0, 3.0, 8.0])),
                served=round(town.people.total * share), **given, **about,
            ))  # fmt: skip
    return found
