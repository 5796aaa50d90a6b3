"""The alert level that warnings in force give each municipality, for the duty officer."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="Alert level equivalent of warnings (not an evacuation order)",
    title_ja="警戒レベル相当（気象情報等による。避難指示等ではない）",
    sentence="Which alert level the warnings in force give each municipality, for duty officers.",
    sentence_ja="発表中の警報等が各市町村のどの警戒レベルに相当するかを、当直者に示す。",
    consumes=(
        "disaster.weather_warning",
        "disaster.landslide_alert",
        "disaster.flood_municipality",
        "disaster.flood_warning",
    ),
    produces=("disaster.alert_level",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
    # A forecast is of a river; the municipalities that it names count it.
    context=("disaster.flood_warning",),
)
