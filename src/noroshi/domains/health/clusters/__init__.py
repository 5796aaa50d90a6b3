"""Neighbouring prefectures with more cases than usual, by disease, for public-health officers."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

#: Weeks looked at: three years before, and the weeks in which clusters are looked for.
WEEKS = 168
#: How far back a week may have been published: tables of the New Year come a fortnight late.
_LATE = 4

CAPABILITY = Capability(
    title="Space-time clusters of infectious diseases",
    title_ja="感染症の時空間集積",
    sentence="Where neighbouring prefectures now have more cases than usual, for health officers.",
    sentence_ja="いま、どの近隣都道府県で患者が普段より多いかを、保健担当者に示す。",
    consumes=("health.notifications",),
    produces=("health.cluster",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    history={"health.notifications": (WEEKS + _LATE) * 7 * DAY},
)
