"""The safety check: a group tells itself how it is, and nobody else anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.safety import groups as safety
from noroshi.channels.safety.answers import (
    OLD,
    Answer,
    Counts,
    ask,
    count_all,
    plain_name,
    report_safe,
    same_name,
    summary,
)
from noroshi.channels.safety.groups import KEEP, Group
from noroshi.channels.safety.words import say_answer, say_asked
from noroshi.channels.subscribers.limits import CODES, TooOften
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.record import Mode
from noroshi.core.time import DAY, HOUR, now
from noroshi.store.people import Contact, PeopleFile
from noroshi.store.safety import AnswerRow, GroupRow, MemberRow


@pytest.fixture
def people(tmp_path: Path) -> PeopleFile:
    return PeopleFile(tmp_path, bytes(range(32)))


@pytest.fixture
def trio(people: PeopleFile) -> tuple[Contact, Contact, Contact]:
    a, b, c = (people.meet("web", one, keep=DAY) for one in "abc")
    return a, b, c


def family(people: PeopleFile, *members: Contact, **more: object) -> Group:
    first, *others = members
    held = safety.found(people, first, "山田家", "山田太郎", **more)  # type: ignore[arg-type]
    for number, one in enumerate(others):
        safety.join(people, one, held.code, f"山田花子{number or ''}", held.mode)
    return held


def numbers(**more: int) -> dict[str, int]:
    return dict.fromkeys(("safe", "help", "injured", "evacuating", "none"), 0) | more


def test_one_tap_tells_the_group_and_who_has_not_answered_is_shown_as_such(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact]
) -> None:
    a, b, _ = trio
    held = family(people, a, b)
    assert report_safe(people, b, "help", place="港小学校", note="薬が ない", at=5) == 1
    found = summary(people, a, held.id)
    assert [(one.name, one.answer) for one in found.members] == [
        ("山田太郎", None), ("山田花子", Answer("help", "港小学校", "薬が ない", 5)),
    ]  # fmt: skip
    assert found.numbers == numbers(help=1, none=1)
    report_safe(people, b, "safe", at=9)
    assert summary(people, a, held.id).members[1].answer == Answer("safe", at=9)
    safety.ask_anew(people, a, held.id)
    assert summary(people, a, held.id).numbers == numbers(none=2)


def test_nobody_outside_learns_that_a_group_exists(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact]
) -> None:
    a, b, outsider = trio
    held = family(people, a, b)
    refusals = set()
    for act in (
        lambda: summary(people, outsider, held.id), lambda: summary(people, outsider, "none"),
        lambda: safety.group(people, outsider, held.id),
        lambda: safety.dissolve(people, outsider, held.id),
        lambda: safety.group(people, a, held.id, Mode.EXERCISE),
    ):  # fmt: skip
        with pytest.raises(NotFound) as refused:
            act()
        refusals.add(str(refused.value))
    assert len(refusals) == 1
    assert ask(people, outsider, "山田花子") == []
    assert report_safe(people, outsider, "safe") == 0
    answers = set()
    safety.change(people, a, held.id, new_code=True)
    for code in (held.code, "0000-0000-0000-0000", "", "あ" * 500):
        with pytest.raises(NotFound) as refused:
            safety.join(people, outsider, code, "x")
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_codes_are_not_guessed_and_a_shelters_network_is_not_locked_out(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact]
) -> None:
    a, b, c = trio
    held = family(people, a)
    for _ in range(CODES.most):
        with pytest.raises(NotFound):
            safety.join(people, b, "0000", "x", sender="192.0.2.1")
    with pytest.raises(TooOften):
        safety.join(people, b, held.code, "x", sender="192.0.2.1")
    assert safety.join(people, c, held.code.lower(), "x", sender="192.0.2.1").id == held.id


def test_only_the_owner_sees_all_where_the_group_chose_so(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact]
) -> None:
    a, b, c = trio
    held = family(people, a, b, c, seen_by="owner", sort="school")
    report_safe(people, c, "safe")
    assert [one.name for one in summary(people, b, held.id).members] == ["山田花子"]
    assert summary(people, b, held.id).numbers == numbers(none=1)
    assert len(summary(people, a, held.id).members) == 3
    assert ask(people, b, "太郎") == []
    assert [one.name for _, one in ask(people, a, "花子さん")] == ["山田花子", "山田花子1"]
    assert safety.group(people, b, held.id).code == ""
    for act in (
        lambda: safety.change(people, b, held.id, seen_by="members"),
        lambda: safety.dissolve(people, b, held.id), lambda: safety.ask_anew(people, b, held.id),
        lambda: safety.remove(people, b, held.id, held.member),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            act()


def test_an_officer_counts_what_the_owner_agreed_to_and_no_more(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact]
) -> None:
    a, b, c = trio
    held = family(people, a, b)
    family(people, c)
    report_safe(people, b, "injured")
    assert count_all(people) == Counts(0, 0, numbers())
    safety.change(people, a, held.id, counted=True)
    assert count_all(people) == Counts(1, 2, numbers(injured=1, none=1))
    assert count_all(people, Mode.EXERCISE) == Counts(0, 0, numbers())


def test_a_drills_groups_and_answers_stay_apart(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact]
) -> None:
    a, b, _ = trio
    real, drill = family(people, a, b), family(people, a, b, mode=Mode.EXERCISE)
    assert report_safe(people, b, "injured", mode=Mode.EXERCISE, at=1) == 1
    assert summary(people, a, real.id).numbers == numbers(none=2)
    assert summary(people, a, drill.id, Mode.EXERCISE).numbers == numbers(injured=1, none=1)
    assert [one.id for one in safety.groups_of(people, a)] == [real.id]
    with pytest.raises(NotFound):
        safety.join(people, b, real.code, "x", Mode.EXERCISE)


def test_an_answer_and_a_group_end_to_the_microsecond(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact]
) -> None:
    a, b, _ = trio
    held = family(people, a, b)
    report_safe(people, b, "safe")
    row = people.get(AnswerRow, contact=b.id)
    group = people.get(GroupRow, id=held.id)
    assert row
    assert group
    assert row.expires <= group.expires <= now() + KEEP
    contact = people.get(Contact, id=a.id)
    assert contact
    assert contact.expires >= group.expires
    people.expire(row.expires - 1)
    assert people.all(AnswerRow) == [row]
    people.expire(row.expires)
    assert people.all(AnswerRow) == []
    people.expire(group.expires)
    assert [*people.all(GroupRow), *people.all(MemberRow)] == []


def test_a_group_outlives_who_founded_it_and_not_its_last_member(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact]
) -> None:
    a, b, c = trio
    held = family(people, a, b, c)
    people.erase(a)
    assert [one.owner for one in summary(people, b, held.id).members] == [True, False]
    safety.leave(people, c, held.id)
    people.erase(b)
    assert people.all(GroupRow) == []


def test_an_answer_says_its_age_and_words_of_people_are_no_readings() -> None:
    old = Answer("safe", "{家|いえ}", "", 0)
    said = say_answer(old, OLD + HOUR, "easy")
    assert "古い こたえです" in drop_readings(said)
    assert "（家／いえ）".replace("（", "（（") in drop_readings(said)
    assert "1 day ago" in say_answer(old, OLD + HOUR, "en")
    assert "Old" not in say_answer(old, OLD, "en")
    assert "わかりません" in say_asked([], 0, "ja")[0]
    assert "171" in say_asked([], 0, "en")[1]


@pytest.mark.parametrize(("one", "other", "same"), [
    ("花子さん", "山田　花子", True), ("山田花子", "はなこ", False), ("花", "花子", False),
    ("", "", False), ("ヤマダ", "ﾔﾏﾀﾞ", True), ("先生", "先生", True),
])  # fmt: skip
def test_names_are_compared_as_they_are_called(one: str, other: str, same: bool) -> None:
    assert same_name(plain_name(one), plain_name(other)) is same


def test_what_cannot_be_is_refused(
    people: PeopleFile, trio: tuple[Contact, Contact, Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, _ = trio
    held = family(people, a)
    monkeypatch.setattr(safety, "MOST_MEMBERS", 1)
    monkeypatch.setattr(safety, "MOST_GROUPS", 1)
    for act in (
        lambda: report_safe(people, a, "fine"),
        lambda: report_safe(people, a, "safe", note="x" * 141),
        lambda: safety.found(people, b, "", "b"), lambda: safety.found(people, b, "x", "\n"),
        lambda: safety.found(people, b, "x", "b", sort="club"),
        lambda: safety.found(people, a, "x", "a"),
        lambda: safety.join(people, b, held.code, "b"),
    ):  # fmt: skip
        with pytest.raises(NoroshiError):
            act()
