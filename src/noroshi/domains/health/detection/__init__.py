"""Which newest counts of a disease are more than its past leads one to expect."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

SHOWN = 12
"""Newest weeks that it speaks of."""
WEEKS = 290 + 4 + SHOWN
"""Weeks of tables that it looks at: five years, what is excluded, and the weeks shown."""

CAPABILITY = Capability(
    title="Unusual counts of infectious diseases (statistical)",
    title_ja="感染症報告数の異常検知（統計的判定）",
    sentence="Which counts of the newest weeks are more than a disease's past leads one to expect, "
    "for public-health officers.",
    sentence_ja="直近の報告数のうち、過去から期待される数を超えたものを、感染症の担当者に示す。",
    consumes=("health.notifications",),
    produces=("health.detection",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    # A table is replaced when the next is issued, which holidays put off by a week or two.
    history={"health.notifications": (WEEKS + 3) * 7 * DAY},
)
