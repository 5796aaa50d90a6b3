"""Changes of many threads share a transaction: each whole, or not at all, and durable."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from noroshi.core.time import now
from noroshi.store.people import Contact, PeopleFile


def contact(number: int) -> Contact:
    return Contact(f"{number}", "web", b"%d" % number, b"", "", 0, 0, now() + 10**12)


def test_what_fails_takes_nothing_of_others_with_it(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path)

    def add(number: int) -> int:
        people.add(contact(number))
        if number % 3 == 0:
            raise ValueError(number)
        return number

    with ThreadPoolExecutor(8) as threads:
        done = [threads.submit(people.together, lambda one=one: add(one)) for one in range(200)]  # type: ignore[misc]
    failed = [one for one in range(200) if done[one].exception() is not None]
    assert failed == [one for one in range(200) if one % 3 == 0]
    assert {one.id for one in people.all(Contact)} == {str(one) for one in range(200) if one % 3}
    assert PeopleFile(tmp_path).all(Contact) == people.all(Contact)


def test_many_wait_for_the_disk_once(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path)
    before, ready = people.commits, threading.Barrier(9)

    def add(number: int) -> None:
        ready.wait()
        people.together(lambda: people.add(contact(number)))

    with people.changing():
        threads = [threading.Thread(target=add, args=(one,)) for one in range(8)]
        for one in threads:
            one.start()
        ready.wait()
        while len(people._queued) < 8:
            pass
    for one in threads:
        one.join()
    assert len(people.all(Contact)) == 8
    assert people.commits == before + 2


def test_within_a_transaction_it_is_part_of_it(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path)

    def fail() -> None:
        with people.changing():
            people.together(lambda: people.add(contact(1)))
            people.meet("web", "a", keep=10**12)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert people.all(Contact) == []
