"""Days of tick sheets (`health.shelter_syndrome`): which day one is of, and until when it tells."""

from __future__ import annotations

from datetime import date

from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Version
from noroshi.core.time import DAY, JST, to_datetime

LAPSE = 3
"""Days after which an alarm without a new sheet ends, where nothing else is chosen."""
_EPOCH = date(1970, 1, 1).toordinal()


def day_of(version: Version, written: str) -> int:
    """The day (an ordinal) that a sheet says it is of. Raises InvalidRecord where it says none."""
    try:
        return date.fromisoformat(written).toordinal()
    except ValueError:
        raise InvalidRecord(
            f"date {written!r} is not YYYY-MM-DD", where=f"{version.series} {version.key}"
        ) from None


def latest_day(version: Version) -> int:
    """The last day (an ordinal) that a sheet may be of: the day after it was issued, in Japan. What
    is dated later is mistyped, and tells of no day."""
    return to_datetime(version.issued, JST).toordinal() + 1


def ends(day: int, days: int) -> int:
    """Midnight in Japan (µs), so many days after the end of a day."""
    return (day + 1 + days - _EPOCH) * DAY - 9 * (DAY // 24)
