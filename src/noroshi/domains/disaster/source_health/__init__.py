"""Whether each source is on time, late, silent or wrong, and why its data is missing."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="State of sources: why data is missing",
    title_ja="情報源の状態（なぜデータが欠けているか）",
    sentence="Which sources are on time, late, silent, contradicting themselves, misplaced or off "
    "by their clock, and why data is missing, for duty officers and operators.",
    sentence_ja="どの情報源が正常・遅れ・途絶・自己矛盾・位置異常・時計ずれかと、データが欠けている"
    "理由を、当直者と運用者に示す。",
    consumes=("node.intake",),
    produces=("node.source_health",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    clock=True,
)
