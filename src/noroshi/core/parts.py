"""Parts of the world: for which of them an input of a product counts, so that a change costs no
more than the parts it touches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, wraps
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Mode, Version
from noroshi.core.time import NEVER

T = TypeVar("T")

Inputs = Mapping[str, Sequence[Version]]
"""For each consumed kind, versions in the picture, in the order of series and key; of one mode."""


class Towns(Protocol):
    """Which municipality something is in. Both answer with an area (`city:5120100`), or nothing
    where they cannot tell."""

    def of(self, version: Version) -> str:
        """Where a version is: by its own area, else by its geometry and the imported borders."""
        ...

    def named(self, name: str, near: str = "") -> str:
        """The municipality of a name as people write it (七尾市, 石川県七尾市); `near` is an area
        of the prefecture that is meant where several have the name."""
        ...


class _Declared:
    """Knows only what versions say of themselves."""

    def of(self, version: Version) -> str:
        scheme, _, code = (version.area or "").partition(":")
        return f"city:{code[:5]}00" if scheme == "city" and len(code) == 7 else ""

    def named(self, name: str, near: str = "") -> str:
        return ""


#: Where no borders are known.
DECLARED: Towns = _Declared()

Scope = Callable[[Version, Towns], Sequence[str]]
"""For which parts an input counts: their names."""


def split(
    inputs: Inputs, scope: Scope | None, context: Sequence[str] = (), towns: Towns = DECLARED
) -> dict[str, Inputs]:
    """Inputs by part; all of them under "" without a `scope`. Each list is in the order of series
    and key, whatever the order in which they are given."""
    if scope is None:
        return {"": {kind: ordered(versions) for kind, versions in inputs.items()}}
    whole = {kind: ordered(inputs.get(kind, ())) for kind in context}
    found: dict[str, dict[str, list[Version]]] = {}
    for kind, versions in inputs.items():
        if kind in whole:
            continue
        for version in ordered(versions):
            for part in names_of(scope, version, towns):
                found.setdefault(part, {}).setdefault(kind, []).append(version)
    kinds = [kind for kind in inputs if kind not in whole]
    return {
        part: {**{kind: some.get(kind, []) for kind in kinds}, **whole}
        for part, some in sorted(found.items())
    }


def names_of(scope: Scope, version: Version, towns: Towns) -> list[str]:
    """The parts for which a version counts. Raises InvalidRecord for a name with a slash."""
    names = sorted(set(scope(version, towns)))
    for name in names:
        if not name or "/" in name:
            raise InvalidRecord(f"a part is called {name!r}", where=version.series)
    return names


def ordered(versions: Sequence[Version]) -> Listed:
    """In the order of series and key; of one thing, the one that was true first, first."""
    return Listed(sorted(versions, key=lambda one: (
        one.series, one.kind, one.key, one.valid_from, one.issued, one.serial, one.id
    )))  # fmt: skip


class Listed(list[Version]):
    """Versions with what is asked of all of them again and again: tens of thousands count in
    every part. Not changed once it is made."""

    @cached_property
    def by_id(self) -> dict[int, Version]:
        """Each version by its id."""
        return {one.id: one for one in self}

    @cached_property
    def newest(self) -> int:
        """The newest time of issue; NEVER where there are none."""
        return max((one.issued for one in self), default=NEVER)

    @cached_property
    def modes(self) -> frozenset[Mode]:
        """Their modes."""
        return frozenset(one.mode for one in self)

    @cached_property
    def identity(self) -> tuple[int, int]:
        """The same for the same versions, in whichever list."""
        return len(self), hash(tuple(one.id for one in self))


def listed(versions: Sequence[Version]) -> Listed:
    """`versions`, or a list of them that knows more."""
    return versions if isinstance(versions, Listed) else Listed(versions)


def remembered(most: int = 4) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Keep the last `most` results of a pure function of sequences of versions (and of values that
    can be hashed): what is made of a road network or of a census need not be made again because
    one closure has changed. Two sequences are the same where they hold the same versions."""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        kept: OrderedDict[_Key, T] = OrderedDict()
        # What was asked for last, as it was then: a list of the very same versions compares in a
        # hundredth of the time that it takes to write down what they say.
        last: list[tuple[tuple[Any, ...], T]] = []

        @wraps(function)
        def again(*arguments: Any) -> T:
            for asked, made in last:
                if len(asked) == len(arguments) and all(map(_equal, asked, arguments)):
                    return made
            made = remember(*arguments)
            copies = tuple(list(one) if _is_list(one) else one for one in arguments)
            last[:] = [(copies, made), *last[: most - 1]]
            return made

        def remember(*arguments: Any) -> T:
            key = _Key(tuple(map(_key, arguments)))
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
            made = function(*arguments)
            kept[key] = made
            while len(kept) > most:
                kept.popitem(last=False)
            return made

        return again

    return decorate


class _Key:
    """A key that is hashed once: tens of thousands of versions take a while."""

    __slots__ = ("hash", "said")

    def __init__(self, said: tuple[Any, ...]) -> None:
        self.said, self.hash = said, hash(said)

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.hash == other.hash and self.said == other.said


_SAID = attrgetter("id", "series", "key", "body", "geometry", "area", "valid_to")


def _is_list(argument: Any) -> bool:
    return isinstance(argument, Sequence) and not isinstance(argument, str | bytes)


def _equal(one: Any, other: Any) -> bool:
    if _is_list(one) and _is_list(other):
        return len(one) == len(other) and one == (other if isinstance(other, list) else list(other))
    return type(one) is type(other) and bool(one == other)


def _key(argument: Any) -> Any:
    """A version by what it says: ids are a node's own, and a test's begin anew."""
    if _is_list(argument):
        if all(isinstance(one, Version) for one in argument):
            return tuple(map(_SAID, argument))
        return tuple(_SAID(one) if isinstance(one, Version) else one for one in argument)
    return argument
