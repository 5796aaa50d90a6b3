"""What alarms of surveillance say is in force."""

from __future__ import annotations

from noroshi.channels.advice.actions import Advice, Both
from noroshi.channels.advice.health import advice_for
from noroshi.channels.alerts import scales
from noroshi.channels.alerts.saying import Said, join, labelled
from noroshi.core.prefectures import PREFECTURES, ROMAJI
from noroshi.core.record import Version
from noroshi.domains.health.weekly import COUNTRY
from noroshi.formats.cap.message import Named
from noroshi.kinds.diseases import named
from noroshi.kinds.outbreak_alarm import OutbreakAlarm
from noroshi.kinds.shelter_alarm import ShelterAlarm


def place_of(code: str) -> Both:
    """An area by its code: 愛知県, Aichi; the whole country for 00."""
    if code == COUNTRY:
        return Both("全国", "Japan")
    return Both(PREFECTURES.get(code, code), ROMAJI.get(code, code))


def alarm(version: Version, said: OutbreakAlarm) -> list[Said]:
    """More cases of a disease than expected, in a prefecture or the country."""
    disease = named(said.disease)
    name = Both(said.name, disease.en if disease is not None else said.name)
    place = place_of(said.area_code)
    week = f"{said.week[:4]}年第{int(said.week[6:])}週" if said.week[6:].isdigit() else said.week
    expected, upper = _number(said.expected), _number(said.upper)
    return [
        Said(
            event=Both(f"{name.ja}の報告数の増加", f"Increase in {name.en}"),
            place=f"{place.ja}（{place.en}）",
            category="Health",
            scale=scales.surveillance(
                disease.category if disease is not None else 0, said.q_value, len(said.methods)
            ),
            responses=("Prepare", "Monitor"),
            text=join([
                Both(
                    f"{week}の報告数は{said.count}件で、例年から見込まれる数より多い。",
                    f"{said.count} cases were notified in {said.week}, more than is to be expected "
                    "from the years before.",
                ),
                labelled("見込み", "Expected", expected),
                labelled("上限", "Upper bound", upper),
                labelled("継続", "Since", said.since if said.since != said.week else ""),
                Both("統計による検出であり、流行の確定ではない。",
                     "Found by statistics; an outbreak is not confirmed."),
            ]),
            advice=(advice_for(said.disease),),
            codes=(("noroshi:disease", said.disease),),
            parameters=_parameters(said),
        )
    ]  # fmt: skip


def shelter_alarm(version: Version, said: ShelterAlarm) -> list[Said]:
    """More of a syndrome in a shelter than is to be expected there; a watch asks for a second look
    only, and is told as such."""
    grave = said.level == "alarm"
    name = Both(said.syndrome_name, said.syndrome_en or said.syndrome_name)
    steps = tuple(Both(ja, en) for ja, en in zip(said.action, said.action_en, strict=False))
    return [
        Said(
            event=Both(
                f"避難所の{name.ja}の増加" + ("" if grave else "（注視）"),
                f"{'Increase in' if grave else 'Watch of'} {name.en} in a shelter",
            ),
            place=f"{said.municipality}{said.name}",
            category="Health",
            scale=scales.SHELTER_ALARM if grave else scales.SHELTER_WATCH,
            responses=("Prepare", "Monitor") if grave else ("Monitor",),
            text=join(
                [
                    Both(
                        f"{said.date}に{said.count}人、3日間に{said.count_window}人。"
                        f"見込みは1日{_number(said.expected)}人。",
                        f"{said.count} persons on {said.date}, {said.count_window} in three days; "
                        f"{_number(said.expected)} a day are to be expected.",
                    ),
                    labelled("継続", "Since", said.since if said.since != said.date else ""),
                    Both(
                        "症状による検出であり、診断ではない。",
                        "Found by symptoms; it is no diagnosis.",
                    ),
                ]
            ),
            advice=(Advice(steps[0], steps),) if steps else (),
            codes=(("noroshi:syndrome", said.syndrome),),
        )
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _parameters(said: OutbreakAlarm) -> tuple[Named, ...]:
    found = {
        "week": said.week, "count": str(said.count), "expected": _number(said.expected),
        "upper": _number(said.upper), "q": _number(said.q_value),
        "methods": " ".join(said.methods),
    }  # fmt: skip
    return tuple((name, value) for name, value in found.items() if value)
