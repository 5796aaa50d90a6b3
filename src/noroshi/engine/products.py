"""Runs products when their inputs have changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from noroshi import domains
from noroshi.core.capability import Capability, label_of, next_change, run
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR
from noroshi.core.record import Edition, Mode, Version
from noroshi.core.time import FOREVER, now
from noroshi.store import Query, Store

_DONE, _DUE = "products", "products due"


def is_behind(store: Store) -> bool:
    """True if products are due although nothing new came: a run was cut short after messages were
    kept, or something that products rest on has ended by its own statement."""
    due = store.marked(_DUE)
    return store.marked(_DONE) < store.newest() or 0 < due <= now()


def run_products(store: Store, changed: set[str]) -> tuple[int, list[str]]:
    """Compute every product that consumes one of the `changed` kinds (`*`: any).

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
            versions, ends = _run_one(store, name, capability)
            stored, due = stored + versions, min(due, ends or FOREVER)
        except NoroshiError as error:
            failures.append(f"{name}: {error}")
        except Exception as error:  # a capability's own defect
            failures.append(f"{name}: {type(error).__name__}: {error}")
    if not failures:
        store.mark(_DONE, newest)
        store.mark(_DUE, 0 if due == FOREVER else due)
    return stored, failures


def _run_one(store: Store, name: str, capability: Capability) -> tuple[int, int | None]:
    """Returns how many versions were stored, and when the product is due again if ever."""
    moment = max(now(), store.recorded())
    inputs = {kind: _pictures(store, [kind], moment) for kind in capability.consumes}

    def lookup(ids: Sequence[int]) -> Iterable[Version]:
        return [store.version(id, OPERATOR) for id in ids]

    standing = _pictures(store, capability.produces, moment, lapsed=True)
    editions = run(name, capability, inputs, standing=standing, lookup=lookup)
    by_label: dict[int, list[Edition]] = {}
    labels = {version.series: version.label for version in standing}
    for edition in editions:
        label = (
            label_of(edition.records, inputs) if edition.records else labels.get(edition.series, 0)
        )
        by_label.setdefault(label, []).append(edition)
    source = f"product/{name}"
    stored = sum(
        store.publish(some, source=source, label=label) for label, some in by_label.items()
    )
    return stored, next_change(inputs, moment)


def _pictures(
    store: Store, kinds: Iterable[str], moment: int, *, lapsed: bool = False
) -> list[Version]:
    """The picture of `kinds` at `moment`, in every mode."""
    return [
        version
        for kind in kinds
        for mode in Mode
        for version in store.picture(Query(OPERATOR, moment, moment, kind, mode, lapsed=lapsed))
    ]
