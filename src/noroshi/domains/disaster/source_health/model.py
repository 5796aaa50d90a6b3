"""What is wrong with a source, by what its latest messages were like."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from noroshi.core import freshness
from noroshi.core.time import HOUR, MINUTE, SECOND
from noroshi.kinds.intake import Intake, Lately

#: The state of a source by how fresh it is.
OF_FRESHNESS = {
    freshness.FRESH: "on_time", freshness.LATE: "late", freshness.STALE: "stale",
    freshness.SILENT: "silent", freshness.UNKNOWN: "irregular",
}  # fmt: skip
#: Messages by which a clock that is slow is told, and by how much their delays may differ.
_STEADY, _SPREAD = 4, 5 * MINUTE


class Wrong(NamedTuple):
    """Something wrong: its state, since when a message is like that, and figures for the words."""

    state: str
    since: str | None
    bad: int = 0
    of: int = 0
    seconds: float = 0.0
    reason: str = ""


def wrongs(told: Intake, outside: float, unread: float) -> list[Wrong]:
    """All that is wrong with the latest messages of a source. `outside`: the share of positions
    beyond which they are; `unread`: the share of messages beyond which it sends what cannot be
    read, though the latest could be."""
    found = [clock(told.lately), misplaced(told.lately, outside), contradicting(told.lately),
             faulty(told.lately, unread)]  # fmt: skip
    return [one for one in found if one is not None]


def clock(lately: Sequence[Lately]) -> Wrong | None:
    """A clock that is fast: the latest message and the middle of the last three are from the
    future. One that is slow by whole hours (as with a time zone mistaken): the last four took that
    long, all alike; a sender that always takes an hour looks the same, and the words say so."""
    delays = [one.delay for one in lately if one.delay is not None]
    if not delays:
        return None
    last = median(delays[:3])
    ahead = freshness.AHEAD / SECOND
    if last < -ahead and delays[0] < -ahead:
        return Wrong("wrong_clock", _since(lately, lambda one: (one.delay or 0) < -ahead),
                     seconds=-last)  # fmt: skip
    if len(delays) < _STEADY:
        return None
    some = delays[:_STEADY]
    usual, hour, spread = median(some), HOUR / SECOND, _SPREAD / SECOND
    if usual < hour - spread or any(abs(one - usual) > spread for one in some):
        return None
    over = (usual + spread) % hour - spread  # what is more than whole hours: the usual delivery
    if -spread <= over <= 2 * spread:
        same = usual + spread
        since = _since(lately, lambda one: abs((one.delay or 0) - usual) <= same - usual)
        return Wrong("wrong_clock", since, seconds=-usual)
    return None


def misplaced(lately: Sequence[Lately], most: float) -> Wrong | None:
    """The latest message that tells of places has too many outside, or nowhere."""

    def bad(one: Lately) -> bool:
        return one.outside + one.lost > most * (one.records + one.lost)

    placed = [one for one in lately if one.records + one.lost]
    if not placed or not bad(placed[0]):
        return None
    one = placed[0]
    return Wrong("out_of_area", _since(placed, bad), one.outside + one.lost,
                 one.records + one.lost)  # fmt: skip


def contradicting(lately: Sequence[Lately]) -> Wrong | None:
    """One of the last three messages says otherwise than another as of the same time."""
    bad = [one for one in lately[:3] if one.conflicts]
    if not bad:
        return None
    return Wrong("contradicting", bad[-1].received, sum(one.conflicts for one in bad))


def faulty(lately: Sequence[Lately], most: float) -> Wrong | None:
    """The latest message could not be read, or too many of the latest could not, or the latest had
    to be mended while most before it had not."""
    if not lately:
        return None
    unread = [one for one in lately if one.unread]
    if lately[0].unread or len(unread) > most * len(lately):
        since = _since(lately, lambda one: bool(one.unread)) or unread[-1].received
        return Wrong("faulty", since, len(unread), len(lately), reason=unread[0].unread)
    first, rest = lately[0], lately[1:]
    usually = sum(one.faults > one.lost for one in rest)
    if first.faults > first.lost and 2 * usually < max(len(rest), 1):
        return Wrong("faulty", first.received, first.faults)
    return None


def _since(lately: Sequence[Lately], bad: object) -> str | None:
    """When the first of the unbroken run of bad messages came that reaches up to the latest."""
    assert callable(bad)
    found = None
    for one in lately:
        if not bad(one):
            break
        found = one.received
    return found
