"""How probable water is in streets and low ground between the sensors and beside the rivers."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

CAPABILITY = Capability(
    title="Probability of inundation of streets",
    title_ja="道路・低地の浸水確率",
    sentence="How probable it is that water stands in a street now, from sensors, rivers and rain, "
    "for duty officers and road managers.",
    sentence_ja="浸水センサ・水位・雨量から、いま道路や低い土地に水がある確率を、当直者と道路管理者に示す。",
    consumes=(
        "disaster.flood_state",
        "disaster.flood_municipality",
        "infrastructure.road_link",
        "infrastructure.facility",
    ),
    produces=("disaster.inundation",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    # Water stands in the streets long after the forecast has been lowered.
    history={"disaster.flood_municipality": DAY},
)
