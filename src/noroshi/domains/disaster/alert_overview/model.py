"""What is expected of a level."""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.core.levels import Step, at


def first_departure(found: Sequence[Step], moment: int, level: int | None) -> Step | None:
    """The first moment from which something else than `level` is expected: at once where
    something higher is expected of now already, else when it changes later.

    An outlook that was made before the warning in force, and expects less of now than is warned of
    already, tells nothing until it rises above it or has come down from as high.
    """
    now, low = at(found, moment), level or 0
    reached = (now or 0) >= low
    for one in found:
        if one.time <= moment:
            continue
        after = one.after or 0
        if after > low or (reached and after < low):
            return Step(one.time, level, one.after)
        reached = reached or after >= low
    return None
