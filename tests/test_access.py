"""Tokens: what they let their holder do, and nothing else."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.label import OWN, PUBLIC, RESPONDERS
from noroshi.core.time import DAY, now
from noroshi.engine.access import Access, duration
from run import Node


def test_without_a_token_only_what_is_public_is_read_and_nothing_sent(tmp_path: Path) -> None:
    caller = Access(tmp_path).reader(None)
    assert caller.reader.labels == {PUBLIC}
    assert (caller.source, caller.sends) == (None, False)


def test_a_token_reads_its_labels_and_sends_as_its_source(tmp_path: Path) -> None:
    access = Access(tmp_path)
    _, text = access.add("liaison", reads=(RESPONDERS,), source="city", sends=True)
    caller = Access(tmp_path).reader(f"Bearer {text}")
    assert caller.reader.labels == {PUBLIC, RESPONDERS}
    assert (caller.source, caller.sends) == ("city", True)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer noroshi_",
                                    "Bearer noroshi_1_2_3", "bearer noroshi_é_x"])  # fmt: skip
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


def test_another_process_that_revokes_is_heeded(tmp_path: Path) -> None:
    access = Access(tmp_path)
    token, text = access.add("gone", reads=(OWN,))
    before = access.generation
    Access(tmp_path).revoke(token.id)
    access._looked = 0  # as half a second later
    with pytest.raises(NotPermitted):
        access.reader(f"Bearer {text}")
    assert access.generation > before


def test_the_file_holds_no_secret_and_is_its_owners_alone(tmp_path: Path) -> None:
    _, text = Access(tmp_path).add("one")
    path = tmp_path / "tokens.json"
    assert text.rpartition("_")[2] not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text("{")
    with pytest.raises(NoroshiError, match="tokens"):
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
    (kept,) = json.loads((tmp_path / "tokens.json").read_text())
    node("token", "revoke", kept["id"])
    assert Access(tmp_path).tokens() == []
    node("token", "revoke", kept["id"], code=3)
    node("token", "new", "x", "--read", "everything", code=2)
