"""Runs products when their inputs have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

import msgspec

from noroshi import domains
from noroshi.core.capability import Capability, labels_of, next_change, run
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import BUILT_IN, FIRST_FREE, OPERATOR, PUBLIC, RECALLED, Reader, within
from noroshi.core.parts import Inputs
from noroshi.core.record import Edition, Mode, Version
from noroshi.core.time import FOREVER, NEVER, now
from noroshi.store import Query, Store

_DONE, _DUE = "products", "products due"


def is_behind(store: Store) -> bool:
    """True if products are due although nothing new came: a run was cut short after messages were
    kept, or something that products rest on has ended by its own statement."""
    due = store.marked(_DUE)
    return store.marked(_DONE) < store.newest() or 0 < due <= now()


def computed(store: Store) -> int:
    """The version up to which products were computed, by whichever process."""
    return store.marked(_DONE)


def run_products(
    store: Store, changed: set[str], releases: Mapping[str, Mapping[int, int]] | None = None
) -> tuple[int, list[str]]:
    """Compute every product that consumes one of the `changed` kinds (`*`: any).

    `releases` says, by product, under which label results are told that rest on another: an
    owner's decision that what is computed from its records may go further than they do.
    Returns how many versions were stored, and what failed: a failing product is reported and
    stops nothing else.
    """
    newest = store.newest()
    failures: list[str] = []
    stored, due = 0, FOREVER
    for name, capability in domains.all_capabilities().items():
        if isinstance(capability, domains.Broken):
            continue
        if "*" not in changed and changed.isdisjoint(capability.consumes):
            continue
        try:
            versions, ends = _run_one(store, name, capability, (releases or {}).get(name, {}))
            stored, due = stored + versions, min(due, ends or FOREVER)
        except NoroshiError as error:
            failures.append(f"{name}: {error}")
        except Exception as error:  # a capability's own defect
            failures.append(f"{name}: {type(error).__name__}: {error}")
    if not failures:
        store.mark(_DONE, newest)
        store.mark(_DUE, 0 if due == FOREVER else due)
    return stored, failures


def _run_one(
    store: Store, name: str, capability: Capability, released: Mapping[int, int]
) -> tuple[int, int | None]:
    """Returns how many versions were stored, and when the product is due again if ever.

    A product is computed for each circle of readers from what that circle sees, the widest first,
    and once from everything; what rests on nothing that only the narrower circle sees was said to
    the wider one already. So nobody's picture depends on what they may not see, and nobody's
    stays behind because of it.
    """
    moment = max(now(), store.recorded())
    standing = _pictures(store, capability.produces, moment, OPERATOR, lapsed=True, apart=True)
    due: int | None = None
    stored = 0
    #: What is said, by label: the time of issue and serial of each series.
    said: dict[int, dict[tuple[str, Mode], tuple[int, int]]] = {}

    def lookup(ids: Sequence[int]) -> Iterable[Version]:
        for id in ids:
            with suppress(NotFound):  # it was recalled
                yield store.version(id, OPERATOR)

    def label_of(edition: Edition, inputs: Inputs) -> int:
        labels = {released.get(one, one) for one in labels_of(edition.records, inputs)}
        try:
            return store.narrowest(labels or {PUBLIC})
        except ValueError:  # personal data of several purposes is not brought together
            return RECALLED

    circles = _circles(store, capability, released)
    for circle, seen in circles.items():
        reader = Reader(name, seen)
        inputs = {kind: _pictures(store, [kind], moment, reader) for kind in capability.consumes}
        due = min(filter(None, (due, next_change(inputs, moment))), default=None)
        labels: Sequence[int | None] = [circle]
        if circle is None:
            rest = {one.label for one in standing} - circles.keys()
            labels = _mixed(name, capability, inputs, label_of, {*circles}, rest)
        for label in labels:

            def is_of(edition: Edition, inputs: Inputs, label: int | None = label) -> bool:
                return label_of(edition, inputs) == label

            assert label is not None
            here = [one for one in standing if one.label == label]
            wider: dict[tuple[str, Mode], tuple[int, int]] = {}
            for one in _seen_with(store, label, said):
                for key, issue in said[one].items():
                    wider[key] = max(wider.get(key, (NEVER, 0)), issue)
            editions = run(name, capability, inputs, standing=here, lookup=lookup, keep=is_of,
                           wider=wider)  # fmt: skip
            if editions:
                source = f"product/{name}"
                stored += store.publish(editions, source=source, label=label)
                if label in released.values() and store.exchange.active():
                    # What an owner released may go to peers; they compute all else themselves.
                    content = msgspec.msgpack.encode(editions)
                    store.exchange.offer(content, source=source, label=label)
            mine = said.setdefault(label, {})
            spoken: list[Version | Edition] = [*here, *editions]
            for each in spoken:
                key = each.series, each.mode
                mine[key] = max(mine.get(key, (NEVER, 0)), (each.issued, each.serial))
    return stored, due


def _mixed(
    name: str,
    capability: Capability,
    inputs: Inputs,
    label_of: Callable[[Edition, Inputs], int],
    circles: set[int | None],
    standing: set[int],
) -> Sequence[int | None]:
    """The labels beyond those of the circles under which something is said, or is to be: of what
    rests on records of several. Those of fewer parts first."""
    found = set(standing)

    def note(edition: Edition, inputs: Inputs) -> bool:
        found.add(label_of(edition, inputs))
        return False

    run(name, capability, inputs, keep=note)
    return sorted(found - circles - {RECALLED})


def _seen_with(store: Store, label: int, labels: Iterable[int]) -> list[int]:
    """Those of `labels` that whoever sees `label` sees as well, whatever they come to mean: what
    is said under another one must not show in what is said here."""
    made = {one.id: set(one.parts) for one in store.labels() if one.parts}
    parts = made.get(label, {label})
    fixed = {one for part in parts & BUILT_IN.keys() for one in BUILT_IN
             if within(BUILT_IN[part], BUILT_IN[one])}  # fmt: skip
    seen = {PUBLIC, *parts, *fixed}
    return [one for one in labels if one in seen or (one in made and made[one] <= seen)]


def _circles(
    store: Store, capability: Capability, released: Mapping[int, int]
) -> dict[int | None, frozenset[int] | None]:
    """The labels that each circle of readers sees, by the label of what it is told; the widest
    first, and last the one that sees everything (None)."""
    labels = store.labels_of(capability.consumes)
    told = {released.get(one, one) for one in labels} | {PUBLIC}
    if len(told) > _CIRCLES:
        told = {one for one in told if one < FIRST_FREE}
    found: dict[int | None, frozenset[int] | None] = {}
    for label in sorted(told):
        # Two labels that a node gave out are never taken for nested: their meaning may change.
        as_wide = {one for one in BUILT_IN if within(store.meaning(label), BUILT_IN[one])}
        also = as_wide if label in BUILT_IN else {PUBLIC}
        found[label] = frozenset(one for one in labels if released.get(one, one) in {label, *also})
    return {**found, None: None} if len(found) > 1 else found


#: Products are computed for at most so many circles of readers; beyond, for those of the built-in
#: labels and for who sees everything.
_CIRCLES = 16


def _pictures(
    store: Store,
    kinds: Iterable[str],
    moment: int,
    reader: Reader,
    *,
    lapsed: bool = False,
    apart: bool = False,
) -> list[Version]:
    """The picture of `kinds` at `moment`, in every mode; `apart`: of each label by itself."""
    labels = sorted(store.labels_of(list(kinds))) if apart else []
    readers = [Reader(reader.name, frozenset({one})) for one in labels] if apart else [reader]
    return [
        version
        for kind in kinds
        for mode in Mode
        for one in readers
        for version in store.picture(Query(one, moment, moment, kind, mode, lapsed=lapsed))
    ]
