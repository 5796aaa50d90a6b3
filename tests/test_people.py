"""What is kept of residents: sealed, found again, ended, told and erased."""

from __future__ import annotations

import base64
import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.core.errors import NoroshiError
from noroshi.core.time import DAY, now
from noroshi.engine.people import open_people
from noroshi.engine.settings import load_settings
from noroshi.store.people import FILE, Contact, PeopleFile
from noroshi.store.vault import Vault

KEY = bytes(range(32))
PHONE = "+81-90-0000-1234"


@given(st.binary(max_size=500), st.text(max_size=40))
def test_what_is_sealed_is_opened_where_it_was_sealed_and_nowhere_else(
    plain: bytes, where: str
) -> None:
    vault = Vault(KEY, b"salt")
    sealed = vault.seal(plain, where)
    assert vault.open(sealed, where) == plain
    with pytest.raises(NoroshiError):
        vault.open(sealed, where + "x")
    with pytest.raises(NoroshiError):
        Vault(bytes(32), b"salt").open(sealed, where)


def test_with_a_key_no_byte_of_an_address_is_in_the_file(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path, KEY)
    contact = people.meet("email", "hanako@example.jp", keep=DAY)
    assert people.address(contact) == "hanako@example.jp"
    assert people.known("email", "hanako@example.jp") == contact
    people.close()
    for one in tmp_path.iterdir():
        assert b"hanako" not in one.read_bytes()
    with pytest.raises(NoroshiError, match="cannot be decrypted"):
        PeopleFile(tmp_path, bytes(32))
    with pytest.raises(NoroshiError, match="no key is set"):
        PeopleFile(tmp_path)


def test_a_file_that_was_begun_without_a_key_does_not_pass_for_an_encrypted_one(
    tmp_path: Path,
) -> None:
    PeopleFile(tmp_path).close()
    with pytest.raises(NoroshiError, match="is not encrypted"):
        PeopleFile(tmp_path, KEY)


def test_what_is_over_goes_with_all_that_hangs_on_it_from_the_bytes_too(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path)
    gone = people.meet("line", PHONE, keep=DAY)
    stays = people.meet("line", "other", keep=3 * DAY)
    assert people.expire(now() + 2 * DAY) == 1
    assert people.all(Contact) == [stays]
    again = people.meet("line", PHONE, keep=DAY)
    assert again.id != gone.id
    people.erase(again)
    assert people.known("line", PHONE) is None
    people.close()
    assert PHONE.encode() not in (tmp_path / FILE).read_bytes()


def test_what_is_kept_of_somebody_is_told_whole(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path)
    contact = people.meet("web", "abc", keep=DAY, language="en")
    told = people.told(contact)
    assert told["contacts"][0]["id"] == contact.id
    assert told["contacts"][0]["language"] == "en"


def test_the_key_is_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text('[people]\nkey_env = "PEOPLE_KEY"\n')
    settings = load_settings(tmp_path)
    monkeypatch.delenv("PEOPLE_KEY", raising=False)
    with pytest.raises(NoroshiError, match="is not set"):
        open_people(tmp_path, settings)
    monkeypatch.setenv("PEOPLE_KEY", "not base64!")
    with pytest.raises(NoroshiError, match="not base64"):
        open_people(tmp_path, settings)
    monkeypatch.setenv("PEOPLE_KEY", base64.b64encode(b"short").decode())
    with pytest.raises(NoroshiError, match="not 32"):
        open_people(tmp_path, settings)
    monkeypatch.setenv("PEOPLE_KEY", base64.b64encode(os.urandom(32)).decode())
    assert open_people(tmp_path, settings).vault.encrypts


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    PeopleFile(tmp_path).close()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert sqlite3.connect(tmp_path / FILE).execute("PRAGMA integrity_check").fetchone() == ("ok",)
