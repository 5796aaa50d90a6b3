"""Whether what a source says is as new as it should be.

Judged by the payload's own time, never by the fact that something was delivered: a source that
answers today with what was issued 83 days ago is stale.

The rules, for a source whose newest payload time is `newest`:

1. **Cadence**: how often something new is expected. The setting `sources.NAME.every`; without it
   what the source itself shows: the median distance of its latest payload times, if there are at
   least `GAPS` distances that make up at least `SPAN`, and most of them (`REGULAR`) lie within a
   quarter of the median. A source that speaks when something happens is not regular, or regular
   only for the minutes of one event, and has no cadence.
2. **With a cadence** something new is due one cadence after `newest`, and as much later as the
   source's messages usually take to arrive (at most two cadences, so that habitual lateness is not
   taken for normal). Lateness is the time since then. *Fresh* up to half a cadence (at least
   `GRACE`); *late* up to three cadences; after that *stale* where messages still arrive, *silent*
   where none does.
3. **Without a cadence** only what is known to be old is called old: *stale* where `newest` was
   older than `OLD` when something arrived last; *late* where it took longer than `SLOW` to arrive;
   *fresh* up to `RECENT` after it was issued; afterwards *unknown*: nothing may have happened, or
   nothing may get through, and nobody can tell which.
4. **Clocks**: a payload time that lies more than `AHEAD` in the future proves nothing and is left
   out; it must not make a source fresh for ever.
5. **Nothing readable**: *unknown*; with a cadence in the settings, *silent* or (messages arrive and
   none can be read) *stale*.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Protocol

import msgspec

from noroshi.core.time import DAY, HOUR, MINUTE, SECOND

FRESH, LATE, STALE, SILENT, UNKNOWN = "fresh", "late", "stale", "silent", "unknown"
STATES = {FRESH: "最新", LATE: "遅れ", STALE: "古い", SILENT: "途絶", UNKNOWN: "不定期"}

#: A cadence is learned from at least so many distances, which make up at least so long a time, and
#: of which such a part is within a quarter of the median.
GAPS, SPAN, REGULAR = 4, 20 * MINUTE, 0.75
GRACE = MINUTE
AHEAD = 10 * MINUTE
OLD, SLOW, RECENT = DAY, HOUR, HOUR


class Freshness(msgspec.Struct, frozen=True):
    """The state of a source and why, in both languages. Durations are microseconds, None where
    they are not known; `lateness` is 0 while nothing is overdue."""

    state: str
    reason: str
    reason_ja: str
    age: int | None = None
    lateness: int | None = None
    cadence: int | None = None
    cadence_from: str | None = None


class Source(Protocol):
    """How a source stands, as a store tells it (`noroshi.store.SourceState`)."""

    @property
    def last_received(self) -> int: ...
    @property
    def newest_issued(self) -> int | None: ...
    @property
    def issued(self) -> Sequence[int]: ...
    @property
    def delays(self) -> Sequence[int]: ...
    @property
    def quarantined_recent(self) -> int: ...


class Seen(msgspec.Struct, frozen=True):
    """What is known of a source: when something arrived last, its newest credible payload time,
    how long that took to arrive, how long messages usually take, whether any payload time lay in
    the future, how many messages could not be read in the last day, and the cadence that it shows
    by itself. Enough to judge it at any time (`stand`)."""

    received: int
    newest: int | None
    delay: int | None
    usual: int
    ahead: bool
    unread: int
    learned: int | None = None


def judge(source: Source, every: int | None, present: int) -> Freshness:
    """How `source` stands at `present`; `every` is its stated cadence (None: not stated). Pure."""
    return stand(see(source, present), every, present)


def see(source: Source, present: int) -> Seen:
    """What is known of `source` at `present`."""
    pairs = zip(source.issued, source.delays, strict=True)
    credible = [(issued, delay) for issued, delay in pairs if issued <= present + AHEAD]
    newest, delay = credible[0] if credible else (None, None)
    highest = source.newest_issued
    if highest is not None and highest <= present + AHEAD and (newest is None or highest > newest):
        newest, delay = highest, None  # it is further back than the latest that were looked at
    times = (*source.issued, *(() if highest is None else (highest,)))
    return Seen(
        source.last_received, newest, delay,
        max(0, int(median([one for _, one in credible]))) if credible else 0,
        any(one > present + AHEAD for one in times), source.quarantined_recent,
        learn([issued for issued, _ in credible]),
    )  # fmt: skip


def stand(seen: Seen, every: int | None, present: int) -> Freshness:
    """How a source of which this is known stands at `present`. Pure."""
    cadence = seen.learned if every is None else every
    origin = "setting" if every is not None else "learned" if cadence is not None else None
    if seen.newest is None:
        found = _unreadable(seen, cadence, present)
    elif cadence is not None:
        found = _expected(seen, cadence, origin == "learned", present)
    else:
        found = _unexpected(seen, present)
    reason, reason_ja = _remarks(seen)
    return msgspec.structs.replace(
        found, reason=found.reason + reason, reason_ja=found.reason_ja + reason_ja,
        age=None if seen.newest is None else max(0, present - seen.newest),
        cadence=cadence, cadence_from=origin,
    )  # fmt: skip


def due(seen: Seen, every: int | None) -> int | None:
    """When something new is to be there, habitual delay included; None where nothing is."""
    cadence = seen.learned if every is None else every
    if cadence is None or seen.newest is None:
        return None
    return seen.newest + cadence + min(seen.usual, 2 * cadence)


def turns(seen: Seen, every: int | None, present: int) -> int | None:
    """The first moment after `present` at which the state is another if nothing comes."""
    cadence = seen.learned if every is None else every
    moments = []
    if cadence is not None:
        moments.append(seen.received + max(3 * cadence, GRACE) + 1)
        moments.append(seen.received + 3 * cadence + 1)
    if (expected := due(seen, every)) is not None and cadence is not None:
        moments.append(expected + max(cadence // 2, GRACE) + 1)
        moments.append(expected + max(3 * cadence, GRACE) + 1)
    elif seen.newest is not None:
        moments.append(seen.newest + RECENT + 1)
    state = stand(seen, every, present).state
    later = (one for one in sorted(moments) if one > present)
    return next((one for one in later if stand(seen, every, one).state != state), None)


def unjudged(issued: int | None, present: int) -> Freshness:
    """A source as it stands in a drill: its clock is that of the drill, and nothing that it does
    there tells whether it can be relied on."""
    return Freshness(
        UNKNOWN, "of a drill; not judged", "訓練のため判定しません",
        age=None if issued is None else max(0, present - issued),
    )  # fmt: skip


def never_heard(every: int) -> Freshness:
    """A source that the settings expect and that has never sent anything."""
    return Freshness(
        SILENT, f"nothing has ever arrived; expected every {duration(every)}",
        f"一度も受信していません（{duration_ja(every)}ごとの予定）",
        cadence=every, cadence_from="setting",
    )  # fmt: skip


def learn(issued: list[int]) -> int | None:
    """The median distance of payload times (distinct, newest first), or None where they are too
    few, too close together or too irregular to expect anything of them."""
    gaps = [later - earlier for later, earlier in pairwise(issued)]
    if len(gaps) < GAPS:
        return None
    usual = median(gaps)
    if usual * len(gaps) < SPAN:
        return None
    regular = sum(0.75 * usual <= gap <= 1.25 * usual for gap in gaps)
    return int(usual) if regular >= REGULAR * len(gaps) else None


def _unreadable(seen: Seen, cadence: int | None, present: int) -> Freshness:
    """Rules 4 and 5."""
    if seen.ahead:
        return Freshness(
            UNKNOWN, "its payload times lie in the future: a clock is wrong, there or here",
            "電文の時刻が未来です。送信側かこちらの時計が狂っています",
        )  # fmt: skip
    if cadence is None:
        return Freshness(
            UNKNOWN, "nothing that could be read has arrived", "読めるものをまだ受信していません"
        )
    quiet = max(0, present - seen.received)
    if quiet <= 3 * cadence:
        return Freshness(
            STALE, "messages arrive, and none could be read", "受信していますが、一件も読めません"
        )
    return Freshness(
        SILENT, f"nothing has arrived for {duration(quiet)}, and nothing before could be read",
        f"{duration_ja(quiet)}受信がなく、それまでも読めるものがありません",
    )  # fmt: skip


def _expected(seen: Seen, cadence: int, learned: bool, present: int) -> Freshness:
    """Rule 2."""
    assert seen.newest is not None
    age = max(0, present - seen.newest)
    lateness = max(0, age - cadence - min(seen.usual, 2 * cadence))
    told, told_ja = ("usually", "通常") if learned else ("expected", "予定は")
    new = f"newest content is {duration(age)} old; {told} every {duration(cadence)}"
    new_ja = f"最新の内容は{duration_ja(age)}前（{told_ja}{duration_ja(cadence)}ごと）"
    if lateness <= max(cadence // 2, GRACE):
        return Freshness(FRESH, new, new_ja, lateness=lateness)
    if lateness <= max(3 * cadence, GRACE):
        return Freshness(LATE, new, new_ja, lateness=lateness)
    quiet = max(0, present - seen.received)
    if quiet <= max(3 * cadence, GRACE):
        return Freshness(
            STALE, f"still delivers, but the {new}", f"届いてはいますが、{new_ja}",
            lateness=lateness,
        )  # fmt: skip
    return Freshness(
        SILENT, f"nothing has arrived for {duration(quiet)}; the {new}",
        f"{duration_ja(quiet)}受信がありません。{new_ja}", lateness=lateness,
    )  # fmt: skip


def _unexpected(seen: Seen, present: int) -> Freshness:
    """Rule 3."""
    assert seen.newest is not None
    age, old = max(0, present - seen.newest), seen.received - seen.newest
    if old > OLD and seen.unread:
        return Freshness(
            STALE, f"messages arrive, and the newest that could be read is {duration(age)} old",
            f"受信していますが、読めた最新の内容は{duration_ja(age)}前のものです",
        )  # fmt: skip
    if old > OLD:
        return Freshness(
            STALE, f"its newest was {duration(old)} old when something last arrived",
            f"最後に届いた時、最新の内容が{duration_ja(old)}前のものでした",
        )  # fmt: skip
    if seen.delay is not None and seen.delay > SLOW:
        return Freshness(
            LATE, f"its newest content took {duration(seen.delay)} to arrive",
            f"最新の内容は、届くまでに{duration_ja(seen.delay)}かかりました",
        )  # fmt: skip
    if age <= RECENT:
        return Freshness(
            FRESH, f"newest content is {duration(age)} old", f"最新の内容は{duration_ja(age)}前"
        )
    return Freshness(
        UNKNOWN, f"quiet: newest content is {duration(age)} old, and more has no fixed time",
        f"静穏：最新の内容は{duration_ja(age)}前。不定期のため、遅れかどうかは分かりません",
    )  # fmt: skip


def _remarks(seen: Seen) -> tuple[str, str]:
    """What a reader is to know beside the state."""
    more, more_ja = "", ""
    if seen.ahead and seen.newest is not None:
        more += "; payload times in the future were left out"
        more_ja += "。未来の時刻の電文は除いて判断しました"
    if seen.unread:
        more += f"; {seen.unread} could not be read in the last day"
        more_ja += f"。この一日に{seen.unread}件が読めませんでした"
    return more, more_ja


_UNITS = ((DAY, "d", "日"), (HOUR, "h", "時間"), (MINUTE, "min", "分"), (SECOND, "s", "秒"))


def duration(time: int) -> str:
    """A duration for people: `83 d`, `3 h 20 min`, `45 s`."""
    return " ".join(f"{count} {unit}" for count, unit, _ in _parts(time)) or "0 s"


def duration_ja(time: int) -> str:
    """The same in Japanese: `83日`, `3時間20分`, `45秒`."""
    return "".join(f"{count}{unit}" for count, _, unit in _parts(time)) or "0秒"


def _parts(time: int) -> list[tuple[int, str, str]]:
    """The largest unit and the next: beyond a week days are enough, below an hour one unit is."""
    for place, (size, en, ja) in enumerate(_UNITS):
        count = time // size
        if not count:
            continue
        parts = [(count, en, ja)]
        if place < 2 and not (place == 0 and count >= 7):
            below, en, ja = _UNITS[place + 1]
            if rest := time % size // below:
                parts.append((rest, en, ja))
        return parts
    return []
