"""What goes wrong on the way: messages that come late, out of order, twice, damaged or not at all.

Everything is drawn from the seed, each fault from numbers of its own, so that one fault does not
change what another one does.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import count

import msgspec
import numpy as np

from noroshi.core.time import MINUTE, SECOND
from noroshi.feeds.drill.scene import Event, Message
from noroshi.feeds.drill.world.model import rng

#: A message that is out of order lets up to so many others go before it.
WINDOW = 8
#: How late a delayed message may be, and how long after the first its repetition may come
#: [microseconds of the scenario].
LATEST = 10 * MINUTE


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The share of messages that suffer each fault, 0–1. The first three must leave the final
    picture as it would have been; `lose` and `corrupt` (bytes changed or cut off) cannot."""

    reorder: float = 0.0
    delay: float = 0.0
    repeat: float = 0.0
    lose: float = 0.0
    corrupt: float = 0.0

    @property
    def harmless(self) -> bool:
        """True where the final picture must be that without any fault."""
        return not self.lose and not self.corrupt


def read_faults(text: str) -> Faults:
    """The faults of `reorder=0.1,delay=0.05`. Raises ValueError naming what is wrong."""
    found: dict[str, float] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, share = part.partition("=")
        if name not in Faults.__struct_fields__:
            raise ValueError(f"{name!r} is not one of {', '.join(Faults.__struct_fields__)}")
        try:
            found[name] = float(share)
        except ValueError:
            found[name] = -1.0
        if not 0 <= found[name] <= 1:
            raise ValueError(f"{part!r}: a share from 0 to 1, as in {name}=0.1")
    return Faults(**found)


def inject(events: Iterable[Event], faults: Faults, seed: int) -> Iterator[Event]:
    """`events` with faults, in order of the time at which they now come. Facts stay as they are:
    what goes wrong on the way does not change what is true."""
    found: Iterable[Event] = events
    if faults.lose:
        found = _lose(found, faults.lose, rng(seed, "faults/lose"))
    if faults.corrupt:
        found = _corrupt(found, faults.corrupt, rng(seed, "faults/corrupt"))
    if faults.delay or faults.repeat:
        found = _delay(
            found, faults.delay, faults.repeat, rng(seed, "faults/delay"),
            rng(seed, "faults/repeat"),
        )  # fmt: skip
    if faults.reorder:
        found = _reorder(found, faults.reorder, rng(seed, "faults/reorder"))
    return iter(found)


def _lose(events: Iterable[Event], share: float, random: np.random.Generator) -> Iterator[Event]:
    for event in events:
        if not isinstance(event, Message) or random.random() >= share:
            yield event


def _corrupt(events: Iterable[Event], share: float, random: np.random.Generator) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Message) and random.random() < share and event.data:
            data, wrong = _damaged(event.data, random)
            event = msgspec.structs.replace(event, data=data, wrong=wrong)
        yield event


def _damaged(data: bytes, random: np.random.Generator) -> tuple[bytes, str]:
    """`data` cut off somewhere, or with up to eight bytes changed; and which it was."""
    if random.random() < 0.5:
        length = int(random.integers(0, len(data)))
        return data[:length], f"cut off after {length} of {len(data)} bytes"
    changed = bytearray(data)
    places = sorted({int(one) for one in random.integers(0, len(data), 8)})
    for place in places:
        changed[place] ^= int(random.integers(1, 256))
    return bytes(changed), f"bytes changed at {', '.join(map(str, places))}"


def _delay(
    events: Iterable[Event],
    delay: float,
    repeat: float,
    late: np.random.Generator,
    again: np.random.Generator,
) -> Iterator[Event]:
    """Some messages up to `LATEST` later, and some twice."""
    held: list[tuple[int, int, Event]] = []
    number = count()
    for event in events:
        # Only what comes from here on can still be earlier than this one.
        while held and held[0][0] <= event.time:
            yield heapq.heappop(held)[2]
        if not isinstance(event, Message):
            heapq.heappush(held, (event.time, next(number), event))
            continue
        if again.random() < repeat:
            copy = msgspec.structs.replace(event, time=_later(event.time, again), repeats=True)
            heapq.heappush(held, (copy.time, next(number), copy))
        if late.random() < delay:
            event = msgspec.structs.replace(event, time=_later(event.time, late))
        heapq.heappush(held, (event.time, next(number), event))
    while held:
        yield heapq.heappop(held)[2]


def _later(time: int, random: np.random.Generator) -> int:
    return time + int(random.integers(SECOND, LATEST))


def _reorder(events: Iterable[Event], share: float, random: np.random.Generator) -> Iterator[Event]:
    """Some messages only after up to `WINDOW` of those that were sent after them."""
    held: list[tuple[int, int, Message]] = []
    number = time = 0
    for event in events:
        time = event.time
        if not isinstance(event, Message):
            yield event
            continue
        number += 1
        after = int(random.integers(1, WINDOW + 1)) if random.random() < share else 0
        heapq.heappush(held, (number + after, number, event))
        while held and held[0][0] <= number:
            yield _at(heapq.heappop(held)[2], time)
    while held:
        yield _at(heapq.heappop(held)[2], time)


def _at(message: Message, time: int) -> Message:
    return message if message.time >= time else msgspec.structs.replace(message, time=time)
