"""What each flood sensor, river gauge and rain gauge says now, and which have fallen silent."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY, HOUR

CAPABILITY = Capability(
    title="State of flood sensors and gauges",
    title_ja="浸水センサ・水位計・雨量計の状態",
    sentence="Whether each sensor or gauge is wet, dry, above a threshold or silent, since when, "
    "for duty officers and flood fighters.",
    sentence_ja="浸水センサ・水位計・雨量計が、浸水・乾・基準超過・通信途絶のどれにあり、いつからかを、"
    "当直者と水防団に示す。",
    consumes=(
        "disaster.flood_sensor",
        "disaster.river_level",
        "disaster.rain_gauge",
        "infrastructure.facility",
    ),
    produces=("disaster.flood_state",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    history={
        "disaster.flood_sensor": 7 * DAY,
        "disaster.river_level": DAY,
        "disaster.rain_gauge": 6 * HOUR,
    },
    clock=True,
)
