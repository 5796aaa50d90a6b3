"""What tsunami, early warning and volcano records say is in force."""

from __future__ import annotations

from noroshi.channels.advice.actions import SUBJECTS, Advice, Both
from noroshi.channels.advice.plain import say_warning
from noroshi.channels.alerts import scales
from noroshi.channels.alerts.saying import Said, join, labelled, moment
from noroshi.channels.alerts.scales import Scale
from noroshi.core.record import Version
from noroshi.kinds.eew import EarlyWarningArea
from noroshi.kinds.tsunami import TsunamiWarning
from noroshi.kinds.volcano import (
    EruptionFlash,
    EruptionFlashArea,
    VolcanicWarning,
    VolcanicWarningArea,
)

#: 気象庁「緊急地震速報を見聞きしたときは」.
_SHAKING = Advice(
    Both("{身|み}を まもる", "Protect yourself"),
    (
        Both("{強|つよ}く ゆれます。{頭|あたま}を まもってください。",
             "Strong shaking is coming. Protect your head."),
        Both("{丈夫|じょうぶ}な つくえの {下|した}に {入|はい}ってください。",
             "Get under a sturdy table."),
        Both("あわてて {外|そと}に {出|で}ないでください。", "Do not rush outside."),
    ),
)  # fmt: skip
_ERUPTION = Advice(
    Both("{身|み}を まもる", "Protect yourself"),
    (
        Both("{山|やま}に いる {人|ひと}は、"
             "{建物|たてもの}や {岩|いわ}の かげに かくれてください。",
             "On the mountain: take cover in a building or behind a rock."),
        Both("{火口|かこう}から はなれてください。", "Get away from the crater."),
    ),
)  # fmt: skip
_EARLY = "緊急地震速報（警報）"
_EMERGENCY_SHAKING = {"6-", "6+", "7"}


def tsunami(version: Version, said: TsunamiWarning) -> list[Said]:
    """What is in force on a coast; nothing where it is called off, or there is no tsunami."""
    if said.lifted or "解除" in said.kind or "なし" in said.kind:
        return []
    scale, responses = scales.TSUNAMI.get(said.kind_code, (scales.UNKNOWN, ("Monitor",)))
    if "到達を確認" in said.arrival_condition:
        scale = Scale(scale.urgency, scale.severity, "Observed")
    grave = scale.severity in ("Extreme", "Severe")
    return [
        Said(
            event=Both(said.kind, say_warning(said.kind, "津波", "")),
            place=said.name,
            category="Geo",
            scale=scale,
            responses=responses,
            text=join([
                labelled("予想される高さ", "Expected height", said.height_text),
                labelled("第１波", "First wave", said.arrival_condition),
                labelled("状況", "State", said.height_condition),
            ]),
            advice=(SUBJECTS["tsunami_grave" if grave else "tsunami"],),
            onset=moment(said.arrival),
            codes=(("JMA:tsunami", said.kind_code),),
        )
    ]  # fmt: skip


def early_warning(version: Version, said: EarlyWarningArea) -> list[Said]:
    """A public early warning for an area. Forecasts, which are for experts and change every
    second, are no alert, even where an area in them is under a warning."""
    if said.product != _EARLY or said.kind != _EARLY:
        return []
    emergency = bool({said.intensity_from, said.intensity_to} & _EMERGENCY_SHAKING) or (
        "4" in (said.long_period_from, said.long_period_to)
    )
    return [
        Said(
            event=Both(said.kind, "Earthquake early warning"),
            place=said.name,
            category="Geo",
            scale=scales.SHAKING_EMERGENCY if emergency else scales.SHAKING,
            responses=("Shelter",),
            text=join([
                labelled("予想震度", "Expected JMA intensity", _range(said)),
                labelled("状況", "State", said.condition),
            ]),
            advice=(_SHAKING,),
            onset=moment(said.arrival),
            codes=(("JMA:eew", said.kind_code),),
            parameters=(
                ("JMA intensity from", said.intensity_from),
                ("JMA intensity to", said.intensity_to),
            ),
        )
    ]  # fmt: skip


