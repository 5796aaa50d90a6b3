"""Which settlements no open road leads to, and what would free them, for those who open roads."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="Isolated settlements",
    title_ja="孤立集落",
    sentence="Which settlements no open road leads to, how many people, and which reopening frees "
    "most, for those who send help and clear roads.",
    sentence_ja="通れる道のない集落とその人数、どの道を開ければ最も多くの人の孤立が解消するかを、"
    "救助と道路啓開の担当者に示す。",
    consumes=(
        "disaster.road_state", "infrastructure.road_link", "infrastructure.facility",
        "infrastructure.population_mesh", "disaster.report",
    ),
    produces=("disaster.isolation", "disaster.reopening"),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
)  # fmt: skip
