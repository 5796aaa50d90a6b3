"""Weekly counts with small cells, and what gives them away, kept back: for other readers."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

CAPABILITY = Capability(
    title="Weekly disease counts as they may leave the institute",
    title_ja="感染症週別報告数の開示用の形（少数秘匿）",
    sentence="What of a week's counts may be told to others without giving away small cells, for "
    "whoever shares surveillance data beyond the institute.",
    sentence_ja="週別報告数のうち、少数のセルを推定されずに機関の外へ出せる部分を、情報を共有する担当者に示す。",
    consumes=("health.notifications",),
    produces=("health.notifications_disclosed",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    # A year of weeks: cumulative counts tie them all together, and begin anew with each year.
    history={"health.notifications": 60 * 7 * DAY},
)
