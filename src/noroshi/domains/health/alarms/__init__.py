"""Which alarms stand when it is counted how many series were tested."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="Alarms of unusual case numbers, false ones limited across all series",
    title_ja="感染症の異常多発アラーム（全系列の偽発見率を制御）",
    sentence="Which diseases are unusually frequent where, with few false alarms among all series, "
    "for public-health officers.",
    sentence_ja="どの疾病がどこで異常に多いかを、全系列を通じた誤報の割合を抑えて、感染症の担当者に示す。",
    consumes=("health.detection",),
    produces=("health.alarm",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
)
