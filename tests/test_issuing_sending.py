"""From an issued alert to the queue: what a dry run shows is what goes, once, in its mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from issuing import SATO, agree, close, draft, office
from noroshi.channels.issuing.following import step, waiting
from noroshi.channels.issuing.lifecycle import follow, issue
from noroshi.channels.issuing.office import Office
from noroshi.channels.issuing.preview import audience, preview
from noroshi.channels.sending import fan_out
from noroshi.channels.sending.queue import collect
from noroshi.channels.subscribers.places import Place
from noroshi.channels.subscribers.subscribing import Wanted, subscribe
from noroshi.core.record import Mode
from noroshi.core.time import HOUR, now
from noroshi.store import sendings
from noroshi.store.people import Contact, PeopleFile

NANAO, WAJIMA = (Place(area=f"city:{code}00") for code in ("17202", "17204"))


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Office]:
    found = office(tmp_path)
    yield found
    close(found)


def resident(
    there: Office, name: str, place: Place, language: str = "ja", mode: Mode = Mode.ACTUAL
) -> Contact:
    contact = there.people.meet("web", name, keep=HOUR)
    subscribe(there.people, contact, Wanted(places=(place,), language=language), mode)
    return contact


def told(there: Office, contact: Contact, mode: Mode = Mode.ACTUAL) -> list[tuple[str, bool]]:
    return [("\n".join(filter(None, (one.title, one.text, one.link))), one.urgent)
            for one in collect(there.people, contact, mode)]  # fmt: skip


def handed(there: Office) -> None:
    """What the clock of a node that runs does."""
    step(there, lambda version: fan_out.start(there, version))


def test_a_dry_run_shows_byte_for_byte_what_goes_and_to_how_many(there: Office) -> None:
    people = [resident(there, f"ja{one}", NANAO) for one in range(3)]
    english = resident(there, "en", NANAO, "en")
    away = resident(there, "away", WAJIMA)
    made = agree(there, draft(there), SATO)
    assert audience(there, made).channels == {"web": 4}
    version_time = now()
    shown = preview(there, made, version_time)
    assert {(one.language, one.count) for one in shown.messages} == {("ja", 3), ("en", 1)}
    assert shown.cap is not None
    assert waiting(there) == []
    assert told(there, english) == []
    # What is issued differs from what was shown in the minute alone.
    there.now = lambda mode: version_time  # type: ignore[method-assign]
    issue(there, SATO, made.id)
    handed(there)
    handed(there)
    texts = {one.language: one.data.decode() for one in shown.messages}
    for one in people:
        assert told(there, one) == [(texts["ja"], True)]
    assert told(there, english) == [(texts["en"], True)]
    assert told(there, away) == []
    assert waiting(there) == []


def test_a_correction_and_the_end_reach_those_who_were_told_without_alarm(there: Office) -> None:
    one, later = resident(there, "one", NANAO), resident(there, "later", WAJIMA)
    first = issue(there, SATO, agree(there, draft(there), SATO).id)
    handed(there)
    assert [urgent for _, urgent in told(there, one)] == [True]
    for kind, changes in (("correct", {"reasons": {"ja": "訂正です。"}}), ("cancel", {})):
        made = follow(there, SATO, first.key, Mode.ACTUAL, kind, **changes)
        issue(there, SATO, agree(there, made, SATO).id)
        handed(there)
    assert "解除" in told(there, one)[-1][0]
    assert told(there, later) == []


def test_an_exercise_reaches_only_who_takes_part_in_it(there: Office) -> None:
    real = resident(there, "real", NANAO)
    drill = resident(there, "drill", NANAO, mode=Mode.EXERCISE)
    made = agree(there, draft(there, mode=Mode.EXERCISE), SATO)
    assert audience(there, made).channels == {"web": 1}
    issue(there, SATO, made.id)
    handed(there)
    for mode in Mode:
        assert told(there, real, mode) == []
    [(text, _)] = told(there, drill, Mode.EXERCISE)
    assert text.startswith("【訓練】")


def test_nobody_is_alarmed_while_it_is_found_out_who_must_hear_the_end(
    there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident(there, "one", NANAO)
    made = agree(there, draft(there), SATO)
    first = issue(there, SATO, made.id)
    handed(there)
    plan, left = fan_out.plan, []

    def planned(people: PeopleFile, *given: Any) -> Iterator[fan_out.Planned]:
        left.append(sendings.waiting(people, "web"))
        return plan(people, *given)

    assert sendings.waiting(there.people, "web") == 1
    monkeypatch.setattr(fan_out, "plan", planned)
    end = follow(there, SATO, first.key, Mode.ACTUAL, "cancel")
    issue(there, SATO, agree(there, end, SATO).id)
    handed(there)
    assert left == [0]


def test_a_message_of_an_exercise_leads_to_the_page_of_the_exercise(there: Office) -> None:
    alert = fan_out.alert_of(issue(there, SATO, agree(there, draft(there), SATO).id))
    web = msgspec.structs.replace(there.settings.web, url="https://here.example/")
    settings = msgspec.structs.replace(there.settings, web=web)
    node = cast("fan_out.Sending", SimpleNamespace(settings=settings))
    links = [fan_out.link_of(node, alert, one) for one in (Mode.ACTUAL, Mode.EXERCISE)]
    assert links == [f"https://here.example/area/17202{end}" for end in ("", "?mode=exercise")]