def _range(said: EarlyWarningArea) -> str:
    least, most = said.intensity_from, said.intensity_to
    if most == "over":
        return f"{least}～"
    return least if least == most else f"{least}～{most}"


def volcano(version: Version, said: VolcanicWarning) -> list[Said]:
    """The warning for a volcano; nothing for a forecast (level 1, 活火山であることに留意)."""
    degree = said.level if said.level is not None else _volcano_degree(said.kind)
    if degree < 2:
        return []
    title = said.title.strip() or said.kind
    english = say_warning("噴火警報" if degree >= 4 or said.marine else "火口周辺警報", "噴火", "")
    level = f", alert level {said.level}" if said.level is not None else ""
    scale, responses = scales.VOLCANO[degree]
    return [
        Said(
            event=Both(said.kind, english + level),
            place=said.name,
            category="Geo",
            scale=scale,
            responses=responses,
            text=Both(
                "\n".join(filter(None, (title, said.headline, said.activity, said.prevention))), ""
            ),
            advice=(_volcano_advice(degree),),
            office=said.office,
            codes=(("JMA:volcano", said.kind_code),),
            parameters=(("volcanic alert level", "" if said.level is None else str(said.level)),),
        )
    ]


def volcano_area(version: Version, said: VolcanicWarningArea) -> list[Said]:
    """What a volcano's warning means in a municipality or sea area."""
    if "噴火予報" in said.kind or said.condition == "解除":
        return []
    degree = _volcano_degree(said.response or said.kind)
    if degree < 2:
        return []
    printed = said.response or said.kind
    scale, responses = scales.VOLCANO[degree]
    mountains = [one.name for one in said.volcanoes]
    return [
        Said(
            event=Both(printed, say_warning(printed, "噴火", "")),
            place=said.name,
            category="Geo",
            scale=scale,
            responses=responses,
            text=join([labelled("火山", "Volcano", mountains),
                       labelled("変化", "Change", said.condition)]),
            advice=(_volcano_advice(degree),),
            codes=(("JMA:volcano", said.response_code or said.kind_code),),
        )
    ]  # fmt: skip


#: Words of 気象庁「噴火警戒レベル」, its keywords for volcanoes without levels (居住地域厳重警戒,
#: 入山危険, 火口周辺危険, 周辺海域警戒) and of municipalities' responses; the first that is there.
_VOLCANO_WORDS = {
    "高齢者等避難": 4, "避難準備": 4, "厳重警戒": 5, "避難": 5, "入山規制": 3, "入山危険": 3,
    "火口周辺": 2, "海域警戒": 2, "周辺海域": 2, "海上警報": 2,
    "噴火警報": 4,
}  # fmt: skip


def _volcano_degree(text: str) -> int:
    return next((degree for word, degree in _VOLCANO_WORDS.items() if word in text), 0)


def _volcano_advice(degree: int) -> Advice:
    return SUBJECTS[{5: "volcano_grave", 4: "volcano_early"}.get(degree, "volcano")]


def eruption(version: Version, said: EruptionFlash | EruptionFlashArea) -> list[Said]:
    """An eruption that has just begun."""
    area = said.area_name if isinstance(said, EruptionFlashArea) else said.name
    text = said.activity or said.headline if isinstance(said, EruptionFlash) else ""
    return [
        Said(
            event=Both("噴火速報", say_warning("噴火速報", "噴火", "")),
            place=area,
            category="Geo",
            scale=scales.ERUPTION,
            responses=("Shelter",),
            text=join([
                labelled("火山", "Volcano", said.name), labelled("現象", "Event", said.kind),
                Both(text, ""),
            ]),
            advice=(_ERUPTION,),
            office=said.office,
            onset=moment(said.time),
            codes=(("JMA:eruption", said.kind_code),),
        )
    ]  # fmt: skip
