"""Who and what is inside the area of each hazard, with ranges, for the duty officer."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="Exposure: people and facilities inside hazard areas",
    title_ja="曝露（影響範囲内の人口・施設）",
    sentence="How many people, households and facilities lie in each hazard area, with ranges, "
    "for duty officers who decide where to look first.",
    sentence_ja="警報・避難情報・震度・台風などの各範囲の中に、人口（年齢別）・世帯・施設がどれだけあるかを、"
    "幅をつけて当直者に示す。",
    consumes=(
        "disaster.weather_warning",
        "disaster.landslide_alert",
        "disaster.flood_warning",
        "disaster.flood_municipality",
        "disaster.tsunami_warning",
        "disaster.intensity",
        "disaster.typhoon_area",
        "disaster.alert",
        "disaster.evacuation_order",
        "disaster.shelter_merged",
        "infrastructure.population_mesh",
        "infrastructure.facility",
        "infrastructure.road_link",
    ),
    produces=("disaster.exposure",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.hazards:scope",
    context=(
        "infrastructure.population_mesh", "infrastructure.facility", "infrastructure.road_link",
    ),
)  # fmt: skip
