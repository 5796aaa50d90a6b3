"""What is made of many versions is made again only where these have changed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.core.label import PUBLIC
from noroshi.core.parts import remembered
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER


def version(number: int, body: bytes = b"{}") -> Version:
    return Version(
        id=number, kind="k", key=str(number), series="s", mode=Mode.ACTUAL, action=Action.ISSUE,
        issued=1, serial=0, recorded=1, valid_from=1, valid_to=FOREVER, ended_at=FOREVER,
        ended_recorded=FOREVER, label=PUBLIC, source="x", message=None, area=None, geometry=None,
        confidence=None, basis=(), body=body,
    )  # fmt: skip


def test_the_same_versions_in_another_list_are_not_prepared_again() -> None:
    made: list[int] = []

    @remembered()
    def prepare(versions: Sequence[Version], factor: int) -> int:
        made.append(len(versions))
        return factor * len(versions)

    some = [version(1), version(2)]
    assert prepare(some, 2) == 4
    assert prepare(list(some), 2) == 4
    assert prepare(tuple(some), 2) == 4
    assert prepare([version(1), version(2)], 2) == 4
    # Known a moment later, but saying the same.
    assert prepare([msgspec.structs.replace(one, recorded=9) for one in some], 2) == 4
    assert made == [2]
    assert prepare(some, 3) == 6
    assert made == [2, 2]


def test_a_list_that_was_changed_in_place_is_another_one() -> None:
    @remembered(2)
    def bodies(versions: Sequence[Version]) -> list[bytes]:
        return [one.body for one in versions]

    some = [version(1), version(2)]
    assert bodies(some) == [b"{}", b"{}"]
    some[1] = version(2, b"[]")
    assert bodies(some) == [b"{}", b"[]"]
    some.append(version(3))
    assert len(bodies(some)) == 3
    assert bodies(some[:2]) == [b"{}", b"[]"]
