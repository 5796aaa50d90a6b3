"""Who offers what: one dataset for each source and collection, as far as the reader may see.

Everything here is made from the picture and the sources as the reader sees them, so that what is
hidden neither appears nor counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import msgspec

from noroshi import kinds
from noroshi.channels.exports import sharings
from noroshi.core import place
from noroshi.core.freshness import FRESH, Freshness, judge
from noroshi.core.label import BUILT_IN, OWN, TLP, Reader, to_tlp
from noroshi.core.place import Box
from noroshi.core.record import Version
from noroshi.core.time import FOREVER, now
from noroshi.engine.settings import Settings, Source
from noroshi.engine.sharing import Sharings
from noroshi.kinds import Kind
from noroshi.store import Query, SourceState, Store

#: Land and sea of Japan with a margin: a coordinate outside is more often a slip than a place.
JAPAN: Box = (122.0, 20.0, 154.5, 46.0)
#: How many areas a dataset names.
NAMED = 2_000


class Quality(msgspec.Struct, frozen=True):
    """What can be counted of a dataset's quality. Shares are from 0 to 1; `quarantine` is that of
    the source's messages that cannot be read, None where no message came."""

    located: float
    with_area: float
    outside_japan: int
    quarantine: float | None
    quarantined: int
    lapsed: int


class Offer(msgspec.Struct, frozen=True):
    """A dataset. Times are µs; `areas` are those that records name, by code; `box` is None where
    nothing has a place. `contact` and `licence` are what the settings say, "" for nothing."""

    source: str
    collection: str
    title: str
    title_ja: str
    description: str
    contact: str
    licence: str
    layer: str
    count: int
    newest: int
    earliest: int
    box: Box | None
    areas: dict[str, str]
    labels: tuple[str, ...]
    tlp: str
    fresh: Freshness | None
    quality: Quality


class _Seen:
    """What is counted while the records of one dataset go by."""

    def __init__(self) -> None:
        self.count = self.lapsed = self.located = self.with_area = self.outside = 0
        self.newest, self.earliest, self.recorded = -FOREVER, FOREVER, 0
        self.box: Box | None = None
        self.areas: set[str] = set()
        self.labels: set[int] = set()


def offers(store: Store, settings: Settings, reader: Reader) -> list[Offer]:
    """Every dataset of which `reader` sees at least one record, also one that has run out."""
    present = now()
    as_of = max(present, store.recorded())
    found: dict[tuple[str, str], _Seen] = {}
    known = kinds.all_kinds()
    labels = Sharings(store)
    personal = labels.personal()
    for kind in sorted(store.kinds(reader) & known.keys()):
        for version in store.picture(Query(reader, present, as_of, kind, lapsed=True)):
            if version.label in personal:
                continue
            seen = found.get((version.source, kind))
            if seen is None:
                seen = found[version.source, kind] = _Seen()
            _count(seen, version.valid_to > present, version)
    if not found:
        return []
    states = {one.name: one for one in store.sources(reader)}
    names = {one.area: one.name for one in store.places()}
    meaning = sharings(store)
    made = []
    for (source, kind), seen in found.items():
        said = settings.source(source)
        declared = known[kind]
        title, title_ja = _called(said)
        tlp = max((to_tlp(meaning.get(one, BUILT_IN[OWN])) for one in seen.labels),
                  key=TLP.index)  # fmt: skip
        state = states.get(source)
        fresh = None if state is None else _freshness(seen, state, said.every, present)
        named = sorted(seen.areas)[:NAMED]
        made.append(
            Offer(
                source, kind, f"{declared.en} — {title}", f"{declared.ja}（{title_ja}）",
                said.description, said.contact, said.licence, declared.layer, seen.count,
                seen.newest, seen.earliest, seen.box,
                {one: names.get(one, one.partition(":")[2]) for one in named},
                tuple(map(labels.name, sorted(seen.labels))), tlp, fresh, _quality(seen, state),
            )
        )  # fmt: skip
    return sorted(made, key=lambda one: (kinds.LAYERS.index(one.layer), one.collection, one.source))


