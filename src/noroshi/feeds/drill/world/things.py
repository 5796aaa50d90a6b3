"""What people have built on a world's land, and what they measure it with."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from noroshi.feeds.drill.world.dams import dams
from noroshi.feeds.drill.world.gauges import flood_sensors, rain_gauges, water_gauges
from noroshi.feeds.drill.world.health import hospitals
from noroshi.feeds.drill.world.model import Facility, World
from noroshi.feeds.drill.world.naming import Names
from noroshi.feeds.drill.world.schools import offices, schools
from noroshi.feeds.drill.world.shelters import shelters
from noroshi.feeds.drill.world.stations import ports, seismic_stations, tide_gauges
from noroshi.feeds.drill.world.supply import Supply, supply
from noroshi.feeds.drill.world.survey import Survey
from noroshi.feeds.drill.world.telecom import base_stations

F = TypeVar("F", bound=Facility)


def furnish(world: World) -> World:
    """The world with all that stands on its land: facilities, shelters, feeders, water zones,
    dams, gauges, sensors and stations. The same world gives the same things."""
    survey, names = Survey(world), Names()
    taught = schools(survey, names)
    public = [*taught, *offices(survey, names), *hospitals(survey, names)]
    places = shelters(survey, names, taught)
    supplied = supply(survey, names)
    harbours = ports(survey, names)
    built = [*public, *supplied.facilities, *base_stations(survey, names), *harbours]
    return msgspec.structs.replace(
        world,
        facilities=[_hung(one, supplied) for one in built],
        shelters=[_hung(one, supplied) for one in places],
        feeders=supplied.feeders,
        zones=supplied.zones,
        dams=[_hung(one, supplied) for one in dams(survey, names)],
        rain_gauges=rain_gauges(survey, names),
        water_gauges=water_gauges(survey, names),
        flood_sensors=flood_sensors(survey),
        seismic_stations=seismic_stations(survey),
        tide_gauges=tide_gauges(survey, harbours),
    )


def _hung(one: F, supplied: Supply) -> F:
    """A facility on the feeder and the zone of its district."""
    return msgspec.structs.replace(
        one,
        feeder=one.feeder or supplied.feeder.get(one.district, ""),
        zone=one.zone or supplied.zone.get(one.district, ""),
    )
