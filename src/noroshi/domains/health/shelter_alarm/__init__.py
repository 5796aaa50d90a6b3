"""Shelters in which more people fall ill with a syndrome than is usual, for health teams."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

CAPABILITY = Capability(
    title="Alarms of syndromes in shelters",
    title_ja="避難所の症候群アラーム",
    sentence="In which shelters more people than usual have the same syndrome, since when and "
    "what to do, for public-health nurses and infection-control teams.",
    sentence_ja="どの避難所で、同じ症候群の患者が平常より多く、いつから続き、何をすべきかを、"
    "保健師と感染制御チームに示す。",
    consumes=("health.shelter_syndrome", "disaster.shelter_merged"),
    produces=("health.shelter_alarm", "health.shelter_cluster"),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    # The day's sheet may take the place of yesterday's; what is usual is in those before.
    history={"health.shelter_syndrome": 35 * DAY},
)
