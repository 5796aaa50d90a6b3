"""What a peer wishes for, as a test of what is sent."""

from __future__ import annotations

from collections.abc import Callable

from noroshi import kinds
from noroshi.channels.match import Match, keep_by_filter
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR, PUBLIC
from noroshi.core.place import area_ranges
from noroshi.core.record import Action, Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, NEVER
from noroshi.engine.peers import Wish
from noroshi.formats.exchange.items import Item
from noroshi.store import Change, Store


def choose(store: Store, wish: Wish) -> Callable[[Item], bool] | None:
    """A test of whether anything in an item is wished for; None where everything is.

    What ends things names them only: it is given to whoever wishes for its kind or does not say.
    Raises NoroshiError for a wish that cannot be read.
    """
    if wish.everything:
        return None
    modes = {mode for mode in Mode if mode.name.lower() in wish.modes}
    names = None if wish.collections is None else [kinds.get(one).name for one in wish.collections]
    every = list(kinds.all_kinds()) if names is None else names
    keep = keep_by_filter(wish.filter, "cql2-text", None, every) if wish.filter else None
    try:
        areas = tuple(area_ranges(wish.area)) if wish.area else None
    except ValueError as error:
        raise NoroshiError(str(error), where="wish") from None
    tests = {
        mode: Match(store, OPERATOR, kinds=names, mode=mode, box=wish.bbox, areas=areas, keep=keep)
        for mode in modes
    }

    def wanted(item: Item) -> bool:
        return any(_holds(tests.get(edition.mode), edition, names) for edition in item.editions)

    return wanted


def _holds(test: Match | None, edition: Edition, names: list[str] | None) -> bool:
    if test is None:
        return False
    if not edition.records or edition.action is Action.CANCEL:
        said = {record.kind for record in edition.records}
        return names is None or not said or not said.isdisjoint(names)
    return any(test(Change(_version(edition, record))) for record in edition.records)


def _version(edition: Edition, record: Record) -> Version:
    """A record as a version, for tests of what it says."""
    start = record.valid_from
    if start is None:
        start = edition.issued if edition.effective is None else edition.effective
    return Version(
        0, record.kind, record.key, edition.series, edition.mode, edition.action, edition.issued,
        edition.serial, edition.issued, max(start, NEVER), record.valid_to or FOREVER, FOREVER,
        FOREVER, PUBLIC, "", None, record.area, record.geometry, record.confidence, (), record.body,
    )  # fmt: skip