def _count(seen: _Seen, current: bool, version: Version) -> None:
    seen.count += current
    seen.lapsed += not current
    seen.newest = max(seen.newest, version.issued)
    seen.recorded = max(seen.recorded, version.recorded)
    seen.earliest = min(seen.earliest, version.valid_from)
    seen.labels.add(version.label)
    if version.area is not None:
        seen.with_area += 1
        seen.areas.add(version.area)
    if version.geometry is not None:
        seen.located += 1
        one = place.bounds(version.geometry)
        seen.outside += not place.touches(JAPAN, one)
        box = seen.box
        seen.box = one if box is None else (
            min(box[0], one[0]), min(box[1], one[1]), max(box[2], one[2]), max(box[3], one[3])
        )  # fmt: skip


def _called(source: Source) -> tuple[str, str]:
    """What a source is called in English and Japanese."""
    if source.name.startswith("product/"):
        return "computed by this node", "この拠点で算出"
    return source.title or source.title_ja or source.name, (
        source.title_ja or source.title or source.name
    )


def _freshness(seen: _Seen, state: SourceState, every: int | None, present: int) -> Freshness:
    """How a dataset stands: as its source where that is late, stale or silent; but a source that
    is fresh may not have spoken of this for years."""
    source = judge(state, every, present)
    if source.state != FRESH:
        return source
    own = msgspec.structs.replace(
        state, last_received=seen.recorded, newest_issued=seen.newest, issued=(seen.newest,),
        delays=(seen.recorded - seen.newest,), quarantined_recent=0,
    )  # fmt: skip
    return msgspec.structs.replace(
        judge(own, None, present), cadence=source.cadence, cadence_from=source.cadence_from,
        lateness=source.lateness,
    )  # fmt: skip


def _quality(seen: _Seen, state: SourceState | None) -> Quality:
    total = seen.count + seen.lapsed
    arrivals = 0 if state is None else state.arrivals
    bad = 0 if state is None else state.quarantined
    return Quality(
        seen.located / total, seen.with_area / total, seen.outside,
        bad / arrivals if arrivals else None, bad, seen.lapsed,
    )  # fmt: skip


def matching(found: Iterable[Offer], words: str) -> list[Offer]:
    """The datasets that have every word of a search somewhere in what is told of them."""
    wanted = _plain(words).split()
    return [one for one in found if all(word in _text(one) for word in wanted)]


def keywords(one: Offer) -> dict[str, list[str]]:
    """Keywords of a dataset by language."""
    kind: Kind = kinds.get(one.collection)
    field = kind.name.partition(".")[0]
    return {"ja": [kind.ja, _FIELDS.get(field, ("その他", ""))[0]], "en": [kind.en, field]}


#: Fields of the vocabulary: Japanese, and themes of the EU's data-theme authority table.
_FIELDS: dict[str, tuple[str, str]] = {
    "disaster": ("災害", "ENVI JUST"), "infrastructure": ("インフラ", "TRAN"),
    "cyber": ("サイバー", "TECH"), "health": ("健康・感染症", "HEAL"),
    "frontier": ("海洋・宇宙", "JUST"), "technology": ("技術安全保障", "TECH"),
}  # fmt: skip


def themes(one: Offer) -> list[str]:
    """Themes of a dataset (EU authority table `data-theme`)."""
    found = _FIELDS.get(one.collection.partition(".")[0], ("", "GOVE"))[1].split()
    return ["TRAN", *found] if one.collection == "disaster.road" else found


def _text(one: Offer) -> str:
    words = [one.source, one.collection, one.title, one.title_ja, one.description, one.contact,
             one.licence, *one.labels, one.tlp, *one.areas, *one.areas.values()]  # fmt: skip
    words += [word for some in keywords(one).values() for word in some]
    return _plain(" ".join(words))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
