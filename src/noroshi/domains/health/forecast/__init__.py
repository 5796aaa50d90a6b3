"""The next four weeks of infectious diseases, and how sure that is, for health officers."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

#: How many weekly tables back the course is continued from, where no long trend says it.
WEEKS_BACK = 261

CAPABILITY = Capability(
    title="Forecast of sentinel diseases for the next four weeks",
    title_ja="定点把握疾患の4週先までの予測",
    sentence="How many cases for each sentinel site the next four weeks may bring, in 23 quantiles,"
    " for public-health officers.",
    sentence_ja="今後4週間の定点当たり報告数の見通しを、幅（23分位点）とともに公衆衛生担当者に示す。",
    consumes=("health.trend", "health.notifications"),
    produces=("health.forecast",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    history={"health.notifications": WEEKS_BACK * 7 * DAY},
)
