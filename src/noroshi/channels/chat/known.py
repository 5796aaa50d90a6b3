"""What is known at the moment of a turn: places by name and position, and answers."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from noroshi.channels.chat.answers import answer
from noroshi.channels.chat.answers.asked import Asked
from noroshi.channels.chat.ground.hospitals import hospitals
from noroshi.channels.chat.ground.orders import town_of
from noroshi.channels.chat.ground.refuges import shelters
from noroshi.channels.chat.ground.roads import LINK, network
from noroshi.channels.chat.language.gazetteer import Gazetteer
from noroshi.channels.chat.language.understood import Named
from noroshi.channels.chat.pictures import Look, Pictures, position_of
from noroshi.channels.chat.state import Option, State, Where, Wish
from noroshi.channels.chat.tell import ref
from noroshi.channels.chat.turns import Said
from noroshi.core.errors import NotFound
from noroshi.core.place import municipality
from noroshi.engine.node import Node
from noroshi.kinds import decode

FACILITY = "infrastructure.facility"
#: Facilities that people name; bridges, sensors and base stations bear numbers.
_SPOKEN = frozenset({
    "school", "hospital", "clinic", "welfare", "community_centre", "fire_station", "police",
    "city_hall", "port", "airport", "station", "tunnel", "bridge",
})  # fmt: skip


class Known:
    """The picture of a node in one mode, as `engine.Facts`."""

    def __init__(self, node: Node, pictures: Pictures) -> None:
        self._node, self._pictures = node, pictures

    def answer(self, wish: Wish, where: Where, state: State, at: int) -> Said:
        """See `engine.Facts.answer`."""
        return answer(wish.intent, Asked(
            self._pictures, wish, where, at, state.language, state.needs, self.titles, state.shown
        ))  # fmt: skip

    def titles(self, source: str) -> tuple[str, str]:
        """A source's name as the settings give it, else its id without the mark of a drill."""
        found = self._node.settings.source(source)
        plain = source.removeprefix("drill/")
        return found.title_ja or found.title or plain, found.title or found.title_ja or plain

    def place_at(self, position: tuple[float, float]) -> Where:
        """See `engine.Facts.place_at`."""
        _ = self._pictures.areas  # borders are forgotten when places were imported
        return self.town(self._pictures.borders.at(*position))

    def town(self, area: str) -> Where:
        """See `engine.Facts.town`."""
        if not area:
            return Where()
        try:
            town = town_of(self._pictures, area)
        except NotFound:
            return Where()
        return Where(town.area, town.name, town.kana)

    def default(self) -> Where | None:
        """See `engine.Facts.default`."""
        code = self._node.settings.chat.area
        if not code:
            return None
        found = self.town(code if ":" in code else f"city:{code[:5]}00")
        return msgspec.structs.replace(found, placed="default") if found.area else None

    def option(self, kind: str, named: Named) -> Option:
        """See `engine.Facts.option`."""
        record = "" if named.record is None else "/".join(named.record)
        if kind == "area":
            return self._area(named)
        area = named.area or ""
        if not area and named.position is not None:
            area = self._pictures.borders.at(*named.position)
        id = (
            record
            or blake2b(f"{named.name}{named.within}{area}".encode(), digest_size=8).hexdigest()
        )
        return Option(id, named.name, named.kana, named.within or self.town(area).name, area,
                      named.position, record)  # fmt: skip

    def _area(self, named: Named) -> Option:
        area, within = named.area or "", named.within
        place = self._pictures.areas.places.get(area)
        for parent in () if place is None or within else place.parents:
            known = self._pictures.areas.places.get(parent)
            if parent.startswith("pref:") and known is not None:
                within = known.name
        return Option(area, named.name, named.kana, within, area)

    def gazetteer(self, at: int) -> Gazetteer:
        """The names of places that may be understood: areas, facilities, shelters, roads."""
        areas, pictures = self._pictures.areas, self._pictures
        return pictures.kept(
            # Shelters change all the time, their names do not.
            ("gazetteer", id(areas), len(shelters(pictures, at).all)), (FACILITY, LINK), at,
            lambda look: Gazetteer(areas.places.values(), _named(look, pictures)),
        )  # fmt: skip


def _named(look: Look, pictures: Pictures) -> Iterator[tuple[str, Named]]:
    seen = set()
    for one in shelters(pictures, look.at).all:
        kind, id = one.ref.kind, one.ref.id
        town = _town(pictures, one.town)
        seen.add((one.name, town))
        yield "facility", Named(one.name, one.kana, one.town or None, town, one.position,
                                (kind, id))  # fmt: skip
    for hospital in hospitals(pictures, look.at):
        town = _town(pictures, hospital.town)
        if (hospital.name, town) not in seen:
            seen.add((hospital.name, town))
            of = hospital.ref
            yield "facility", Named(hospital.name, hospital.kana, hospital.town or None, town,
                                    hospital.position, (of.kind, of.id))  # fmt: skip
    for version in look.picture(FACILITY):
        body = decode(FACILITY, version.body)
        if body.category not in _SPOKEN:
            continue
        area = municipality(pictures.borders.of(version))
        town = _town(pictures, area)
        if (body.name, town) in seen:
            continue
        seen.add((body.name, town))
        place = position_of(version)
        kind = "station" if body.category == "station" else "facility"
        of = ref(version)
        yield kind, Named(body.name, body.kana, area or None, town, place, (of.kind, of.id))
    roads = network(pictures, look.at)
    for name in dict.fromkeys(one for one in (roads.names if roads else ()) if one):
        yield "road", Named(name)


def _town(pictures: Pictures, area: str) -> str:
    place = pictures.areas.places.get(area)
    return "" if place is None else place.name
