"""The agency's alert level and the mayor's orders side by side, for the duty officer."""

from noroshi.core.capability import Capability
from noroshi.core.time import DAY

CAPABILITY = Capability(
    title="Alert level and evacuation orders side by side",
    title_ja="警戒レベルと避難情報（併記）",
    sentence="What the weather agency warns of and what the mayor has ordered in each town, "
    "how both came about and what is expected next, for duty officers.",
    sentence_ja="各市町村について、気象情報等による警戒レベル相当と、市町村長が発令した避難情報とを、"
    "混ぜずに並べ、経過と次に見込まれる変化とともに当直者に示す。",
    consumes=(
        "disaster.alert_level",
        "disaster.evacuation_order",
        "disaster.weather_outlook",
    ),
    produces=("disaster.alert_overview",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    history={"disaster.alert_level": 2 * DAY, "disaster.evacuation_order": 2 * DAY},
    clock=True,
)
