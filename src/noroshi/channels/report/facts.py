"""The pictures that a report is made from: of each kind, for one reader, true and known when.

What several products and raw kinds say of the same is never added: a section takes the product,
and only where there is none what senders say themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from noroshi.channels.report.model import Figure, Number, SourceLine, Table
from noroshi.core.freshness import STATES
from noroshi.core.label import Reader
from noroshi.core.record import Mode, Version
from noroshi.core.time import parse
from noroshi.engine.sharing import Sharings
from noroshi.formats.boundaries import Place
from noroshi.store import Query, Store

Ranges = tuple[tuple[int, int], ...]
_PRODUCT = "product/"
#: Ids looked up at once.
_SOME = 5_000


class Fact(NamedTuple):
    """A version and the fields of its body."""

    version: Version
    body: dict[str, Any]

    def text(self, name: str) -> str:
        """A field as text; "" where there is none."""
        value = self.body.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> Number | None:
        """A field as a number; None where it was not reported."""
        value = self.body.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def list(self, name: str) -> list[Any]:
        """A field that is a list."""
        value = self.body.get(name)
        return value if isinstance(value, list) else []


class Facts:
    """Reads pictures as they are asked for, and remembers whom they came from."""

    def __init__(
        self, store: Store, reader: Reader, mode: Mode, at: int, as_of: int,
        areas: Ranges | None = None, titles: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.store, self.reader, self.mode = store, reader, mode
        self.at, self.as_of, self.areas = at, as_of, areas
        self._titles = titles or {}
        self._personal = Sharings(store).personal()
        self._kept: dict[str, list[Fact]] = {}
        self._basis: dict[int, Version] = {}
        self._used: dict[str, dict[int, Version]] = {}
        self.towns = _Towns([one for one in store.places("city") if one.level != "part"])

    def of(self, kind: str) -> list[Fact]:
        """The picture of a kind, in the order of series and key, without personal data."""
        if kind not in self._kept:
            query = Query(self.reader, self.at, self.as_of, kind, self.mode, areas=self.areas)
            versions = [one for one in self.store.picture(query) if one.label not in self._personal]
            versions.sort(key=lambda one: (one.series, one.key, one.id))
            self._kept[kind] = [Fact(one, one.fields()) for one in versions]
        return self._kept[kind]

    def put(self, kind: str, found: list[Fact]) -> None:
        """Take what was computed here for the picture of a kind."""
        self._kept[kind] = found

    def first(self, *kinds: str) -> tuple[str, list[Fact]]:
        """The first of `kinds` of which there is anything, and its picture; the last if none."""
        for kind in kinds:
            if found := self.of(kind):
                return kind, found
        return kinds[-1], []

    def origins(self, facts: Iterable[Fact], kinds: frozenset[str] | None = None) -> list[Version]:
        """What was said by whom: versions as they are, of a product what it rests on. A product
        rests on more than tells of the matter (what was built; of whom lists only the name):
        `kinds`, or those known of it, are what does."""
        facts = list(facts)
        told = kinds or frozenset[str]().union(*(_TELLS.get(one.version.kind, ()) for one in facts))
        own: dict[int, Version] = {}
        wanted: set[int] = set()
        due = [fact.version for fact in facts]
        while due:  # a product may rest on another
            asked: set[int] = set()
            for one in due:
                if one.source.startswith(_PRODUCT) and one.basis:
                    asked.update(one.basis)
                else:
                    own[one.id] = one
            due = self._known(sorted(asked - wanted))
            wanted |= asked
        every = [one for one in own.values() if one.kind not in _BUILT]
        found = [one for one in every if (not told or one.kind in told)
                 and not _only_lists(one)] or every  # fmt: skip
        for one in found:
            self._used.setdefault(self.title(one.source), {})[one.id] = one
        return found

    def _known(self, ids: list[int]) -> list[Version]:
        """Versions by id, as far as the reader sees them; each is looked up once."""
        missing = [one for one in ids if one not in self._basis]
        for start in range(0, len(missing), _SOME):
            self._basis |= self.store.versions(missing[start : start + _SOME], self.reader)
        found = [self._basis[one] for one in ids if one in self._basis]
        return [one for one in found if one.label not in self._personal]

    def title(self, source: str) -> str:
        """What a source is called here."""
        return self._titles.get(source, source)

    def sources(self) -> list[SourceLine]:
        """Everyone whose records were used so far."""
        states = {
            self.title(one.text("source") or one.text("name") or one.version.key):
            STATES.get(one.text("state"), one.text("state"))
            for one in self.of("node.source_health")
        }  # fmt: skip
        return [
            SourceLine(
                name, tuple(sorted({one.kind for one in some.values()})), len(some),
                min(one.issued for one in some.values()), max(one.issued for one in some.values()),
                states.get(name, ""),
            )
            for name, some in sorted(self._used.items())
        ]  # fmt: skip

    def town(self, fact: Fact) -> str:
        """The municipality that a fact is about, by its area, else as it is written."""
        written = fact.text("municipality") or fact.text("area_name")
        return self.towns.name(fact.version.area, written)

    def figure(
        self, code: str, name: str, en: str, unit: str, value: Number | None,
        facts: Sequence[Fact], remark: str = "", kinds: frozenset[str] | None = None,
    ) -> Figure:  # fmt: skip
        """A figure that rests on `facts`: without any there is no number."""
        origins = self.origins(facts, kinds)
        times = [told_at(one) for one in origins]
        return Figure(
            code=code, name=name, en=en, unit=unit, value=value if facts else None,
            oldest=min(times, default=None), newest=max(times, default=None),
            sources=self.names(origins), remark=remark,
        )  # fmt: skip

    def names(self, origins: Iterable[Version]) -> tuple[str, ...]:
        """Sources by what they are called, in order."""
        return tuple(sorted({self.title(one.source) for one in origins}))

    def table(
        self, title: str, en: str, columns: Sequence[str], rows: list[list[Any]],
        facts: Sequence[Fact], *, wide: Sequence[int] = (), total: list[Any] | None = None,
        most: int = 40, remark: str = "", kinds: frozenset[str] | None = None,
    ) -> Table:  # fmt: skip
        """A table that rests on `facts`, of at most so many rows."""
        origins = self.origins(facts, kinds)
        times = [told_at(one) for one in origins]
        return Table(
            title=title, en=en, columns=tuple(columns), rows=rows[:most], wide=tuple(wide),
            total=total, left_out=max(0, len(rows) - most), oldest=min(times, default=None),
            newest=max(times, default=None), sources=self.names(origins), remark=remark,
        )  # fmt: skip


#: What is built stands in a basis, but says nothing of what happened.
_BUILT = frozenset({
    "infrastructure.facility", "infrastructure.road_link", "infrastructure.population_mesh",
    "disaster.layer",
})  # fmt: skip


#: What tells of the matter of a product.
_TELLS = {
    "disaster.shelter_merged": ("disaster.shelter",),
    "disaster.road_state": ("disaster.road", "infrastructure.probe_passage"),
    "infrastructure.outage_area": ("infrastructure.outage",),
    "infrastructure.station_outlook": ("infrastructure.base_station", "infrastructure.outage"),
}  # fmt: skip


def _only_lists(version: Version) -> bool:
    """True for a shelter in a list of designated ones, which says nothing of whether it is open."""
    return version.kind == "disaster.shelter" and (
        version.fields().get("status", "unknown") == "unknown"
    )


def told_at(version: Version) -> int:
    """As of when a record is: its own word for it (`observed`), else when it was issued."""
    observed = version.fields().get("observed")
    if isinstance(observed, str):
        try:
            return min(parse(observed), version.issued)
        except ValueError:
            pass
    return version.issued


def total(facts: Iterable[Fact], name: str) -> Number | None:
    """The sum of a field over those who report it; None where nobody does."""
    known = [value for one in facts if (value := one.number(name)) is not None]
    return sum(known) if known else None


def unsaid(facts: Sequence[Fact], name: str, what: str) -> str:
    """How many say nothing of a field, where some do."""
    silent = sum(one.number(name) is None for one in facts)
    return f"うち{what}未報告 {silent}" if silent else ""


def latest(facts: Iterable[Fact], key: Callable[[Fact], Any]) -> list[Fact]:
    """Of those that speak of one thing, what was said last."""
    found: dict[Any, Fact] = {}
    for one in facts:
        thing = key(one)
        if thing not in found or _order(found[thing]) < _order(one):
            found[thing] = one
    return list(found.values())


def _order(fact: Fact) -> tuple[int, int, int]:
    return fact.version.issued, fact.version.serial, fact.version.id


class _Towns:
    """Names of municipalities by area, and their order."""

    def __init__(self, places: list[Place]) -> None:
        self.places = {one.area: one for one in sorted(places, key=lambda one: one.area)}
        self._codes = {one.name: one.area for one in self.places.values()}

    def name(self, area: str | None, written: str) -> str:
        """The name of an area, else what is written without its county."""
        if area in self.places:
            return self.places[area].name
        if area and area.startswith("city:") and (whole := f"{area[:10]}00") in self.places:
            return self.places[whole].name
        head, county, rest = written.partition("郡")
        if head and county and rest[-1:] in "町村" and len(rest) > 1:
            return rest
        return written

    def order(self, name: str) -> tuple[str, str]:
        """Municipalities in the order of their codes, others after them by name."""
        return self._codes.get(name, "~"), name
