"""How many people each case infects, by disease and prefecture, for public-health officers."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

#: Weeks looked at: those shown, their window, and the longest serial interval before them.
WEEKS = 40
#: How far back a week may have been published: tables of the New Year come a fortnight late.
_LATE = 4

CAPABILITY = Capability(
    title="Reproduction number of infectious diseases",
    title_ja="感染症の実効再生産数",
    sentence="How many people a case infects, by disease and prefecture, for health officers.",
    sentence_ja="一人の患者が何人に感染させているかを疾病・都道府県別に、保健担当者に示す。",
    consumes=("health.notifications",),
    produces=("health.reproduction",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    history={"health.notifications": (WEEKS + _LATE) * 7 * DAY},
)
