"""The state of every source, from how the node hears it (`node.intake`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from zlib import crc32

import msgspec

from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.freshness import due, turns
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import JST, SECOND, parse, show
from noroshi.domains.disaster.source_health import model
from noroshi.domains.disaster.source_health.words import say
from noroshi.kinds import decode, encode, note
from noroshi.kinds.intake import INTAKE, Intake, every_of, freshness_of, seen_of
from noroshi.kinds.source_health import STATES, SourceHealth

#: Into so many parts sources are divided; the clock of a drill counts in all of them.
_PARTS = 16


class Params(msgspec.Struct, frozen=True):
    """From when on messages are called wrong."""

    outside: Annotated[
        float, msgspec.Meta(ge=0, le=1),
        note("位置異常とする割合", "share of a message's positions that are outside or nowhere"),
    ] = 0.2  # fmt: skip
    unread: Annotated[
        float, msgspec.Meta(ge=0, le=1),
        note("読めないとする割合", "share of the latest messages that cannot be read"),
    ] = 0.2  # fmt: skip


def scope(version: Version, towns: Towns) -> Sequence[str]:
    """A source counts in one of a few parts, so that a change costs little of all sources."""
    told: Intake = decode(INTAKE, version.body)
    if not told.source:
        return [f"{number:02d}" for number in range(_PARTS)]
    return [f"{crc32(told.source.encode()) % _PARTS:02d}"]


def build(inputs: Inputs, params: Params, at: int) -> list[Edition]:
    """One edition for each source: its series is the source's name, slashes kept.

    A record ends (`valid_to`) when the source is late, silent, or quiet if nothing comes. Sources
    of a drill are judged at the drill's clock. Raises InvalidRecord for a body that is not of its
    kind, times that are none, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    found = [(version, _told(version)) for version in inputs[INTAKE]]
    clocks = [parse(told.clock) for _, told in found if not told.source and told.clock]
    clock = max(clocks, default=None)
    return [
        _edition(version, told, params, mode, at if clock is None or not told.drill else clock,
                 ends=not told.drill)
        for version, told in found if told.source
    ]  # fmt: skip


def _told(version: Version) -> Intake:
    told: Intake = decode(INTAKE, version.body)
    try:
        for text in (told.clock, told.last_received, told.newest_issued,
                     *(one.received for one in told.lately)):  # fmt: skip
            if text is not None:
                parse(text)
    except ValueError as error:
        raise InvalidRecord(str(error), where=version.series) from None
    return told


def _edition(
    version: Version, told: Intake, params: Params, mode: Mode, present: int, *, ends: bool
) -> Edition:
    seen, every = seen_of(told), every_of(told)
    moment = version.issued
    again: int | None = None
    if told.arrivals:
        # What is said holds from the last moment at which the state turned by the clock alone.
        again = turns(seen, every, moment)
        while again is not None and again <= present:
            moment, again = again, turns(seen, every, again)
    fresh = freshness_of(told, moment)
    wrong = model.wrongs(told, params.outside, params.unread)
    states = [model.OF_FRESHNESS[fresh.state] if told.arrivals else "never_heard"]
    states += [one.state for one in wrong]
    # By a wrong clock nobody can tell how old anything is; silence shows by our own.
    blind = any(one.state == "wrong_clock" for one in wrong)
    if wrong and (states[0] in ("on_time", "irregular") or (blind and states[0] != "silent")):
        states = states[1:]
    order = list(STATES)
    states.sort(key=order.index)
    expected = due(seen, every) if told.arrivals else None
    sentence, sentence_ja = say(told, states, fresh, show(expected, JST), wrong)
    off = next((one.seconds for one in wrong if one.state == "wrong_clock"), None)
    body = SourceHealth(
        source=told.source, state=states[0], states=states, freshness=fresh.state,
        sentence=sentence, sentence_ja=sentence_ja,
        since=_since(states[0], told, wrong, expected), expected=show(expected, JST),
        newest=_local(told.newest_issued), received=_local(told.last_received),
        cadence=None if fresh.cadence is None else fresh.cadence / SECOND,
        cadence_from=fresh.cadence_from or "", clock_off=off,
    )  # fmt: skip
    record = Record(
        "node.source_health", told.source, encode(body), valid_to=again if ends else None,
        basis=(version.id,),
    )  # fmt: skip
    return Edition(told.source, moment, [record], mode=mode, effective=moment)


def _since(
    state: str, told: Intake, wrong: Sequence[model.Wrong], expected: int | None
) -> str | None:
    """Since when the worst has been so, where that is known."""
    if state in ("late", "silent", "stale"):
        return show(expected, JST) if expected is not None else _local(told.last_received)
    return next((_local(one.since) for one in wrong if one.state == state), None)


def _local(text: str | None) -> str | None:
    return None if text is None else show(parse(text), JST)
