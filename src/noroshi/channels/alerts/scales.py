"""How urgent, severe and certain a warning is in CAP's words, and what it calls for.

The weather agency publishes no table from its warnings to CAP's words that we know of. These
apply CAP's definitions (OASIS CAP 1.2 §3.2.2) to what the terms mean by law and publication:

- 特別警報, 警報, 注意報: 気象業務法 第2条・第13条の2, 同施行令 第4条. 特別警報 warns of serious
  disaster from what is exceptional: Extreme, "extraordinary threat to life or property". 警報 of
  serious disaster: Severe, "significant threat". 注意報 of disaster: Moderate, "possible threat".
  They are issued where the criteria are expected to be reached (気象庁「警報・注意報発表基準
  一覧表」): Likely, "p > ~50%".
- Alert levels and who is to do what: 内閣府（防災担当）「避難情報に関するガイドライン」令和3年5月.
  Level 5 (secure yourself at once; it has happened or is about to) and 4 (everyone leaves
  dangerous places): Immediate. 3 (those who need time leave, the others get ready): Expected,
  "soon (within next hour)". 2 (look where and how to leave): Future. 1: of what may come
  (早期注意情報).
- Which warnings of earthquake, tsunami and volcano are 特別警報: 気象庁「特別警報の発表基準」:
  大津波警報; 噴火警報（居住地域）; 緊急地震速報 of intensity 6- or more, or long-period class 4.
"""

from __future__ import annotations

from typing import NamedTuple


class Scale(NamedTuple):
    """CAP's three measures."""

    urgency: str
    severity: str
    certainty: str


UNKNOWN = Scale("Unknown", "Unknown", "Unknown")

#: By alert level, and by the degree of a warning for which there is no level.
LEVELS = {
    5: Scale("Immediate", "Extreme", "Likely"),
    4: Scale("Immediate", "Severe", "Likely"),
    3: Scale("Expected", "Severe", "Likely"),
    2: Scale("Future", "Moderate", "Likely"),
    1: Scale("Future", "Minor", "Possible"),
}
#: Degree by category.
DEGREES = {"emergency": 5, "danger": 4, "warning": 3, "advisory": 2}

#: What an alert level calls for (the same guideline).
LEVEL_RESPONSES: dict[int, tuple[str, ...]] = {
    5: ("Shelter",), 4: ("Evacuate",), 3: ("Evacuate", "Prepare"), 2: ("Prepare",), 1: ("Monitor",),
}  # fmt: skip
#: What a hazard without levels calls for: the first thing that `advice.actions.SUBJECTS` says.
SUBJECT_RESPONSES: dict[str, tuple[str, ...]] = {
    "wind": ("Shelter",), "thunder": ("Shelter",), "waves": ("Avoid",), "snow": ("Avoid",),
    "surge": ("Avoid",), "water": ("Avoid",), "landslide": ("Avoid",), "fire": ("Prepare",),
}  # fmt: skip

#: 気象庁「竜巻注意情報」: supplements a thunder advisory for an hour, and mostly no tornado comes;
#: with 目撃 one was seen.
TORNADO = Scale("Immediate", "Moderate", "Possible")
TORNADO_SEEN = Scale("Immediate", "Severe", "Observed")

#: Tsunami by code of kind (気象庁防災情報XML 警報等情報要素／津波警報・注意報・予報), with what
#: 気象庁「津波警報・注意報、津波情報、津波予報について」 says to do: leave; get out of the sea;
#: take care in the sea (no damage).
TSUNAMI: dict[str, tuple[Scale, tuple[str, ...]]] = {
    **dict.fromkeys(("52", "53"), (Scale("Immediate", "Extreme", "Likely"), ("Evacuate",))),
    "51": (Scale("Immediate", "Severe", "Likely"), ("Evacuate",)),
    "62": (Scale("Immediate", "Moderate", "Likely"), ("Avoid",)),
    **dict.fromkeys(("71", "72", "73"), (Scale("Expected", "Minor", "Likely"), ("Monitor",))),
}

#: Shaking of a public early warning, by whether it is a 特別警報.
SHAKING = Scale("Immediate", "Severe", "Likely")
SHAKING_EMERGENCY = Scale("Immediate", "Extreme", "Likely")

#: Volcanic alert levels (気象庁「噴火警戒レベルの説明」): 5 避難 and 4 高齢者等避難 are 噴火警報
#: （居住地域）, 3 入山規制 and 2 火口周辺規制 are 噴火警報（火口周辺）. 1 is a forecast: no alert.
VOLCANO: dict[int, tuple[Scale, tuple[str, ...]]] = {
    5: (Scale("Immediate", "Extreme", "Likely"), ("Evacuate",)),
    4: (Scale("Expected", "Extreme", "Likely"), ("Evacuate", "Prepare")),
    3: (Scale("Expected", "Severe", "Likely"), ("Avoid",)),
    2: (Scale("Expected", "Severe", "Likely"), ("Avoid",)),
}
#: 気象庁「噴火速報」: an eruption has begun; those on the mountain protect themselves.
ERUPTION = Scale("Immediate", "Severe", "Observed")

#: Infectious diseases by their category in 感染症法 第6条: 一類 "extremely dangerous", 二類 "highly
#: dangerous" by infectiousness and severity; 三類 through work with food; 四類 from animals and
#: things; 五類 are to be watched (厚生労働省「感染症の範囲及び類型について」).
DISEASES = {1: "Extreme", 2: "Severe", 3: "Severe", 4: "Moderate", 5: "Moderate"}
#: From how few false alarms among such (q), and by how many methods, an increase is likely real.
_LIKELY_Q, _LIKELY_METHODS = 0.05, 2


def surveillance(category: int, q_value: float | None, methods: int) -> Scale:
    """Of more cases of a disease of a category than expected in a week.

    It asks for care in the days to come: Future, of a disease of 一類 or 二類 Expected. That it is
    no chance is Likely ("p > ~50%") where fewer than one in twenty such alarms is false and at
    least two methods agree, else Possible.
    """
    sure = q_value is not None and q_value <= _LIKELY_Q and methods >= _LIKELY_METHODS
    return Scale(
        "Expected" if category in (1, 2) else "Future",
        DISEASES.get(category, "Unknown"),
        "Likely" if sure else "Possible",
    )


#: More of a syndrome in a shelter: people live close together, so that it is to be acted on today
#: (国立感染症研究所「被災地・避難所における感染症リスクアセスメント」); a watch is looked at again.
SHELTER_ALARM = Scale("Expected", "Moderate", "Likely")
SHELTER_WATCH = Scale("Future", "Minor", "Possible")
