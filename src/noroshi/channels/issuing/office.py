"""What alerts are issued from: the store they become records of, the drafts, who may, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from noroshi.channels.issuing.content import Place
from noroshi.channels.issuing.words.voice import Caller
from noroshi.core.errors import NoroshiError, NotPermitted
from noroshi.core.label import OPERATOR
from noroshi.core.place import city
from noroshi.core.record import Mode, Version
from noroshi.core.time import SECOND, now
from noroshi.engine.clocks import DrillClock
from noroshi.engine.directory import Directory
from noroshi.engine.node import Node
from noroshi.engine.roles import Actor, Role, What, demand
from noroshi.engine.settings import Settings
from noroshi.formats import boundaries
from noroshi.kinds.issued_alert import ISSUED
from noroshi.store import Query, Store
from noroshi.store.directory import Organisation
from noroshi.store.people import PeopleFile

#: What alerts of this node are issued as; no message and no peer sends under it.
SOURCE = "alerts"
#: For how long imported places are kept in memory (µs).
_PLACES_FOR = 60 * SECOND


class Office:
    """Everything that issuing needs of a node, whether it runs or a command opened its files.

    `changed` is told the kinds that a commit changed. `drill`: exercises go by the clock of the
    drill that is played.
    """

    def __init__(
        self, store: Store, people: PeopleFile, directory: Directory, settings: Settings,
        changed: Callable[[set[str]], None] = lambda kinds: None,
    ) -> None:  # fmt: skip
        self.store, self.people, self.directory = store, people, directory
        self.settings, self.changed = settings, changed
        self._clock = DrillClock(store)
        self._places: dict[str, boundaries.Place] = {}
        self._caller = Caller("")
        self._read = 0

    def now(self, mode: Mode) -> int:
        """What time it is: in an exercise the time in the drill that is played."""
        wall = now()
        if mode is not Mode.EXERCISE:
            return wall
        self._clock.look()
        return self._clock.time(mode, wall)

    def known(self) -> int:
        """As of when everything in the store is known."""
        return max(now(), self.store.recorded())

    @property
    def places(self) -> dict[str, boundaries.Place]:
        """Imported places by area."""
        if not self._places or now() - self._read > _PLACES_FOR:
            self._places = {one.area: one for one in self.store.places()}
            self._caller = self._name()
            self._read = now()
        return self._places

    def place(self, area: str, name: str = "") -> Place:
        """The place of an area (`scheme:code`, or a code such as 17202), called `name` where it is
        not known here. Raises NoroshiError for what is no area."""
        if ":" not in area:
            try:
                area = f"pref:{area}" if len(area) == 2 and area.isdigit() else city(area)
            except ValueError as error:
                raise NoroshiError(str(error), where="area", remedy="give 17 or 17202") from None
        found = self.places.get(area)
        if found is None:
            return Place(area, name or area.partition(":")[2])
        return Place(area, found.name, found.kana)

    def outline(self, areas: Iterable[str]) -> bytes | None:
        """The outline (WKB) of areas together; None where none of them is known."""
        import shapely

        shapes = [shape for one in areas if (place := self.places.get(one)) is not None
                  and (shape := place.geometry) is not None]  # fmt: skip
        if not shapes:
            return None
        if len(shapes) == 1:
            return shapes[0]
        whole: bytes = shapely.to_wkb(shapely.union_all([shapely.from_wkb(one) for one in shapes]))
        return whole

    @property
    def caller(self) -> Caller:
        """Who issues: the node's own organisation."""
        if not self.places:  # else it was read together with them
            self._caller = self._name()
        return self._caller

    def _name(self) -> Caller:
        identity = self.settings.node
        own = self.directory.file.get(Organisation, id=self.directory.own)
        name = identity.name_ja or (own and (own.name_ja or own.name)) or identity.name
        english = identity.name or (own and own.name) or ""
        name = name or english or self.directory.own
        kana = next((one.kana for one in self._places.values() if one.name == name), "")
        return Caller(name, kana, english)

    def permit(self, actor: Actor, action: str, target: str) -> str:
        """The name of the actor's role. Raises NotPermitted, audited, for who is no liaison or
        operator of the node's own organisation."""
        self.directory.permit(actor, What.ISSUE, action, target)
        kind, _, person = actor.name.partition(":")
        if kind == "local":
            return actor.role.name.lower()
        role = self.directory.role_in(person, self.directory.own) if kind == "person" else None
        try:
            demand(Actor(actor.name, role or Role.NOBODY), What.ISSUE)
        except NotPermitted:
            why = "alerts are issued by persons of the node's own organisation"
            self.directory.audit.append(
                actor.name, "refused", target[:200], {"action": action, "why": why}
            )
            raise NotPermitted(why, remedy="an operator gives roles: noroshi person role") from None
        assert role is not None
        return role.name.lower()

    def editions(self, alert: str, mode: Mode) -> list[Version]:
        """Every edition of an alert that this node issued, in order."""
        found = self.store.history(ISSUED, alert, OPERATOR, self.known(), mode)
        return [one for one in found if _own(one) and one.series == series(alert)]

    def in_force(self, mode: Mode, *, lapsed: bool = False) -> list[Version]:
        """The alerts of this node that are in force, newest first; with `lapsed` also those that
        have run out without a word."""
        query = Query(OPERATOR, self.now(mode), self.known(), ISSUED, mode, lapsed=lapsed)
        found = [one for one in self.store.picture(query) if _own(one)]
        return sorted(found, key=lambda one: (-one.issued, one.key))


def _own(version: Version) -> bool:
    return version.source == SOURCE and version.message is None


def series(alert: str) -> str:
    """What the editions of an alert continue."""
    return f"issued/{alert}"


def of_node(node: Node) -> Office:
    """The office of a node that runs."""
    return Office(node.store, node.people, node.directory, node.settings, node.changed)


def open_office(home: Path, store: Store) -> Office:
    """The office of the node in `home`, for a command; `close_office` lets go of it."""
    from noroshi.engine.exchange import own_organisation
    from noroshi.engine.people import open_people
    from noroshi.engine.settings import load_settings
    from noroshi.engine.sharing import Sharings

    settings = load_settings(home, Sharings(store).number)
    directory = Directory(home, own_organisation(home, settings))
    return Office(store, open_people(home, settings), directory, settings)


def close_office(office: Office) -> None:
    """Let go of the files that `open_office` opened; the store is its owner's."""
    office.people.close()
    office.directory.close()
