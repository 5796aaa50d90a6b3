"""One scenario in many prefectures at once, for load."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

import msgspec

from noroshi.feeds.drill.scene import Event, Message, Scenario
from noroshi.feeds.drill.world.model import World


def play_in(
    scenario: Scenario, worlds: Sequence[World], start: int, seed: int, residents: int = 0
) -> Iterator[Event]:
    """The events of `scenario` in each of `worlds`, in order of time; at one time in the order of
    the worlds. `residents`: how many people speak, in one world. In several, each source has the
    code of its prefecture in its name (`named`)."""
    if len(worlds) == 1:
        more = {"residents": residents} if residents else {}
        return scenario.play(worlds[0], start, seed, **more)
    streams = [
        _of(scenario.play(one, start, seed + one.number), one.code) for one in worlds
    ]  # fmt: skip
    return heapq.merge(*streams, key=lambda event: event.time)


def named(source: str, code: str) -> str:
    """The name of a source among those of several prefectures: its prefecture's code behind it,
    where it does not begin with it."""
    return source if source.startswith(code) else f"{source}-{code}"


def _of(events: Iterator[Event], code: str) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Message):
            event = msgspec.structs.replace(event, source=named(event.source, code))
        yield event
