"""Whether a source can be relied on just now, judged by the time of what it says.

A source that answers every minute with what was issued 83 days ago is not fresh: it is stale.
Rules, the first that applies:

- stale: what it delivered last was old when it came (more than a day, or more than ten times its
  cadence), or its newest content is older than ten times its stated cadence;
- silent: nothing came for ten cadences;
- late: its newest content is older than two cadences and five minutes;
- fresh: it has a cadence and keeps it;
- unknown: it has no cadence (it speaks when something happens), and was not old when it came.

The cadence is what the settings say (`sources.X.every`), or, where they say nothing, the median
gap between its latest payload times if there are at least five of them and they are regular
(three quarters of the gaps within twice the median).
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median

import msgspec

from noroshi.core.time import DAY, HOUR, MINUTE, SECOND
from noroshi.store import SourceState

STATES = {
    "fresh": "最新", "late": "遅れ", "stale": "古い", "silent": "途絶", "unknown": "不定期",
}  # fmt: skip
_OLD, _LATE = 10, 2


class Freshness(msgspec.Struct, frozen=True):
    """The state of a source and why, in both languages. Ages and cadence in microseconds."""

    state: str
    reason: str
    reason_ja: str
    age: int | None
    lateness: int | None
    cadence: int | None
    cadence_from: str | None


def judge(source: SourceState, every: int | None, present: int) -> Freshness:
    """How `source` stands at `present`; `every` is its stated cadence (None: not stated)."""
    cadence, told = every, "setting"
    if cadence is None:
        cadence, told = learn(source.issued), "learned"
    age = None if source.newest_issued is None else present - source.newest_issued
    lateness = source.delays[0] if source.delays else None

    def say(state: str, reason: str, reason_ja: str) -> Freshness:
        return Freshness(state, reason, reason_ja, age, lateness, cadence,
                         None if cadence is None else told)  # fmt: skip

    if age is None or source.newest_issued is None:
        return say("unknown", "nothing readable has come yet", "読める情報がまだ届いていない")
    on_arrival = source.last_received - source.newest_issued
    allowed = DAY if cadence is None else max(_OLD * cadence, 5 * MINUTE)
    if on_arrival > allowed:
        return say(
            "stale", f"the newest it delivered was {_long(on_arrival)} old when it last came",
            f"最後に届いた時、最新の内容が{_long_ja(on_arrival)}前のものだった",
        )  # fmt: skip
    if cadence is None:
        return say("unknown", f"it has no regular cadence; newest {_long(age)} ago",
                   f"不定期の情報源。最新は{_long_ja(age)}前")  # fmt: skip
    if age > allowed:
        return say("silent", f"newest {_long(age)} ago, expected every {_long(cadence)}",
                   f"最新は{_long_ja(age)}前。{_long_ja(cadence)}ごとのはず")  # fmt: skip
    if age > _LATE * cadence + 5 * MINUTE:
        return say("late", f"newest {_long(age)} ago, expected every {_long(cadence)}",
                   f"最新は{_long_ja(age)}前。{_long_ja(cadence)}ごとのはず")  # fmt: skip
    return say("fresh", f"newest {_long(age)} ago, every {_long(cadence)}",
               f"最新は{_long_ja(age)}前（{_long_ja(cadence)}ごと）")  # fmt: skip


def learn(issued: tuple[int, ...]) -> int | None:
    """The cadence that payload times (newest first) show, or None where they show none."""
    gaps = [later - earlier for later, earlier in pairwise(issued)]
    if len(gaps) < 4:
        return None
    middle = int(median(gaps))
    regular = sum(middle / 2 <= gap <= middle * 2 for gap in gaps)
    return middle if middle >= SECOND and regular >= 0.75 * len(gaps) else None


def _units(time: int) -> tuple[int, int]:
    for place, unit in enumerate((DAY, HOUR, MINUTE)):
        if time >= 2 * unit:
            return place, time // unit
    return 3, max(0, time // SECOND)


def _long(time: int) -> str:
    place, number = _units(time)
    return f"{number} {('days', 'hours', 'minutes', 'seconds')[place]}"


def _long_ja(time: int) -> str:
    place, number = _units(time)
    return f"{number}{('日', '時間', '分', '秒')[place]}"
