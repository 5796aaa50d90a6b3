"""Capabilities: declarations of products, and the rules that every product's editions keep.

A capability is one folder that declares a `Capability`; its `build` computes records from
records. The engine runs it with `run`, which keeps modes apart, puts series under the
capability's own name, and lets what is newly computed take the place of what stands.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from noroshi.core.errors import InvalidRecord, NoroshiError
from noroshi.core.parts import DECLARED, Inputs, Scope, Towns, listed, split
from noroshi.core.record import Action, Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, NEVER

Build = Callable[..., list[Edition]]
Lookup = Callable[[Sequence[int]], Iterable[Version]]
"""Versions by id, as they are known now (with `ended_at`)."""

_NAME = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """What a capability is called, what it answers, and where its parts are.

    `sentence` and `sentence_ja` say what it answers and for whom.
    `consumes` and `produces` are names of kinds.
    `build` is `module:function`, called as `build(inputs, params)` with `Inputs` and the Struct
    at `params` (`module:Struct`, every field with a default and a note). It is pure, and returns
    editions whose series is free to choose: one per natural unit (a municipality, an office).

    `scope` (`module:function`, called as `scope(version, towns)`) names the parts of the world for
    which an input counts: no name, one or several, each without a slash (`city:5120100`). Then
    `build` is called once for each part with the inputs that count there, so that a change costs
    no more than the parts it touches; series are put under the part's name. Without `scope` all
    is one part. Kinds in `context` count in every part, whole.
    `history`: for a kind, for how long back (µs) `build` also needs what has been replaced or has
    ended; such inputs hold what was true at some time since then, and `ended_at` and `valid_to`
    tell which still are. `build` must not depend on anything that ended longer than that before
    the newest input was issued.
    `clock`: `build(inputs, params, at)` may also depend on the moment, as where something has been
    silent for too long. A record made so ends (`valid_to`) at the moment at which something else
    is to be said if nothing new comes; it is then computed again.
    """

    title: str
    title_ja: str
    sentence: str
    sentence_ja: str
    consumes: tuple[str, ...]
    produces: tuple[str, ...]
    build: str
    params: str
    scope: str = ""
    context: tuple[str, ...] = ()
    history: Mapping[str, int] = {}
    clock: bool = False

    def load_build(self) -> Build:
        """The function that computes. Raises NoroshiError where it cannot be imported."""
        build: Build = _load(self.build)
        return build

    def load_scope(self) -> Scope | None:
        """The function that names the parts, None without one. Raises NoroshiError."""
        if not self.scope:
            return None
        found: Scope = _load(self.scope)
        return found

    def load_params(self) -> type[msgspec.Struct]:
        """The type of its parameters. Raises NoroshiError where it cannot be imported."""
        params = _load(self.params)
        if not (isinstance(params, type) and issubclass(params, msgspec.Struct)):
            raise NoroshiError(f"{self.params} is not a msgspec.Struct", where=self.title)
        return params


def series_prefix(name: str) -> str:
    """What every series of the capability `name` (`field/name`) begins with."""
    if not _NAME.fullmatch(name):
        raise NoroshiError(
            f"not a capability name: {name!r}",
            remedy="write it as field/name in lower case, e.g. health/bed_need",
        )
    return f"product/{name}/"


def series_of(name: str, part: str, series: str) -> str:
    """The series of an edition that was built for a part, as it is kept."""
    return series_prefix(name) + "/".join(filter(None, (part, series)))


def run(
    name: str,
    capability: Capability,
    inputs: Inputs,
    params: msgspec.Struct | None = None,
    *,
    at: int | None = None,
    towns: Towns = DECLARED,
    standing: Sequence[Version] = (),
    lookup: Lookup | None = None,
    keep: Callable[[Edition, Inputs], bool] | None = None,
    wider: Mapping[tuple[str, Mode], tuple[int, int]] | None = None,
) -> list[Edition]:
    """Compute a product and return the editions to commit: only those that change something.

    `inputs`: the picture of the consumed kinds; modes may be mixed here, each is computed alone.
    `at`: the moment, for capabilities with a clock; None: when the newest of the inputs was issued.
    `standing`: what this capability's products say now: the picture of the produced kinds, with
    what has lapsed and not been replaced.
    `lookup`: gives versions by id; asked for inputs of standing products that have left the
    picture, so that a level which falls does so from the time its warning ended. Without it the
    newest time among the inputs is taken.
    `keep` leaves out of what was built the editions it is false for. `wider` are the time of issue
    and serial of what is said of a series to a wider circle: what is said here comes after it.
    Raises InvalidRecord where `build` breaks its contract or refuses an input.
    """
    scope = capability.load_scope()
    prefix = series_prefix(name)
    mine = [one for one in standing if one.series.startswith(prefix) and not _cancelled(one)]
    modes: dict[Mode, dict[str, list[Version]]] = {}
    for kind in capability.consumes:
        for version in inputs.get(kind, ()):
            if not _cancelled(version):
                modes.setdefault(version.mode, {}).setdefault(kind, []).append(version)
    found: list[Edition] = []
    for mode in sorted({*modes, *(one.mode for one in mine)}):
        of_mode: dict[str, list[Version]] = {kind: [] for kind in capability.consumes}
        of_mode.update(modes.get(mode, {}))
        parts = split(of_mode, scope, capability.context, towns) if mode in modes else {}
        found += compute(
            name, capability, parts, params, mode=mode, at=newest(of_mode) if at is None else at,
            standing=[one for one in mine if one.mode == mode], lookup=lookup, keep=keep,
            wider=wider,
        )  # fmt: skip
    return found


def compute(
    name: str,
    capability: Capability,
    parts: Mapping[str, Inputs],
    params: msgspec.Struct | None = None,
    *,
    mode: Mode,
    at: int,
    standing: Sequence[Version] = (),
    lookup: Lookup | None = None,
    keep: Callable[[Edition, Inputs], bool] | None = None,
    wider: Mapping[tuple[str, Mode], tuple[int, int]] | None = None,
    again: Callable[[Edition], None] | None = None,
) -> list[Edition]:
    """As `run`, of one mode and of the parts that are given: `standing` is what stands there.
    `again`: see `supersede`."""
    build = capability.load_build()
    chosen = capability.load_params()() if params is None else params
    own = set(capability.consumes).difference(capability.context if capability.scope else ())
    stands: dict[str, list[Version]] = {}
    for version in standing:
        stands.setdefault(part_of(name, capability, version.series), []).append(version)
    found: list[Edition] = []
    for part in sorted({*parts, *stands}):
        inputs: Inputs = parts.get(part) or dict.fromkeys(capability.consumes, ())
        built: list[Edition] = []
        if any(inputs.get(kind) for kind in own):
            built = build(inputs, chosen, at) if capability.clock else build(inputs, chosen)
        check(name, capability, built, inputs, mode, at if capability.clock else NEVER)
        if keep is not None:
            built = [one for one in built if keep(one, inputs)]
        named = [
            msgspec.structs.replace(one, series=series_of(name, part, one.series)) for one in built
        ]
        found += supersede(named, stands.get(part, []), inputs, lookup, wider or {}, again)
    return found


def part_of(name: str, capability: Capability, series: str) -> str:
    """The part of the world (see `Capability.scope`) that a product's series is of."""
    if not capability.scope:
        return ""
    return series.removeprefix(series_prefix(name)).partition("/")[0]


