"""Incidents: reports of residents that are of the same thing, put together, for duty officers."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="Incidents reported by residents",
    title_ja="住民通報の集約",
    sentence="Which reports by residents are of the same incident, where it is, how many different "
    "people say so and how likely it is, for duty officers who cannot read thousands of messages.",
    sentence_ja="住民からの通報のうち同じ出来事を指すものをまとめ、場所、通報した人数、確からしさを、"
    "何千件も読めない当直の職員に示す。",
    consumes=("disaster.resident_report", "disaster.triage"),
    produces=("disaster.incident",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
)
