"""Runs products when their inputs have changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from noroshi import domains
from noroshi.core.capability import Capability, label_of, run
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR
from noroshi.core.record import Edition, Mode, Version
from noroshi.core.time import now
from noroshi.store import Query, Store


def run_products(store: Store, changed: set[str]) -> tuple[int, list[str]]:
    """Compute every product that consumes one of the `changed` kinds (`*`: any).

    Returns how many versions were stored, and what failed: a failing product is reported and
    stops nothing else.
    """
    stored, failures = 0, []
    for name, capability in domains.all_capabilities().items():
        if isinstance(capability, domains.Broken):
            continue
        if "*" not in changed and changed.isdisjoint(capability.consumes):
            continue
        try:
            stored += _run_one(store, name, capability)
        except NoroshiError as error:
            failures.append(f"{name}: {error}")
        except Exception as error:  # a capability's own defect
            failures.append(f"{name}: {type(error).__name__}: {error}")
    return stored, failures


def _run_one(store: Store, name: str, capability: Capability) -> int:
    moment = now()
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
    return sum(store.publish(some, source=source, label=label) for label, some in by_label.items())


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
