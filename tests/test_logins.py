"""Logging in: what opens an account, what does not, and what guessing costs."""

from __future__ import annotations

import statistics
import threading
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.time import DAY, HOUR, MINUTE, SECOND, now
from noroshi.engine import attempts, passwords
from noroshi.engine.accounts import NewPerson, PersonChanges
from noroshi.engine.attempts import Attempts, TooManyAttempts
from noroshi.engine.directory import Directory
from noroshi.engine.logins import Logins, session_name
from noroshi.engine.roles import Actor, Role, local_operator
from noroshi.store.directory import Attempt, DirectoryFile, Password

CHIEF = local_operator()
GOOD = "rice paddy telescope"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def logins(tmp_path: Path) -> Logins:
    directory = Directory(tmp_path)
    directory.add_organisation(CHIEF, "own", "Us")
    for id in ("sato", "ito"):
        directory.add_person(CHIEF, NewPerson(id, id.title(), email=f"{id}@example.jp"))
        directory.set_role(CHIEF, id, "own", Role.EDITOR)
    found = Logins(directory)
    found.set_password(CHIEF, "sato", GOOD)
    return found


class Clock:
    """A clock that is put forward."""

    def __init__(self) -> None:
        self.time = now()

    def __call__(self) -> int:
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("noroshi.engine.attempts.now", made)
    return made


def fail(limits: Attempts, times: int, account: str, address: str = HERE) -> None:
    for _ in range(times):
        limits.begin(account, address)


# --- passwords -----------------------------------------------------------------------------------


def test_the_right_password_opens_the_account_by_id_and_by_address(logins: Logins) -> None:
    assert logins.check("sato", GOOD, HERE).id == "sato"
    assert logins.check("Sato@Example.JP", GOOD, HERE).id == "sato"


@pytest.mark.parametrize("name", ["sato", "SATO@example.jp", "ito", "nobody", "", "a" * 5000,
                                  "sato\0", "' OR 1=1 --", "\ud800"])  # fmt: skip
@pytest.mark.parametrize("password", ["", GOOD + " ", GOOD[:-1], "x" * 100_000, "\ud800", "\0"])
def test_whatever_is_wrong_the_refusal_is_the_same(
    logins: Logins, name: str, password: str
) -> None:
    with pytest.raises(NotPermitted) as refusal:
        logins.check(name, password, HERE)
    assert str(refusal.value) == "name or password is wrong"


@pytest.mark.parametrize("changes", [PersonChanges(disabled=True), PersonChanges(until=1)])
def test_an_account_that_is_disabled_or_over_is_refused_as_a_wrong_password_is(
    logins: Logins, changes: PersonChanges
) -> None:
    logins._directory.change_person(CHIEF, "sato", changes)
    with pytest.raises(NotPermitted, match="name or password is wrong"):
        logins.check("sato", GOOD, HERE)


def test_unknown_accounts_take_as_long_as_known_ones(logins: Logins) -> None:
    """Medians of interleaved attempts: the machine's noise is in both."""
    spent: dict[str, list[float]] = {"sato": [], "nobody": [], "ito": []}
    for turn in range(4):
        for name, times in spent.items():
            begun = time.perf_counter()
            with pytest.raises(NotPermitted):
                logins.check(name, "some wrong password", f"203.0.113.{turn}")
            times.append(time.perf_counter() - begun)
    known = statistics.median(spent["sato"])
    for name in ("nobody", "ito"):
        assert 0.4 < statistics.median(spent[name]) / known < 2.5


def test_one_spelling_of_the_same_characters(logins: Logins) -> None:
    typed = "ｶﾞｯｺｳ の うらの 鶏小屋"
    logins.set_password(CHIEF, "sato", typed)
    assert logins.check("sato", unicodedata.normalize("NFKC", typed), HERE).id == "sato"
    assert logins.check("sato", "ガッコウ の うらの 鶏小屋", HERE).id == "sato"


