"""Which infections are to be feared in the shelters of a municipality, and on what that rests."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

CAPABILITY = Capability(
    title="Risk of infections in a disaster",
    title_ja="被災地・避難所の感染症リスク",
    sentence="How likely and how grave each infection is in the shelters of a municipality, with "
    "the evidence, for health offices that decide what to do first.",
    sentence_ja="市区町村の避難所で各感染症がどれほど流行しやすく重大かを、根拠とともに、"
    "対策の優先順位を決める保健部局に示す。",
    consumes=(
        "disaster.shelter_merged",
        "disaster.shelter_risk",
        "infrastructure.outage_area",
        "disaster.damage_total",
        "health.shelter_syndrome",
        "health.shelter_alarm",
        "health.notifications",
    ),
    produces=("health.risk",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    # What circulates is told by prefecture, and counts in each of its municipalities.
    context=("health.notifications",),
    history={"health.notifications": 9 * 7 * DAY},
)
