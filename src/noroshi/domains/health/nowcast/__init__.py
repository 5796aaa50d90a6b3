"""How many cases the newest weeks will have once late notifications have come."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

WEEKS = 104
"""Weeks of tables that it looks at."""

CAPABILITY = Capability(
    title="Notified cases corrected for reporting delay (nowcast)",
    title_ja="届出の遅れの補正（ナウキャスト）",
    sentence="How many cases the newest weeks will have once late notifications have come, for "
    "public-health officers.",
    sentence_ja="遅れて届く届出がそろったとき、直近の週の報告数が何件になるかを、区間をつけて感染症の担当者に示す。",
    consumes=("health.notifications",),
    produces=("health.nowcast",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    # A table is replaced when the next is issued, which holidays put off by a week or two.
    history={"health.notifications": (WEEKS + 3) * 7 * DAY},
)
