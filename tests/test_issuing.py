"""Alerts that an organisation issues: who may, what is approved, what follows what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from issuing import ITO, KATO, MORI, ONO, SATO, agree, close, content, draft, issued, office, said
from noroshi.channels.issuing.content import Content, checked
from noroshi.channels.issuing.drafts import (
    OPEN,
    Draft,
    Proposal,
    approvals,
    approve,
    body,
    edit,
    mark,
    propose,
    reject,
)
from noroshi.channels.issuing.lifecycle import expire, follow, issue, lapse, resume
from noroshi.channels.issuing.office import Office
from noroshi.core.errors import NoroshiError, NotPermitted
from noroshi.core.record import Action, Mode
from noroshi.core.time import HOUR, now


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def there(home: Path) -> Iterator[Office]:
    found = office(home)
    yield found
    close(found)


def test_what_is_issued_is_what_was_shown_with_the_time_filled_in(there: Office) -> None:
    waiting = draft(there)
    shown = body(there, waiting, None, [])
    version = issue(there, KATO, agree(there, waiting, KATO).id)
    told = said(version)
    moment = body(there, there.people.get(Draft, id=waiting.id), version.issued, ["liaison"])
    assert told == moment
    assert told.approved_by == ["liaison"]
    for one, other in zip(shown.texts, told.texts, strict=True):
        same = {field: getattr(one, field) for field in one.__struct_fields__ if field != "source"}
        assert same == {field: getattr(other, field) for field in same}
    assert (version.area, version.mode, version.action) == (
        "city:1720200",
        Mode.ACTUAL,
        Action.ISSUE,
    )
    assert [one.key for one in there.in_force(Mode.ACTUAL)] == [version.key]


def test_an_approval_is_of_exactly_what_was_shown(there: Office) -> None:
    waiting = draft(there, needed=2)
    seen = mark(there, waiting)
    approve(there, KATO, waiting.id, seen)
    changed = edit(there, MORI, waiting.id, content(there, action="save_life", level=5), seen)
    assert approvals(there, changed) == []
    with pytest.raises(NoroshiError, match="changed since"):
        approve(there, KATO, waiting.id, seen)
    with pytest.raises(NotPermitted, match="2 must approve it, 0 did"):
        issue(there, KATO, waiting.id)
    agree(there, changed, KATO, SATO)
    assert said(issue(there, KATO, waiting.id)).level == 5


def test_two_approvals_are_of_two_others_and_one_may_be_the_authors(there: Office) -> None:
    alone = agree(there, draft(there), SATO)
    assert issue(there, SATO, alone.id).action is Action.ISSUE
    both = draft(there, needed=2)
    seen = mark(there, both)
    with pytest.raises(NotPermitted, match="none is the author"):
        approve(there, SATO, both.id, seen)
    approve(there, KATO, both.id, seen)
    with pytest.raises(NotPermitted, match="approved it already"):
        approve(there, KATO, both.id, seen)
    assert approve(there, MORI, both.id, seen).state == "approved"


@pytest.mark.parametrize("who", [ITO, ONO], ids=["editor", "liaison of another organisation"])
def test_only_liaisons_and_operators_of_the_own_organisation_issue(
    there: Office, who: object
) -> None:
    waiting = agree(there, draft(there), SATO)
    seen = mark(there, waiting)
    for attempt in (
        lambda: propose(there, who, Proposal(kind="issue", mode=Mode.TEST, content=content(there))),
        lambda: approve(there, who, waiting.id, seen),
        lambda: edit(there, who, waiting.id, content(there), seen),
        lambda: reject(there, who, waiting.id, seen, "no"),
        lambda: issue(there, who, waiting.id),
    ):
        with pytest.raises(NotPermitted):
            attempt()
        assert there.directory.audit.entries(limit=1)[0].action == "refused"
    reject(there, KATO, waiting.id, seen, "誤り")


def test_a_draft_of_a_person_needs_a_person_to_agree(there: Office) -> None:
    said = Proposal(kind="issue", mode=Mode.TEST, content=content(there), needed=0)
    made = propose(there, SATO, said)
    assert (made.needed, made.state) == (1, "draft")
    assert all(one.mode is not Mode.TEST for one in resume(there))


def test_update_extend_correct_and_cancel_are_editions_of_one_alert(there: Office) -> None:
    first = issued(there)
    ends = now() + 9 * HOUR
    steps = [
        ("update", {"level": 5, "action": "save_life", "alarm": True}),
        ("extend", {"expires": ends}),
        ("correct", {"reasons": {"ja": "熊木川の水があふれています。"}}),
        ("cancel", {}),
    ]
    told = [said(first)]
    for kind, changes in steps:
        made = follow(there, SATO, first.key, Mode.ACTUAL, kind, **changes)
        version = issue(there, SATO, agree(there, made, SATO).id)
        told.append(said(version))
    assert [(one.number, one.kind, one.alarm, one.replaces) for one in told] == [
        (1, "issue", True, None),
        (2, "update", True, 1),
        (3, "extend", False, 2),
        (4, "correct", False, 3),
        (5, "cancel", False, 4),
    ]
    assert "熊木川" in told[3].texts[0].reason
    assert "解除" in told[4].texts[0].headline
    assert first.key not in {one.key for one in there.in_force(Mode.ACTUAL)}
    with pytest.raises(NoroshiError, match="not in force"):
        follow(there, SATO, first.key, Mode.ACTUAL, "extend", expires=ends + HOUR)


@pytest.mark.parametrize(("kind", "changes", "wrong"), [
    ("extend", {"expires": now() + HOUR}, "ends later"),
    ("extend", {"level": 5}, "alone"),
    ("correct", {"expires": now() + 12 * HOUR}, "of words"),
    ("correct", {"reasons": {"ja": "訂正"}, "alarm": True}, "alarm"),
    ("update", {}, "already"),
    ("update", {"level": 5}, "level"),
])  # fmt: skip
def test_what_does_not_follow_is_refused(
    there: Office, kind: str, changes: dict[str, object], wrong: str
) -> None:
    first = next(iter(there.in_force(Mode.ACTUAL)), None) or issued(there)
    if said(first).level != 4:
        first = issued(there)
    with pytest.raises(NoroshiError, match=wrong):
        follow(there, SATO, first.key, Mode.ACTUAL, kind, **changes)


def test_what_was_drafted_before_another_edition_is_approved_anew(there: Office) -> None:
    first = issued(there)
    longer = agree(there, follow(there, SATO, first.key, Mode.ACTUAL, "extend",
                                 expires=now() + 9 * HOUR), SATO)  # fmt: skip
    other = follow(there, SATO, first.key, Mode.ACTUAL, "correct", reasons={"ja": "訂正です。"})
    issue(there, SATO, agree(there, other, SATO).id)
    with pytest.raises(NotPermitted):
        issue(there, SATO, longer.id)
    again = there.people.get(Draft, id=longer.id)
    assert again is not None
    assert (again.state, again.base, approvals(there, again)) == ("draft", 2, [])
    end = follow(there, SATO, first.key, Mode.ACTUAL, "cancel")
    issue(there, SATO, agree(there, end, SATO).id)
    gone = there.people.get(Draft, id=longer.id)
    assert gone is not None
    assert gone.state == "superseded"


def test_an_alert_is_over_by_the_clock_and_says_so_without_alarm(
    there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = issued(there, expires=now() + HOUR)
    monkeypatch.setattr(there, "now", lambda mode: now() + 2 * HOUR)
    ended = [one for one in expire(there) if one.key == first.key]
    assert [(said(one).kind, said(one).alarm, one.action) for one in ended] == [
        ("expire", False, Action.CANCEL)
    ]
    assert [one for one in expire(there) if one.key == first.key] == []


def test_a_draft_that_nobody_issued_in_time_is_withdrawn(
    there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = draft(there, expires=now() + HOUR)
    assert late.id not in {one.id for one in lapse(there)}
    monkeypatch.setattr(there, "now", lambda mode: now() + 2 * HOUR)
    assert late.id in {one.id for one in lapse(there)}
    found = there.people.get(Draft, id=late.id)
    assert found is not None
    assert found.state == "superseded"


@pytest.mark.parametrize(("changes", "wrong"), [
    ({"hazard": "meteor"}, "hazard"), ({"action": "run"}, "action"),
    ({"level": 6}, "level"), ({"level": 3}, "evacuate is level 4"),
    ({"hazard": "tsunami"}, "level"), ({"places": ()}, "places"),
    ({"languages": ("en",)}, "ja comes first"), ({"languages": ("ja", "xx")}, "xx"),
    ({"reasons": {"fr": "x"}}, "fr"), ({"reasons": {"ja": "a\nb"}}, "line breaks"),
    ({"begins": 10, "expires": 5}, "before it begins"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_field(
    there: Office, changes: dict[str, object], wrong: str
) -> None:
    with pytest.raises(NoroshiError, match=wrong):
        checked(msgspec.structs.replace(content(there), **changes))


def test_every_step_is_in_the_audit_log(there: Office) -> None:
    version = issued(there)
    steps = there.directory.audit.entries(target=f"alert:{version.key}")
    assert [(one.actor, one.action) for one in reversed(steps)] == [
        ("person:sato", "alert.draft"), ("person:sato", "alert.approve"),
        ("person:sato", "alert.issue"),
    ]  # fmt: skip
    assert there.directory.audit.verify() == []


def test_nothing_of_one_mode_is_seen_in_another(there: Office) -> None:
    drill = issued(there, mode=Mode.EXERCISE)
    told = said(drill)
    assert drill.mode is Mode.EXERCISE
    assert all(text.headline.startswith(("【", "[EXERCISE]")) for text in told.texts)
    assert drill.key not in {one.key for one in there.in_force(Mode.ACTUAL)}
    with pytest.raises(NoroshiError, match="no alert"):
        follow(there, SATO, drill.key, Mode.ACTUAL, "cancel")
    assert isinstance(Content(), Content)
    assert OPEN == ("draft", "approved")
