"""Alarms from the tick sheets of shelters: where more fall ill with a syndrome than is usual."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

#: An alarm asks for action today; a watch for a second look at the next visit.
LEVELS = ("alarm", "watch")


class SyndromeDay(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One day of one syndrome in one shelter."""

    date: Annotated[str, note("日付", "the day, YYYY-MM-DD")]
    count: Annotated[int, note("患者数", "persons seen with it on that day")]
    expected: Annotated[float, note("平常の見込み", "how many were to be expected [persons]")]
    upper: Annotated[int, note("上限", "the most that would not have been unusual [persons]")]
    persons: Annotated[int | None, note("避難者数", "people sheltering there [persons]")] = None
    level: Annotated[str, note("水準", "alarm, watch, or empty")] = ""


class LinkedShelter(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Another shelter nearby with the same syndrome in the same days."""

    key: Annotated[str, note("避難所キー", "key of the shelter")]
    name: Annotated[str, note("避難所名", "its name")]
    metres: Annotated[int, note("距離", "how far it is [m]")]
    level: Annotated[str, note("水準", "alarm or watch")]
    count: Annotated[int, note("患者数", "persons seen with it there in the newest three days")]


@kind(
    "health.shelter_alarm",
    en="Alarm of a syndrome in a shelter",
    ja="避難所の症候群アラーム",
    layer="medical",
)
class ShelterAlarm(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A syndrome of which more was seen in a shelter than is to be expected there by chance.

    Key: the shelter's key and the syndrome. What it is, a doctor says; this only says that there
    is more of it.
    """

    name: Annotated[str, note("避難所名", "name of the shelter")]
    codes: Annotated[list[str], note("施設コード", "codes of the shelter in the lists")] = []
    shelter: Annotated[
        str, note("統合避難所", "key of the merged shelter; empty where none could be joined")
    ] = ""
    joined: Annotated[
        str, note("照合の根拠", "how it was joined to that: code, name or position")
    ] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    syndrome: Annotated[
        str, note("症候群コード", "the syndrome, a field of health.shelter_syndrome")
    ]
    syndrome_name: Annotated[str, note("症候群", "its Japanese name")]
    syndrome_en: Annotated[str, note("症候群（英語）", "its English name")] = ""
    level: Annotated[str, note("水準", "alarm (act today) or watch (look again)")]
    why: Annotated[
        list[str],
        note(
            "根拠とした方法",
            "predictive (too many for chance), ears_c1, ears_c2, ears_c3, threshold (so many of "
            "it are enough), linked (a shelter nearby has an alarm of the same)",
        ),
    ] = []
    date: Annotated[str, note("日付", "day of the newest sheet, YYYY-MM-DD")]
    partial: Annotated[
        bool, note("途中経過", "that sheet was made before the day's end; it is counted in part")
    ] = False
    count: Annotated[int, note("患者数", "persons seen with it on that day")]
    count_window: Annotated[int, note("３日間の患者数", "in the three days up to it [persons]")]
    expected: Annotated[float, note("平常の見込み", "how many were to be expected that day")]
    upper: Annotated[int, note("上限", "the most that would not be unusual in a day [persons]")]
    p_value: Annotated[
        float, note("ｐ値", "chance of as many or more if nothing is the matter, 0–1")
    ]
    persons: Annotated[int | None, note("避難者数", "people there, by the newest sheet")] = None
    since: Annotated[str, note("継続", "first day of the days with a watch or alarm")]
    baseline_days: Annotated[
        int, note("基準日数", "days of the shelter itself that tell what is usual there")
    ] = 0
    days: Annotated[list[SyndromeDay], note("日別", "the newest days, oldest first")] = []
    cluster: Annotated[str, note("集積", "key of the cluster of shelters it is part of")] = ""
    linked: Annotated[
        list[LinkedShelter], note("近くの避難所", "shelters nearby with the same, nearest first")
    ] = []
    action: Annotated[list[str], note("対応", "what to do, in Japanese")] = []
    action_en: Annotated[list[str], note("対応（英語）", "what to do, in English")] = []


@kind(
    "health.shelter_cluster",
    en="Shelters near each other with the same syndrome",
    ja="避難所間の症候群の集積",
    layer="medical",
)
class ShelterCluster(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Shelters near each other in which there is more of one syndrome within a few days."""

    syndrome: Annotated[
        str, note("症候群コード", "the syndrome, a field of health.shelter_syndrome")
    ]
    syndrome_name: Annotated[str, note("症候群", "its Japanese name")]
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    level: Annotated[str, note("水準", "the highest of its shelters: alarm or watch")]
    first: Annotated[str, note("開始", "first day of it in any of them, YYYY-MM-DD")]
    last: Annotated[str, note("最新", "day of the newest sheet, YYYY-MM-DD")]
    count: Annotated[int, note("患者数", "persons seen with it in the newest three days")]
    persons: Annotated[int | None, note("避難者数", "people in these shelters")] = None
    shelters: Annotated[list[str], note("避難所", "names of the shelters, most cases first")]
    keys: Annotated[list[str], note("避難所キー", "their keys, in the same order")]