def test_a_password_is_kept_as_argon2id_with_the_parameters_of_today(logins: Logins) -> None:
    kept = logins._file.get(Password, person="sato")
    assert kept is not None
    assert kept.hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    old = passwords._HASHER.__class__(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    logins._file.put(Password("sato", old, 0))
    logins.check("sato", GOOD, HERE)
    renewed = logins._file.get(Password, person="sato")
    assert renewed is not None
    assert renewed.hash != old
    assert not passwords.is_dated(renewed.hash)


@pytest.mark.parametrize("password", [
    "", "elevenchars", "passwordpassword", "Password1234", "PASSWORD12345!", "aaaaaaaaaaaaaaaa",
    "abcabcabcabcabc", "123456789012345", "abcdefghijklmnop", "noroshi-noroshi", "noroshi12345",
    "Sato@example.jp", "sato-takeshi", "sato-takeshi1", "x" * 257, "rice paddy\ntelescope",
    "rice paddy\0telescope", "correcthorsebatterystaple", "zyxwvutsrqponm", "qwertyuiop123",
])  # fmt: skip
def test_what_is_short_common_or_known_cannot_be_a_password(password: str) -> None:
    with pytest.raises(NoroshiError, match="cannot be a password"):
        passwords.check_password(password, names=("sato-takeshi", "sato@example.jp"))


@pytest.mark.parametrize("password", [
    GOOD, "x3$ 9Lq!mB2#", "うらの 鶏小屋に 狸が 住む", "x" * 20 + " and then a bear",
    "sato has a very long sentence",
])  # fmt: skip
def test_any_long_thing_may_be_one_whatever_it_is_made_of(password: str) -> None:
    passwords.check_password(password, names=("sato", "Sato", "sato@example.jp"))


def test_beside_a_second_factor_eight_characters_do(logins: Logins) -> None:
    with pytest.raises(NoroshiError, match="shorter than 12"):
        logins.set_password(CHIEF, "sato", "tx7 bear")
    logins.add_credential("sato", b"id", b"key", 0, "phone")
    logins.set_password(CHIEF, "sato", "tx7 bear")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_the_check_of_a_password_always_ends_in_yes_or_a_refusal(text: str) -> None:
    try:
        passwords.check_password(text, names=(text, "", "x" * 300))
    except NoroshiError:
        return
    assert 12 <= len(unicodedata.normalize("NFKC", text)) <= 256


def test_people_change_their_own_password_with_the_old_one(logins: Logins) -> None:
    _, cookie = logins.open_session("sato", by="password", address=HERE)
    with pytest.raises(NotPermitted):
        logins.change_password("sato", "wrong old one", "a whole new sentence", HERE)
    assert logins.session(cookie)
    logins.change_password("sato", GOOD, "a whole new sentence", HERE)
    assert logins.session(cookie) is None
    assert logins.check("sato", "a whole new sentence", HERE)
    with pytest.raises(NotPermitted):
        logins.check("sato", GOOD, HERE)


def test_nobody_sets_anothers_password(logins: Logins) -> None:
    me = Actor("person:ito", Role.LIAISON)
    for work in (lambda: logins.set_password(me, "sato", "my own sentence"),
                 lambda: logins.remove_password(me, "sato"),
                 lambda: logins.close_sessions(me, "sato"),
                 lambda: logins.set_password(me, "nobody", "my own sentence")):  # fmt: skip
        with pytest.raises(NotPermitted):
            work()
    assert logins.check("sato", GOOD, HERE)


def test_an_account_without_a_password_is_not_opened_by_one(logins: Logins) -> None:
    logins.remove_password(CHIEF, "sato")
    for password in ("", GOOD, "nobody has this password"):
        with pytest.raises(NotPermitted):
            logins.check("sato", password, HERE)


# --- limits on guessing --------------------------------------------------------------------------


def test_each_failure_beyond_the_free_ones_waits_twice_as_long(
    tmp_path: Path, clock: Clock
) -> None:
    limits = Attempts(DirectoryFile(tmp_path))
    fail(limits, attempts.ACCOUNT_FREE, "sato")
    waits = []
    for _ in range(12):
        limits.begin("sato", HERE)
        with pytest.raises(TooManyAttempts) as refusal:
            limits.begin("sato", HERE)
        waits.append(refusal.value.wait)
        clock.time += refusal.value.wait * SECOND
    assert waits[:10] == [2**power for power in range(10)]
    assert max(waits) == attempts.ACCOUNT_WAIT // SECOND


def test_an_attempt_that_waits_is_not_counted(tmp_path: Path, clock: Clock) -> None:
    limits = Attempts(DirectoryFile(tmp_path))
    fail(limits, attempts.ACCOUNT_FREE + 1, "sato")
    for _ in range(100):
        with pytest.raises(TooManyAttempts, match="wait 1 s"):
            limits.begin("sato", HERE)
    clock.time += SECOND
    limits.begin("sato", HERE)


def test_failures_are_forgotten_with_time(tmp_path: Path, clock: Clock) -> None:
    limits = Attempts(DirectoryFile(tmp_path))
    fail(limits, attempts.ACCOUNT_FREE, "sato")
    clock.time += 3 * attempts.HALF
    fail(limits, attempts.ACCOUNT_FREE, "sato")


def test_a_clock_that_is_set_back_locks_nobody_out(tmp_path: Path, clock: Clock) -> None:
    limits = Attempts(DirectoryFile(tmp_path))
    clock.time += 365 * DAY
    fail(limits, attempts.ACCOUNT_FREE + 1, "sato")
    clock.time -= 365 * DAY
    limits.begin("sato", HERE)
    with pytest.raises(TooManyAttempts, match="wait 2 s"):
        limits.begin("sato", HERE)


def test_a_success_frees_the_account(tmp_path: Path, clock: Clock) -> None:
    limits = Attempts(DirectoryFile(tmp_path))
    fail(limits, 4, "sato")
    limits.succeed(limits.begin("sato", HERE), "sato", HERE)
    fail(limits, attempts.ACCOUNT_FREE, "sato")


def test_a_shelters_shared_address_never_waits_long(tmp_path: Path, clock: Clock) -> None:
    """Fifty people mistype, and an attacker goes on: the next person waits ten seconds at most."""
    limits = Attempts(DirectoryFile(tmp_path))
    for number in range(attempts.ADDRESS_FREE):
        limits.begin(f"person-{number}", HERE)
    for number in range(40):
        limits.begin(f"other-{number}", HERE)
        with pytest.raises(TooManyAttempts) as refusal:
            limits.begin("someone", HERE)
        assert refusal.value.wait <= attempts.ADDRESS_WAIT // SECOND
        clock.time += refusal.value.wait * SECOND
    limits.begin("someone", ELSEWHERE)


def test_an_attacker_elsewhere_does_not_shut_a_person_out(tmp_path: Path, clock: Clock) -> None:
    limits = Attempts(DirectoryFile(tmp_path))
    limits.succeed(limits.begin("sato", HERE), "sato", HERE)
    fail(limits, attempts.ACCOUNT_FREE + 1, "sato", ELSEWHERE)
    with pytest.raises(TooManyAttempts):
        limits.begin("sato", ELSEWHERE)
    limits.begin("sato", HERE)
    # Not even from the same address by failing in other names.
    fail(limits, 5, "ito", HERE)
    limits.begin("sato", HERE)
    clock.time += attempts.KNOWN + DAY
    limits.begin("sato", HERE)


def test_a_known_pair_is_limited_too(tmp_path: Path, clock: Clock) -> None:
    limits = Attempts(DirectoryFile(tmp_path))
    limits.succeed(limits.begin("sato", HERE), "sato", HERE)
    fail(limits, attempts.ACCOUNT_FREE + 1, "sato", HERE)
    with pytest.raises(TooManyAttempts):
        limits.begin("sato", HERE)


def test_an_attackers_own_successes_do_not_free_their_address(tmp_path: Path, clock: Clock) -> None:
    limits = Attempts(DirectoryFile(tmp_path))
    met = 0
    for number in range(attempts.ADDRESS_FREE * 2):
        try:
            limits.begin(f"victim-{number}", HERE)
            limits.succeed(limits.begin("mine", HERE), "mine", HERE)
        except TooManyAttempts:
            met += 1
    assert met > attempts.ADDRESS_FREE / 2


@pytest.mark.parametrize(("first", "second", "same"), [
    ("2001:db8::1", "2001:db8::ffff:1", True), ("2001:db8::1", "2001:db8:0:1::1", False),
    ("::ffff:192.0.2.1", "192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False),
    ("fe80::1%eth0", "fe80::1%eth1", True), ("unix", "unix", True), ("", "x", False),
])  # fmt: skip
def test_one_network_is_one_client(first: str, second: str, same: bool) -> None:
    assert (attempts._network(first) == attempts._network(second)) is same


def test_attempts_are_counted_before_they_are_checked(logins: Logins) -> None:
    """Many at once are no more guesses than many in a row."""
    said: list[str] = []

    def guess() -> None:
        try:
            logins.check("sato", "some wrong password", ELSEWHERE)
        except NotPermitted as refusal:
            said.append(type(refusal).__name__)

    threads = [threading.Thread(target=guess) for _ in range(24)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(said) == 24
    assert said.count("NotPermitted") <= attempts.ACCOUNT_FREE + 2


def test_limits_hold_across_processes_and_keep_no_name(tmp_path: Path, clock: Clock) -> None:
    fail(Attempts(DirectoryFile(tmp_path)), attempts.ACCOUNT_FREE + 1, "my-password-typed-here")
    with pytest.raises(TooManyAttempts):
        Attempts(DirectoryFile(tmp_path)).begin("my-password-typed-here", ELSEWHERE)
    for path in tmp_path.iterdir():
        assert b"my-password-typed-here" not in path.read_bytes()


def test_what_an_attack_leaves_is_bounded(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST", 20)
    file = DirectoryFile(tmp_path)
    limits = Attempts(file)
    limits.succeed(limits.begin("sato", HERE), "sato", HERE)
    for number in range(60):
        clock.time += SECOND
        limits.begin(f"n{number}", f"2001:db8:{number}::1")
    assert len(file.all(Attempt)) <= 20
    fail(limits, 1, "sato")
    assert any(one.good for one in file.all(Attempt))


# --- sessions and second factors -----------------------------------------------------------------


def test_a_session_lasts_twelve_hours_at_most_and_one_unused(
    logins: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("noroshi.engine.logins.now", clock)
    _, used = logins.open_session("sato", by="password", address=HERE)
    _, idle = logins.open_session("sato", by="password", address=HERE)
    for _ in range(14):
        clock.time += 50 * MINUTE
        assert logins.session(used)
    assert logins.session(idle) is None
    clock.time += 20 * MINUTE
    assert logins.session(used) is None
    clock.time -= HOUR
    logins.open_session("ito", by="password", address=HERE)


def test_a_session_that_was_ended_does_not_come_back_by_its_use(logins: Logins) -> None:
    _, cookie = logins.open_session("sato", by="password", address=HERE)
    found = logins.session(cookie)
    assert found is not None
    assert logins.close_sessions(Actor("person:sato", Role.EDITOR), "sato") == 1
    assert logins.session(cookie) is None
    assert logins.sessions("sato") == []
    logins.close_session(cookie)


def test_one_session_is_ended_by_its_owner_or_an_operator_and_the_others_stay(
    logins: Logins,
) -> None:
    kept, _ = logins.open_session("sato", by="x", address=HERE)
    gone, text = logins.open_session("sato", by="x", address=HERE)
    own = Actor("person:sato", Role.VIEWER)
    with pytest.raises(NotPermitted):
        logins.end_session(Actor("person:ito", Role.LIAISON), "sato", session_name(gone))
    with pytest.raises(NotFound):
        logins.end_session(own, "sato", session_name(gone)[:8])
    logins.end_session(own, "sato", session_name(gone))
    assert logins.session(text) is None
    assert logins.sessions("sato") == [kept]
    logins.end_session(local_operator(), "sato", session_name(kept))
    assert logins.sessions("sato") == []


def test_a_credential_that_was_copied_is_refused(logins: Logins) -> None:
    logins.add_credential("sato", b"id", b"key", 5, "phone")
    assert logins.use_credential(b"id", 6).count == 6
    for count in (6, 5, 0):
        with pytest.raises(NotPermitted, match="copied"):
            logins.use_credential(b"id", count)
    assert logins._directory.audit.entries(limit=1)[0].action == "credential.cloned"
    logins.add_credential("ito", b"none", b"key", 0, "does not count")
    assert logins.use_credential(b"none", 0).count == 0
    with pytest.raises(NotPermitted, match="not known"):
        logins.use_credential(b"other", 1)


def test_a_credential_is_one_persons_and_theirs_to_remove(logins: Logins) -> None:
    logins.add_credential("sato", b"id", b"key", 0, "phone")
    with pytest.raises(NoroshiError, match="registered already"):
        logins.add_credential("ito", b"id", b"mine", 0, "phone")
    with pytest.raises(NotPermitted):
        logins.remove_credential(Actor("person:ito", Role.LIAISON), b"id")
    logins.remove_credential(Actor("person:sato", Role.VIEWER), b"id")
    assert logins.credentials("sato") == []
    with pytest.raises(NotFound):
        logins.remove_credential(CHIEF, b"id")
    for number in range(10):
        logins.add_credential("sato", bytes([number]), b"key", 0, "phone")
    with pytest.raises(NoroshiError, match="the most"):
        logins.add_credential("sato", b"eleventh", b"key", 0, "phone")
