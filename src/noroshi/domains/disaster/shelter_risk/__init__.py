"""Open shelters in danger or in want, and whether there is room for those who may come."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="Shelters at risk and short of room",
    title_ja="避難所の危険・不足",
    sentence="Which open shelters are in a hazard area, overfull, without power or water or silent,"
    " and where room will run short, for those who run shelters.",
    sentence_ja="開設中の避難所のうち、危険区域内・定員超過・停電・断水・報告途絶のものと、収容力が不足する"
    "市町村を、避難所を運営する者に示す。",
    consumes=(
        "disaster.shelter_merged",
        "disaster.exposure",
        "infrastructure.outage",
        "infrastructure.facility",
        "infrastructure.population_mesh",
    ),
    produces=("disaster.shelter_risk", "disaster.shelter_demand"),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    context=("infrastructure.facility", "infrastructure.population_mesh"),
    clock=True,
)
