"""Rules that draft alerts: once for each thing, again when it changes, and its end with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from issuing import KATO, SATO, agree, close, office, said
from noroshi.channels.issuing.content import Content
from noroshi.channels.issuing.drafts import Draft, edit, mark
from noroshi.channels.issuing.lifecycle import issue, resume
from noroshi.channels.issuing.office import Office
from noroshi.channels.issuing.rules import CHANGED, Heeding, checked_rule
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR, OWN, PUBLIC
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import now
from noroshi.engine.settings_people import Rule
from noroshi.kinds import encode
from noroshi.kinds.weather import WarningKind, WeatherWarning
from noroshi.store import Change

KIND = "disaster.weather_warning"
RULE = Rule(kinds=(KIND,), filter="area_name = '七尾市'", level=3, hazard="flood", expires="6h")


class Followed:
    """A rule and what it has heard of so far, as its delivery hands it on."""

    def __init__(self, there: Office, name: str = "flood", rule: Rule = RULE) -> None:
        self.office, self.name, self.rule = there, name, rule
        self.heeding = Heeding(there, name, rule)
        self.cursor = there.store.latest()

    def warn(
        self, level: int | None, *, mode: Mode = Mode.ACTUAL, label: int = PUBLIC, key: str = "k",
        action: Action = Action.ISSUE,
    ) -> list[Draft]:  # fmt: skip
        """A warning of a level (None: none any more) arrives; what it drafts."""
        kinds = [] if level is None else [
            WarningKind(name=f"レベル{level}洪水警報", hazard="洪水", level=level)
        ]  # fmt: skip
        body = WeatherWarning(
            area_name="七尾市", product="気象警報", office="架空気象台", kinds=kinds
        )
        record = Record(KIND, key, encode(body), area="city:1720200")
        edition = Edition(f"w/{self.name}/{mode}/{label}", now(), [record], action, mode,
                          effective=now(), whole=False)  # fmt: skip
        self.office.store.publish([edition], source="jma", label=label)
        return self.catch_up()

    def changes(self) -> list[Change]:
        reader = self.heeding.wanted.reader
        return [one for one in self.office.store.changes(reader, after=self.cursor)
                if self.heeding.wanted(one)]  # fmt: skip

    def catch_up(self) -> list[Draft]:
        found = [self.heeding.hear(one) for one in self.changes()]
        self.cursor = self.office.store.latest()
        return [one for one in found if one is not None]


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Office]:
    found = office(tmp_path)
    yield found
    close(found)


def state(there: Office, draft: Draft) -> tuple[str, str, int | None]:
    found = there.people.get(Draft, id=draft.id)
    assert found is not None
    return found.kind, found.state, found.said.level


def test_a_warning_is_drafted_once_changed_with_it_and_withdrawn_with_it(there: Office) -> None:
    rule = Followed(there)
    assert rule.warn(2) == []
    [first] = rule.warn(4)
    assert (first.kind, first.state, first.author) == ("issue", "draft", "rule:flood")
    told = first.said
    assert (told.hazard, told.level, told.action, told.office) == (
        "flood",
        4,
        "evacuate",
        "架空気象台",
    )
    assert [one.area for one in told.places] == ["city:1720200"]
    assert rule.warn(4) == []
    [again] = rule.warn(5)
    assert (again.id, again.said.action) == (first.id, "save_life")
    rule.warn(None)
    assert state(there, first) == ("issue", "superseded", 5)
    [anew] = rule.warn(3)
    assert anew.alert != first.alert


def test_of_what_is_in_force_changes_propose_an_update_and_the_end_a_cancellation(
    there: Office,
) -> None:
    rule = Followed(there)
    [first] = rule.warn(4)
    issue(there, SATO, agree(there, first, SATO).id)
    [update] = rule.warn(5)
    assert (update.kind, update.alert, update.base, update.said.alarm) == (
        "update",
        first.alert,
        1,
        True,
    )
    assert rule.warn(4) == []
    assert state(there, update)[1] == "superseded"
    [lower] = rule.warn(3)
    assert (lower.kind, lower.said.alarm) == ("update", False)
    [end] = rule.warn(None)
    assert (end.id, end.kind) == (lower.id, "cancel")
    version = issue(there, KATO, agree(there, end, KATO).id)
    assert (said(version).kind, there.in_force(Mode.ACTUAL)) == ("cancel", [])


def test_the_same_edition_drafts_once_whatever_is_delivered_again(there: Office) -> None:
    rule = Followed(there)
    start = rule.cursor
    [first] = rule.warn(4)
    [second] = rule.warn(5)
    rule.cursor = start
    assert rule.catch_up() == []
    rule.heeding = Heeding(there, "flood", RULE)
    rule.cursor = start
    assert rule.catch_up() == []
    assert len(there.people.all(Draft)) == 1
    assert (first.id, second.said.level) == (second.id, 5)


def test_a_rule_hears_one_mode_alone(there: Office) -> None:
    real = Followed(there)
    drill = Followed(there, "drill", Rule(**{**_fields(RULE), "mode": "exercise"}))
    assert real.warn(4, mode=Mode.EXERCISE) == []
    [made] = drill.catch_up()
    assert Mode(made.mode) is Mode.EXERCISE
    version = issue(there, SATO, agree(there, made, SATO).id)
    assert version.mode is Mode.EXERCISE
    assert "訓練" in said(version).texts[0].headline
    assert real.warn(4) != []
    assert drill.catch_up() == []


def test_what_was_decided_in_advance_goes_by_itself(there: Office) -> None:
    rule = Followed(there, rule=Rule(**{**_fields(RULE), "approvals": 0, "action": "evacuate"}))
    [first] = rule.warn(4)
    assert first.state == "approved"
    [version] = resume(there)
    assert (said(version).approved_by, said(version).rule) == ([], "flood")
    steps = there.directory.audit.entries(target=f"alert:{first.alert}")
    assert {one.actor for one in steps} == {"rule:flood"}
    assert version.basis == (first.basis[0],)
    rule.warn(None)
    assert [said(one).kind for one in resume(there)] == ["cancel"]


def test_what_not_all_may_see_goes_into_no_public_words_and_not_by_itself(there: Office) -> None:
    secret = Rule(**{**_fields(RULE), "approvals": 0, "action": "evacuate",
                     "labels": ("public", "own")})  # fmt: skip
    rule = Followed(there, rule=secret)
    [made] = rule.warn(4, label=OWN)
    assert (made.needed, made.state, made.basis) == (1, "draft", ())
    assert (made.said.office, made.said.name) == ("", "")
    assert resume(there) == []
    assert Followed(there, "other").warn(4, label=OWN) == []


def test_a_persons_words_are_not_overwritten_but_marked(there: Office) -> None:
    rule = Followed(there)
    [made] = rule.warn(4)
    own = Content(**{**_fields(made.said), "reasons": {"ja": "熊木川があふれそうです。"}})
    edited = edit(there, SATO, made.id, own, mark(there, made))
    agree(there, edited, KATO)
    [marked] = rule.warn(5)
    assert (marked.said.reasons, marked.why, marked.state) == (own.reasons, CHANGED, "draft")


@pytest.mark.parametrize(("changes", "wrong"), [
    ({"hazard": "meteor"}, "hazard"), ({"action": "run"}, "action"),
    ({"approvals": 0}, "by itself"), ({"languages": ("en",)}, "ja first"),
    ({"kinds": ("disaster.issued_alert",)}, "of itself"),
])  # fmt: skip
def test_a_rule_that_cannot_be_meant_names_its_setting(
    changes: dict[str, object], wrong: str
) -> None:
    with pytest.raises(NoroshiError, match=wrong) as error:
        checked_rule("flood", Rule(**{**_fields(RULE), **changes}))
    assert "alerts.flood" in str(error.value)


def test_a_filter_that_cannot_be_read_names_its_rule(there: Office) -> None:
    with pytest.raises(NoroshiError, match="flood"):
        Heeding(there, "flood", Rule(kinds=(KIND,), filter="nonsense = "))
    assert there.store.changes(OPERATOR, after=0, limit=1) == []


def _fields(of: object) -> dict[str, object]:
    return {name: getattr(of, name) for name in of.__struct_fields__}  # type: ignore[attr-defined]
