"""Passkeys in a real browser, whose authenticator is Chromium's virtual one (WebAuthn §11)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from browsing import AXE, DESK, PHONE, Viewer, browser, looking, needs_browser
from noroshi.core.time import HOUR, now
from noroshi.engine.accounts import NewPerson
from noroshi.engine.directory import Directory
from noroshi.engine.logins import Logins
from noroshi.engine.roles import Role, local_operator
from noroshi.store.directory import Session
from people import PASSWORD, settle
from served import Served

needs_browser()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    return settle(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def node(directory: Directory) -> Iterator[Served]:
    with Served(directory.file.path.parent) as served:
        yield served


@pytest.fixture
def person(directory: Directory, request: pytest.FixtureRequest) -> Iterator[str]:
    id, operator = "p" + str(abs(hash(request.node.name)))[:12], local_operator()
    directory.add_person(operator, NewPerson(id, "試験 太郎"))
    directory.set_role(operator, id, "nanao-city", Role.EDITOR)
    Logins(directory).set_password(operator, id, PASSWORD)
    yield id
    directory.remove_person(operator, id)


class Owner(Viewer):
    """Somebody with a device that can keep passkeys."""

    def __init__(self, viewer: Viewer, verifies: bool = True) -> None:
        self.page, self.url, self.faults = viewer.page, viewer.url, viewer.faults
        self.device = self.page.context.new_cdp_session(self.page)
        self.device.send("WebAuthn.enable")
        made = self.device.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }})  # fmt: skip
        self.id = made["authenticatorId"]

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        self.go("/login?next=/account")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("form button.main")
        self.page.wait_for_load_state()

    def sign_out(self) -> None:
        self.go("/account")
        self.page.click('form[action^="/logout"] button')
        self.page.wait_for_url("**/login?note=out")

    def register(self, name: str = "端末") -> None:
        self.page.fill("#passkey-name", name)
        self.page.click("#passkey-add button")

    def use(self) -> None:
        self.go("/login?next=/account?lang=en")
        self.page.click("#passkey-use")

    def credentials(self) -> list[dict[str, Any]]:
        found = self.device.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        kept: list[dict[str, Any]] = found["credentials"]
        return kept

    def fault(self) -> str:
        self.until("!document.getElementById('passkey-fault').hidden")
        return self.text("#passkey-fault")


@contextmanager
def owner(chromium: Any, node: Served, **how: bool) -> Iterator[Owner]:
    """A new browser at the name that passkeys need: an address is no relying party."""
    with looking(chromium, node.url.replace("127.0.0.1", "localhost")) as viewer:
        yield Owner(viewer, **how)


def test_a_passkey_is_registered_and_signs_in_without_a_password(
    chromium: Any, node: Served, directory: Directory, person: str
) -> None:
    with owner(chromium, node) as taro:
        taro.sign_in(person)
        taro.register("庁舎の端末")
        taro.page.wait_for_url("**/account?done=passkey")
        assert "庁舎の端末" in taro.text("#passkeys")
        (kept,) = Logins(directory).credentials(person)
        (made,) = taro.credentials()
        assert base64.b64decode(made["credentialId"]) == kept.id
        assert person.encode() not in base64.b64decode(made["userHandle"])
        taro.sign_out()
        taro.use()
        taro.page.wait_for_url(f"{taro.url}/account?lang=en")
        assert "Who I am here" in taro.text("main")
        (used,) = Logins(directory).credentials(person)
        assert used.count > kept.count
        entries = directory.audit.entries()
        assert any(one.action == "login" and "passkey" in str(one.details) for one in entries)


def test_beside_a_passkey_the_password_alone_opens_nothing(
    chromium: Any, node: Served, person: str
) -> None:
    with owner(chromium, node) as taro:
        taro.sign_in(person)
        taro.register()
        taro.page.wait_for_url("**/account?done=passkey")
        taro.sign_out()
        taro.sign_in(person)
        assert "パスキーでサインインしてください" in taro.text(".note.bad")
        taro.go("/account")
        assert "/login" in taro.page.url


def test_a_device_that_does_not_verify_its_user_is_not_enough(
    chromium: Any, node: Served, directory: Directory, person: str
) -> None:
    with owner(chromium, node, verifies=False) as taro:
        taro.sign_in(person)
        taro.register()
        assert "取り消されたか" in taro.fault()
        assert Logins(directory).credentials(person) == []
        taro.faults.clear()


def test_a_copied_passkey_is_refused(
    chromium: Any, node: Served, directory: Directory, person: str
) -> None:
    with owner(chromium, node) as taro:
        taro.sign_in(person)
        taro.register()
        taro.page.wait_for_url("**/account?done=passkey")
        (kept,) = Logins(directory).credentials(person)
        directory.file.put(msgspec.structs.replace(kept, count=kept.count + 1000))
        taro.sign_out()
        taro.use()
        assert "サインインできませんでした" in taro.fault()
        entries = directory.audit.entries()
        assert any(one.action == "credential.cloned" for one in entries)


def test_a_stale_session_registers_no_passkey(
    chromium: Any, node: Served, directory: Directory, person: str
) -> None:
    with owner(chromium, node) as taro:
        taro.sign_in(person)
        (session,) = directory.file.all(Session, person=person)
        directory.file.put(msgspec.structs.replace(session, created=now() - HOUR))
        directory.set_role(local_operator(), person, "power", Role.VIEWER)  # look again
        taro.page.wait_for_timeout(400)
        taro.register()
        assert "サインインし直して" in taro.fault()
        assert Logins(directory).credentials(person) == []


def test_a_removed_passkey_opens_nothing_and_all_sessions_end(
    chromium: Any, node: Served, directory: Directory, person: str
) -> None:
    with owner(chromium, node) as taro:
        taro.sign_in(person)
        taro.register()
        taro.page.wait_for_url("**/account?done=passkey")
        taro.page.click('form[action^="/account/passkeys/remove"] button')
        taro.page.wait_for_url("**/login?note=passkeys")
        assert directory.file.all(Session, person=person) == []
        taro.use()
        assert "サインインできませんでした" in taro.fault()


#: Signs in as passkeys.js does, with a hand in between.
TAMPER = """async ({csrf, change}) => {
  const bytes = (t) => Uint8Array.from(atob(t.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const post = async (path, content) => (await fetch(path, {method: 'POST', body: JSON.stringify(content),
    headers: {'X-CSRF-Token': csrf, 'Content-Type': 'application/json', Accept: 'application/json'}}));
  const options = await (await post('/login/passkey/options', {})).json();
  const used = (await navigator.credentials.get({publicKey: {...options,
    challenge: bytes(change.challenge ?? options.challenge), allowCredentials: []}})).toJSON();
  if (change.again) await post('/login/passkey/options', {});
  if (change.handle) used.response.userHandle = change.handle;
  if (change.signature) used.response.signature = change.signature;
  if (change.type) {
    const said = JSON.parse(new TextDecoder().decode(bytes(used.response.clientDataJSON)));
    used.response.clientDataJSON = btoa(JSON.stringify({...said, ...change.type})).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
  }
  const first = await post('/login/passkey', {credential: used, ...(change.more ?? {})});
  const second = change.twice ? await post('/login/passkey', {credential: used}) : null;
  return [first.status, second && second.status];
}"""  # noqa: E501


@pytest.mark.parametrize("change", [
    {"challenge": "AAAA" * 11}, {"again": True}, {"handle": "AAAA"}, {"signature": "AAAA"},
    {"type": {"origin": "https://evil.example"}}, {"type": {"type": "webauthn.create"}},
    {"more": {"person": "ono"}}, {"twice": True},
], ids=json.dumps)  # fmt: skip
def test_an_answer_that_was_tampered_with_or_used_is_refused(
    change: dict[str, Any], chromium: Any, node: Served, directory: Directory, person: str
) -> None:
    with owner(chromium, node) as taro:
        taro.sign_in(person)
        taro.register()
        taro.page.wait_for_url("**/account?done=passkey")
        taro.sign_out()
        taro.go("/login")
        csrf = taro.page.evaluate("document.getElementById('passkey').dataset.csrf")
        found = taro.page.evaluate(TAMPER, {"csrf": csrf, "change": change})
        if "twice" in change:
            assert found[0] == 200
            assert found[1] in (401, 403)
        else:
            assert found[0] in (400, 401, 403), found
            assert directory.file.all(Session, person=person) == []


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core (make page)")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nobody_is_kept_out_of_signing_in(
    size: tuple[int, int], chromium: Any, node: Served, person: str
) -> None:
    with looking(chromium, node.url.replace("127.0.0.1", "localhost"), size) as viewer:
        taro = Owner(viewer)
        for scheme in ("dark", "light"):
            taro.page.emulate_media(color_scheme=scheme)
            taro.go("/login?lang=en")
            taro.shoot(f"login-{size[0]}-{scheme}")
            assert look(taro) == []
            taro.go("/login?note=ended")
            assert look(taro) == []
            taro.sign_in(person, "not the password")
            assert look(taro) == []
            assert taro.text("[role=alert]")
            taro.sign_in(person)
            taro.shoot(f"account-{size[0]}-{scheme}")
            assert look(taro) == []
            taro.sign_out()


def look(taro: Owner) -> list[str]:
    """What keeps people out, and what does not fit."""
    wide = taro.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return taro.check_access() + (["wider than the screen"] if wide else [])
