"""Quick replies: what can be asked and told, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.channels.chat.turns import Choice

#: Intents by what a quick reply calls them.
LABELS: dict[str, tuple[str, str]] = {
    "ask_alerts": ("警報・避難情報", "Warnings"), "ask_evacuate": ("にげる？", "Should I leave?"),
    "ask_shelter": ("避難所", "Shelters"), "ask_route": ("避難所への道", "Way to a shelter"),
    "ask_road": ("道路", "Roads"), "ask_water": ("水", "Water"), "ask_food": ("食べ物", "Food"),
    "ask_charging": ("充電", "Charging"), "ask_toilet": ("トイレ", "Toilets"),
    "ask_medical": ("病院", "Hospitals"), "ask_outage": ("停電・断水", "Outages"),
    "ask_train": ("電車", "Trains"), "ask_prepare": ("準備", "What to prepare"),
    "ask_safety": ("安否", "Is somebody safe?"),
    "ask_report_status": ("通報はどうなった？", "My report"),
    "ask_source": ("だれの情報？", "Who says so?"),
    "report_fire": ("火事", "Fire"), "report_injury": ("けが・病気", "Somebody is hurt"),
    "report_trapped": ("動けない人", "Somebody is trapped"),
    "report_flood": ("水が出ている", "Flooding"),
    "report_landslide": ("がけくずれ", "Landslide"), "report_road": ("通れない道", "Road blocked"),
    "report_outage": ("停電など", "Power or gas is out"), "report_water": ("水道", "Tap water"),
    "report_supply": ("物が足りない", "Something is lacking"),
    "report_shelter": ("避難所のようす", "A shelter"), "report_rumour": ("うわさ", "A rumour"),
    "report_safe": ("無事です", "I am safe"), "report_other": ("そのほか", "Something else"),
    "help": ("使い方", "Help"), "officer": ("人と話す", "Talk to a person"),
    "subscribe": ("知らせをうけとる", "Get alerts"),
    "unsubscribe": ("知らせをやめる", "End alerts"),
    "erase_me": ("記録を消す", "Erase my data"),
}  # fmt: skip
_MENU = ("ask_alerts", "ask_shelter", "ask_route", "ask_road", "ask_outage", "ask_water")


def choice(intent: str) -> Choice:
    """The quick reply that asks for, or tells, this."""
    return Choice(f"ask:{intent}", *LABELS[intent])


def menu(guesses: Iterable[str] = ()) -> tuple[Choice, ...]:
    """What is offered: first what may have been meant, then what is asked most."""
    meant = [one for one in guesses if one in LABELS]
    return (*(choice(one) for one in dict.fromkeys([*meant, *_MENU])),
            Choice("tell", "見たことを知らせる", "Tell what you see"))  # fmt: skip


def tellings() -> tuple[Choice, ...]:
    """What a report, or a picture, may be about."""
    return tuple(choice(one) for one in LABELS if one.startswith("report_"))


YES, NO = Choice("yes", "はい", "Yes"), Choice("no", "いいえ", "No")
SKIP = Choice("skip", "わからない・ない", "Don't know / none")
CANCEL = Choice("cancel", "やめる", "Stop")
DEPTHS = tuple(
    Choice(f"depth:{metres}", ja, en)
    for metres, ja, en in (
        ("0.1", "足首", "Ankle"), ("0.5", "ひざ", "Knee"), ("1.0", "腰", "Waist"),
        ("1.3", "胸", "Chest"), ("2.0", "１階の天井", "Ceiling of the ground floor"),
    )
)  # fmt: skip
PERSONS = tuple(
    Choice(f"persons:{count}", f"{count}人", f"{count}") for count in (0, 1, 2, 3, 5, 10)
)
SERVICES = tuple(
    Choice(f"service:{id}", ja, en)
    for id, ja, en in (
        ("power", "電気", "Power"), ("water", "水道", "Water"), ("gas", "ガス", "Gas"),
        ("telecom", "電話・ネット", "Phone / internet"),
    )
)  # fmt: skip
LANGUAGES = (Choice("lang:ja", "日本語", "日本語"), Choice("lang:en", "English", "English"))
