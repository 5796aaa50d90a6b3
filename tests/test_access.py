"""Tokens and sessions: what they let their holder do, and nothing else."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.label import OWN, PUBLIC, RESPONDERS, Principal
from noroshi.core.time import DAY, SECOND, now
from noroshi.engine.access import Access, duration
from noroshi.engine.accounts import NewPerson, PersonChanges
from noroshi.engine.roles import Actor, Role, What, local_operator
from run import Node

CHIEF = local_operator()


def with_person(home: Path, id: str = "sato", role: Role = Role.LIAISON, **more: object) -> Access:
    access = Access(home)
    access.directory.add_organisation(CHIEF, "nanao", "Nanao City")
    access.directory.add_person(CHIEF, NewPerson(id, "Sato", **more))  # type: ignore[arg-type]
    access.directory.set_role(CHIEF, id, "nanao", role)
    return access


def test_without_a_token_only_what_is_public_is_read_and_nothing_sent(tmp_path: Path) -> None:
    caller = Access(tmp_path).reader(None)
    assert caller.reader.labels == {PUBLIC}
    assert (caller.source, caller.sends, caller.role) == (None, False, Role.NOBODY)


def test_a_token_reads_for_its_audience_and_sends_as_its_source(tmp_path: Path) -> None:
    access = Access(tmp_path)
    _, text = access.add("liaison", reads=(RESPONDERS,), source="city", sends=True)
    caller = Access(tmp_path).reader(f"Bearer {text}")
    assert caller.reader.labels == {PUBLIC, RESPONDERS}
    assert caller.principal.atoms == {"group:responders"}
    assert (caller.source, caller.sends) == ("city", True)
    assert not caller.may(What.RECALL)


def test_labels_from_16_are_read_by_their_number(tmp_path: Path) -> None:
    access = Access(tmp_path)
    _, text = access.add("numbers", reads=(17, "18", "org:nanao"))
    assert access.reader(f"Bearer {text}").reader.labels == {PUBLIC, 17, 18}


@pytest.mark.parametrize("word", ["everything", "3", "org:", "org:A", "group:a b", "-1", "own "
                                  "own", "person:", "operator", "9999999999"])  # fmt: skip
def test_what_is_no_audience_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        Access(tmp_path).add("x", reads=(word,))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer noroshi_",
                                    "Bearer noroshi_1_2_3", "bearer noroshi_é_x",
                                    "Bearer noroshi_\ud800_\ud800"])  # fmt: skip
def test_a_wrong_token_is_refused_and_never_taken_for_nobody(tmp_path: Path, header: str) -> None:
    with pytest.raises(NotPermitted):
        Access(tmp_path).reader(header)


def test_every_part_of_the_secret_counts(tmp_path: Path) -> None:
    access = Access(tmp_path)
    _, text = access.add("one")
    for place in range(len("noroshi_"), len(text)):
        other = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
        with pytest.raises(NotPermitted):
            access.reader(f"Bearer {other}")
    assert access.reader(f"Bearer {text}").reader.name == "one"


def test_an_expired_token_is_refused(tmp_path: Path) -> None:
    access = Access(tmp_path)
    _, text = access.add("past", expires=now() - DAY)
    with pytest.raises(NotPermitted, match="expired"):
        access.reader(f"Bearer {text}")


def test_a_token_ends_at_its_time_although_it_is_known(tmp_path: Path) -> None:
    access = Access(tmp_path)
    end = now() + SECOND // 2
    _, text = access.add("short", expires=end)
    access.reader(f"Bearer {text}")
    time.sleep((end - now()) / SECOND + 0.01)
    with pytest.raises(NotPermitted, match="expired"):
        access.reader(f"Bearer {text}")


def test_another_process_that_revokes_is_heeded_within_a_second(tmp_path: Path) -> None:
    access = Access(tmp_path)
    token, text = access.add("gone", reads=(OWN,))
    assert access.reader(f"Bearer {text}").reader.sees(OWN)
    before = access.generation
    code = "from noroshi.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", code, "token", "revoke", token.id],
        env={**os.environ, "NOROSHI_HOME": str(tmp_path)}, check=True, capture_output=True,
    )  # fmt: skip
    time.sleep(0.5)
    with pytest.raises(NotPermitted):
        access.reader(f"Bearer {text}")
    assert access.generation > before


def test_a_known_caller_costs_no_query(tmp_path: Path) -> None:
    access = Access(tmp_path)
    _, text = access.add("hot", reads=(OWN,))
    header = f"Bearer {text}"
    first = access.reader(header)
    access._next = time.monotonic() + 60
    access.directory.file.path.rename(tmp_path / "away")
    assert access.reader(header) is first


def test_labels_that_change_are_heeded_at_once(tmp_path: Path) -> None:
    stamp, labels = [1], [frozenset({PUBLIC, 16})]
    access = Access(tmp_path, lambda principal: labels[0], changed=lambda: stamp[0])
    assert access.reader(None).reader.labels == {PUBLIC, 16}
    before = access.generation
    stamp[0], labels[0] = 2, frozenset({PUBLIC})
    assert access.reader(None).reader.labels == {PUBLIC}
    assert access.generation > before


def test_what_is_visible_is_asked_of_the_whole_principal(tmp_path: Path) -> None:
    asked: list[Principal] = []

    def visible(principal: Principal) -> frozenset[int]:
        asked.append(principal)
        return frozenset()

    access = Access(tmp_path, visible)
    access.directory.add_organisation(CHIEF, "own", "Us")
    sato = NewPerson("sato", "Sato", clearance=4, compartments=("nuclear",), purposes=("rescue",))
    access.directory.add_person(CHIEF, sato)
    access.directory.set_role(CHIEF, "sato", "own", Role.VIEWER)
    _, text = access.logins.open_session("sato", by="test", address="::1")
    assert access.caller(None, text).reader.labels == {PUBLIC}
    assert asked[-1] == Principal("person:sato", frozenset({"person:sato", "org:own", "own"}), 4,
                                  frozenset({"nuclear"}), frozenset({"rescue"}))  # fmt: skip


def test_the_file_holds_no_secret_and_is_its_owners_alone(tmp_path: Path) -> None:
    access = Access(tmp_path)
    _, text = access.add("one")
    for path in tmp_path.iterdir():
        assert text.rpartition("_")[2].encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


# --- what a home of an earlier version has -------------------------------------------------------


def old_tokens(home: Path) -> None:
    (home / "tokens.json").write_text(json.dumps([
        {"id": "aaaaa", "name": "city", "secret": sha256(b"first").hexdigest(), "sends": True,
         "created": "2025-01-01T00:00:00Z", "reads": [0, 1, 20], "source": "nanao"},
        {"id": "bbbbb", "name": "old", "secret": sha256(b"second").hexdigest(),
         "created": "2025-01-01T00:00:00Z", "reads": [0, 2], "expires": "2025-02-01T00:00:00Z"},
    ]))  # fmt: skip


def test_tokens_of_an_earlier_version_are_taken_over_once(tmp_path: Path) -> None:
    old_tokens(tmp_path)
    access = Access(tmp_path)
    caller = access.reader("Bearer noroshi_aaaaa_first")
    assert (caller.source, caller.sends) == ("nanao", True)
    assert caller.reader.labels == {PUBLIC, RESPONDERS, 20}
    with pytest.raises(NotPermitted, match="expired"):
        access.reader("Bearer noroshi_bbbbb_second")
    assert not (tmp_path / "tokens.json").exists()
    assert (tmp_path / "tokens.json.imported").exists()
    access.revoke("aaaaa")
    assert [one.id for one in Access(tmp_path).tokens()] == ["bbbbb"]


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text("{")
    with pytest.raises(NoroshiError, match="tokens"):
        Access(tmp_path)


def test_what_is_no_directory_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "directory.db").write_bytes(b"not a database" * 100)
    with pytest.raises(NoroshiError, match=r"directory\.db"):
        Access(tmp_path)


def test_revoking_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Access(tmp_path).revoke("nothing")


def test_durations_are_read_or_refused() -> None:
    assert duration("30d") == 30 * DAY
    for text in ("", "d", "-1d", "1w", "1.5h", "0m"):
        with pytest.raises(ValueError):
            duration(text)


def test_the_command_makes_lists_and_revokes(tmp_path: Path) -> None:
    node = Node(tmp_path)
    made = node("token", "new", "city", "--send", "--read", "responders", "--expires", "7d")
    text = made.stdout.decode().strip()
    assert Access(tmp_path).reader(f"Bearer {text}").sends
    listed = node("token", "list").stdout.decode()
    assert "city" in listed
    assert "responders" in listed
    assert text not in listed
    (kept,) = Access(tmp_path).tokens()
    node("token", "revoke", kept.id)
    assert Access(tmp_path).tokens() == []
    node("token", "revoke", kept.id, code=3)
    node("token", "new", "x", "--read", "everything", code=2)
    node("token", "new", "x", "--role", "emperor", code=2)


# --- tokens with a holder ------------------------------------------------------------------------


def test_a_persons_token_never_gives_more_than_the_person_has(tmp_path: Path) -> None:
    access = with_person(tmp_path, role=Role.EDITOR)
    _, text = access.add("mine", holder="person:sato", sends=True)
    caller = access.reader(f"Bearer {text}")
    assert caller.principal.atoms == {"person:sato", "org:nanao"}
    assert (caller.source, caller.sends, caller.person) == ("nanao", True, "sato")
    access.directory.set_role(CHIEF, "sato", "nanao", Role.VIEWER)
    assert not access.reader(f"Bearer {text}").sends
    access.directory.set_role(CHIEF, "sato", "nanao", Role.NOBODY)
    assert access.reader(f"Bearer {text}").principal.atoms == {"person:sato"}
    access.directory.remove_person(CHIEF, "sato")
    with pytest.raises(NotPermitted):
        access.reader(f"Bearer {text}")


@pytest.mark.parametrize("wish", [
    {"role": Role.OPERATOR}, {"role": Role.LIAISON}, {"reads": ("own",)}, {"reads": (16,)},
    {"reads": ("group:responders",)}, {"source": "wajima"}, {"source": "operator"},
    {"holder": ""}, {"holder": "person:other"}, {"holder": "org:nanao"},
])  # fmt: skip
def test_nobody_makes_themselves_a_token_for_more(tmp_path: Path, wish: dict[str, object]) -> None:
    access = with_person(tmp_path, role=Role.EDITOR)
    sato = Actor("person:sato", Role.EDITOR)
    asked = {"holder": "person:sato", "role": Role.EDITOR, **wish}
    with pytest.raises(NotPermitted):
        access.add("more", actor=sato, **asked)  # type: ignore[arg-type]
    assert access.tokens() == []
    assert access.directory.audit.entries()[0].action == "refused"
    access.add("mine", actor=sato, holder="person:sato", sends=True, source="nanao/boat-1")


def test_nobody_revokes_what_is_anothers(tmp_path: Path) -> None:
    access = with_person(tmp_path)
    token, _ = access.add("city")
    with pytest.raises(NotPermitted):
        access.revoke(token.id, Actor("person:sato", Role.LIAISON))
    assert access.tokens() == [token]


def test_a_token_without_a_person_is_never_an_operator(tmp_path: Path) -> None:
    access = with_person(tmp_path)
    for holder in ("", "org:nanao"):
        with pytest.raises(NotPermitted):
            access.add("root", role=Role.OPERATOR, holder=holder)


def test_a_narrowed_token_leaves_out_what_only_the_person_is_trusted_with(tmp_path: Path) -> None:
    access = with_person(tmp_path, clearance=7, compartments=("nuclear",))
    _, text = access.add("narrow", holder="person:sato", reads=("org:nanao",))
    assert access.reader(f"Bearer {text}").principal == Principal(
        "person:sato", frozenset({"org:nanao"})
    )


def test_a_device_reads_and_sends_for_its_organisation(tmp_path: Path) -> None:
    access = with_person(tmp_path)
    access.directory.add_device(CHIEF, "gauge-7", "nanao")
    access.directory.set_group(CHIEF, "responders", ("org:nanao",))
    _, text = access.add("gauge", holder="device:gauge-7", sends=True)
    caller = access.reader(f"Bearer {text}")
    assert caller.principal.atoms == {"org:nanao", "group:responders"}
    assert (caller.source, caller.sends) == ("nanao/gauge-7", True)
    access.directory.remove_device(CHIEF, "gauge-7")
    with pytest.raises(NotPermitted):
        access.reader(f"Bearer {text}")


# --- sessions ------------------------------------------------------------------------------------


def test_a_session_gives_the_person_until_it_is_closed(tmp_path: Path) -> None:
    access = with_person(tmp_path)
    session, text = access.logins.open_session("sato", by="password", address="127.0.0.1")
    caller = access.caller(None, text)
    assert (caller.person, caller.role, caller.source) == ("sato", Role.LIAISON, "nanao")
    assert caller.session == session
    assert caller.actor == Actor("person:sato", Role.LIAISON)
    Access(tmp_path).logins.close_session(text)  # as another process
    time.sleep(0.3)
    with pytest.raises(NotPermitted, match="over"):
        access.caller(None, text)


def test_every_login_has_a_session_of_its_own(tmp_path: Path) -> None:
    access = with_person(tmp_path)
    made = [access.logins.open_session("sato", by="x", address="::1") for _ in range(25)]
    assert len({text for _, text in made}) == len({one.csrf for one, _ in made}) == 25
    assert len(access.logins.sessions("sato")) == 20  # the oldest have ended
    for text in ("", "0" * 64, made[0][1], made[-1][0].secret.hex(), "\ud800"):
        with pytest.raises(NotPermitted):
            access.caller(None, text)


def test_a_token_comes_before_a_session_and_is_not_made_good_by_it(tmp_path: Path) -> None:
    access = with_person(tmp_path)
    _, text = access.logins.open_session("sato", by="x", address="::1")
    with pytest.raises(NotPermitted):
        access.caller("Bearer noroshi_wrong", text)


def test_an_idle_session_ends_and_a_used_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noroshi.engine.logins.IDLE", SECOND // 2)
    monkeypatch.setattr("noroshi.engine.logins.NOTED", SECOND // 20)
    monkeypatch.setattr("noroshi.engine.access.NOTED", SECOND // 20)
    access = with_person(tmp_path)
    _, used = access.logins.open_session("sato", by="x", address="::1")
    _, idle = access.logins.open_session("sato", by="x", address="::1")
    for _ in range(8):
        time.sleep(0.1)
        access.caller(None, used)
    with pytest.raises(NotPermitted):
        access.caller(None, idle)


def test_a_temporary_account_ends_to_the_second_with_its_sessions_and_tokens(
    tmp_path: Path,
) -> None:
    end = now() + SECOND
    access = with_person(tmp_path, until=end, incident="Noto 2024")
    _, session = access.logins.open_session("sato", by="x", address="::1")
    _, token = access.add("mine", holder="person:sato")
    access.caller(None, session)
    access.reader(f"Bearer {token}")
    time.sleep((end - now()) / SECOND + 0.01)
    with pytest.raises(NotPermitted):
        access.caller(None, session)
    with pytest.raises(NotPermitted):
        access.reader(f"Bearer {token}")
    with pytest.raises(NotPermitted):
        access.logins.open_session("sato", by="x", address="::1")


@pytest.mark.parametrize("end", ["disable", "remove", "password"])
def test_who_is_disabled_removed_or_given_a_password_is_logged_out_at_once(
    tmp_path: Path, end: str
) -> None:
    access = with_person(tmp_path)
    _, text = access.logins.open_session("sato", by="x", address="::1")
    access.caller(None, text)
    if end == "disable":
        access.directory.change_person(CHIEF, "sato", PersonChanges(disabled=True))
    elif end == "remove":
        access.directory.remove_person(CHIEF, "sato")
    else:
        access.logins.set_password(CHIEF, "sato", "rice paddy telescope")
    with pytest.raises(NotPermitted):
        access.caller(None, text)