def check(
    name: str, capability: Capability, built: Sequence[Edition], inputs: Inputs, mode: Mode,
    at: int = NEVER,
) -> None:  # fmt: skip
    """Raise InvalidRecord where editions break the contract of a product.

    Kinds are declared ones; mode is that of the inputs; every record rests on inputs; a series
    appears once, and a key once in it; nothing is issued later than the newest of the inputs, or
    than `at`, the moment of a product with a clock.
    """
    gone = _absent({one for edition in built for record in edition.records
                    for one in record.basis}, inputs)  # fmt: skip
    latest = max(newest(inputs), at)
    seen: set[str] = set()
    for edition in built:
        where = f"{name} {edition.series}"
        if edition.series in seen:
            raise InvalidRecord("series appears twice", where=where)
        seen.add(edition.series)
        if edition.action != Action.ISSUE or not edition.whole or edition.merge:
            raise InvalidRecord("a product issues whole editions only", where=where)
        if edition.mode != mode:
            raise InvalidRecord(f"made {edition.mode.name} from {mode.name} inputs", where=where)
        if edition.issued > latest:
            raise InvalidRecord("issued later than any of its inputs", where=where)
        keys: set[tuple[str, str]] = set()
        for record in edition.records:
            if record.kind not in capability.produces:
                raise InvalidRecord(f"kind {record.kind} is not declared", where=where)
            if not record.basis or (gone and not gone.isdisjoint(record.basis)):
                raise InvalidRecord(f"{record.key} does not rest on its inputs", where=where)
            if (record.kind, record.key) in keys:
                raise InvalidRecord(f"{record.key} appears twice", where=where)
            keys.add((record.kind, record.key))


