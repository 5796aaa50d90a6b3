"""What is out, until when and whom it touches; and which base stations go dark, and when."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

CAPABILITY = Capability(
    title="Lifelines: outages, when they end, and what hangs on them",
    title_ja="ライフラインの支障と復旧見込み・基地局の見通し",
    sentence="What is out in each municipality, when it will be back, which hospitals, shelters "
    "and base stations hang on it, for duty officers and utility liaisons.",
    sentence_ja="各市区町村で何が止まり、いつ戻る見込みで、どの病院・避難所・基地局に影響するかを、"
    "当直者とライフライン担当者に示す。",
    consumes=(
        "infrastructure.outage",
        "infrastructure.base_station",
        "infrastructure.facility",
        "disaster.shelter",
    ),
    produces=("infrastructure.outage_area", "infrastructure.station_outlook"),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    context=("infrastructure.facility",),
    history={"infrastructure.outage": 3 * DAY},
    clock=True,
)