def supersede(
    built: Iterable[Edition],
    standing: Sequence[Version],
    inputs: Inputs,
    lookup: Lookup | None = None,
    wider: Mapping[tuple[str, Mode], tuple[int, int]] | None = None,
    again: Callable[[Edition], None] | None = None,
) -> list[Edition]:
    """The editions of `built` that change what stands, made to come after it, and an empty one
    for each standing series that nothing supports any more. All of one mode. `again` hears of
    those that say what stands, if from other inputs.

    What is computed last from the whole picture is what this node holds, so its place in the
    series never depends on the order in which inputs arrived.
    """
    old: dict[str, list[Version]] = {}
    for version in standing:
        old.setdefault(version.series, []).append(version)
    ended = cache(lambda: _ends(standing, inputs, lookup))
    found: list[Edition] = []
    for edition in built:
        was = old.pop(edition.series, [])
        if not was and not edition.records:
            continue
        before = (wider or {}).get((edition.series, edition.mode))
        stands = max(((one.issued, one.serial) for one in was), default=None)
        late = before is not None and (stands is None or stands <= before)
        if _same(edition, was) and not late:
            if again is not None:
                again(edition)
            continue
        after = _after(edition, was, ended() if was else {})
        if before is not None and (after.issued, after.serial) <= before:
            after = msgspec.structs.replace(after, issued=before[0], serial=before[1] + 1)
        found.append(after)
    for series, was in sorted(old.items()):
        before = (wider or {}).get((series, was[0].mode))
        if before is not None and max((one.issued, one.serial) for one in was) < before:
            continue  # what is said to a wider circle stands in its place
        empty = Edition(series=series, issued=was[0].issued, records=[], mode=was[0].mode)
        found.append(_after(empty, was, ended()))
    return found


def _after(edition: Edition, was: Sequence[Version], ended: Mapping[int, int]) -> Edition:
    """`edition` ordered after `was`, taking effect when the inputs of `was` that left had ended."""
    if not was:
        return edition
    gone = [ended[one] for version in was for one in version.basis if one in ended]
    begun = [version.valid_from for version in was if version.valid_from > NEVER]
    own = [] if edition.effective is None else [edition.effective]
    issued = max(edition.issued, *(version.issued for version in was))
    if edition.records:  # one that ends stays as early as it may: what comes late comes after it
        issued = max(issued, *gone, NEVER)
    serial = max((one.serial + 1 for one in was if one.issued == issued), default=edition.serial)
    return msgspec.structs.replace(
        edition,
        issued=issued,
        serial=serial,
        effective=max(own + begun + gone, default=issued),
    )


def _ends(standing: Sequence[Version], inputs: Inputs, lookup: Lookup | None) -> Mapping[int, int]:
    """When each input of `standing` that has left the picture stopped being true."""
    gone = sorted(_absent({one for version in standing for one in version.basis}, inputs))
    if lookup is None:
        latest = newest(inputs)
        return dict.fromkeys(gone, latest) if latest > NEVER else {}
    ends = {one.id: min(one.valid_to, one.ended_at) for one in lookup(gone)} if gone else {}
    return {one: end for one, end in ends.items() if NEVER < end < FOREVER}


def _same(edition: Edition, was: Sequence[Version]) -> bool:
    """True if `was` already says what `edition` does: it would not be kept again."""
    said = {(one.kind, one.key): (one.body, one.area, one.geometry, one.confidence) for one in was}
    saying = {
        (one.kind, one.key): (one.body, one.area, one.geometry, one.confidence)
        for one in edition.records
    }
    if said != saying:
        return False
    until = {(one.kind, one.key): one.valid_to for one in was}
    return all(
        until[one.kind, one.key] == (FOREVER if one.valid_to is None else one.valid_to)
        for one in edition.records
    )


def _cancelled(version: Version) -> bool:
    return version.action == Action.CANCEL


def newest(inputs: Inputs) -> int:
    """The newest time of issue among `inputs`; NEVER where there are none."""
    return max((listed(versions).newest for versions in inputs.values()), default=NEVER)


def mode_of(inputs: Inputs) -> Mode:
    """The one mode of `inputs` (ACTUAL where there are none).

    Raises InvalidRecord where modes are mixed: an exercise must never colour the real picture.
    """
    modes: set[Mode] = set().union(*(listed(versions).modes for versions in inputs.values()))
    if len(modes) > 1:
        names = ", ".join(sorted(mode.name for mode in modes))
        raise InvalidRecord(
            f"inputs of several modes ({names})", remedy="build each mode on its own"
        )
    return modes.pop() if modes else Mode.ACTUAL


def labels_of(records: Iterable[Record], inputs: Inputs) -> set[int]:
    """The sharing labels of what product records were computed from; none without records."""
    rest = {one for record in records for one in record.basis}
    found: set[int] = set()
    for versions in inputs.values():
        known = listed(versions).by_id
        mine = {one for one in rest if one in known}
        found.update(known[one].label for one in mine)
        rest -= mine
    return found


def _absent(ids: set[int], inputs: Inputs) -> set[int]:
    """Those of ids that are of no input."""
    for versions in inputs.values():
        if not ids:
            break
        known = listed(versions).by_id
        ids = {one for one in ids if one not in known}
    return ids


def _load(path: str) -> Any:
    module, separator, attribute = path.partition(":")
    try:
        if not separator:
            raise ValueError("write it as module:name")
        return getattr(importlib.import_module(module), attribute)
    except Exception as error:  # a capability's own code runs here
        raise NoroshiError(f"cannot load {path}: {type(error).__name__}: {error}") from error
