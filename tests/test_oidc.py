"""Signing in by a real OpenID provider, honest and tampered with."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OctKey, RSAKey

from identity import CLIENT, SECRET, Identity, needs_provider
from noroshi.core.errors import NoroshiError, NotPermitted
from noroshi.engine.accounts import PersonChanges
from noroshi.engine.directory import Directory
from noroshi.engine.roles import Role, local_operator
from noroshi.engine.settings import Provider, load_settings
from noroshi.web.provider import check_claims
from people import Browser, settle
from served import Served

needs_provider()
MEMBERS = """
create = true
organisation = "power"
scope = "openid profile email groups"
[oidc.open.members]
"staff" = "org:nanao-city"
"rescue" = "group:responders"
"admins" = "org:ken"
"""
ACCOUNTS = {
    "taro": {"name": "七尾 太郎", "email": "taro@example.jp", "email_verified": True},
    "jiro": {"name": "能登 次郎", "groups": ["staff", "rescue", 7, None],
             "email": "sato@example.jp", "email_verified": True},
    "saburo": {"name": "<script>alert(1)</script>", "groups": ["admins", "operator"],
               "email": "saburo@example.jp", "email_verified": False},
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("node")


@pytest.fixture(scope="module")
def identity(home: Path) -> Iterator[Identity]:
    with Identity(home) as found:
        found.accounts = ACCOUNTS
        yield found


@pytest.fixture(scope="module")
def directory(home: Path, identity: Identity) -> Directory:
    text = identity.settings("pref", 'title_ja = "県の認証"') + identity.settings("open", MEMBERS)
    found = settle(home, text)
    linked = PersonChanges(issuer=identity.issuer, subject="taro")
    found.change_person(local_operator(), "ito", linked)
    return found


@pytest.fixture(scope="module")
def node(home: Path, identity: Identity, directory: Directory) -> Iterator[Served]:
    os.environ["TEST_OIDC_SECRET"] = SECRET
    with Served(home) as served:
        identity.start(*(f"{served.url}/login/oidc/{one}/callback" for one in ("pref", "open")))
        yield served


@pytest.fixture(autouse=True)
def honest(identity: Identity) -> Iterator[None]:
    yield
    identity.be_honest()


def begun(node: Served, identity: Identity, login: str = "taro") -> tuple[Browser, str]:
    """A browser that was at the provider, and where it was sent back to."""
    browser = Browser(node.url)
    start = browser.get("/login/oidc/pref").headers["location"]
    return browser, identity.come_back(start, login=login)


def refused(answer: httpx.Response, browser: Browser, status: int = 403) -> None:
    """Nobody is signed in, and a person is told so."""
    assert answer.status_code == status, answer.text
    assert 'role="alert"' in answer.text
    assert browser.session is None


# --- as it should be ------------------------------------------------------------------------------


def test_a_person_who_is_linked_signs_in(node: Served, identity: Identity) -> None:
    browser = Browser(node.url)
    page = browser.get("/login?next=/account").text
    assert "県の認証 でサインイン" in page
    answer = identity.sign_in(browser, "taro")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account"), answer.text
    assert "Ito" in browser.get("/account").text
    sent = parse_qs(urlsplit(browser.get("/login/oidc/pref").headers["location"]).query)
    assert sent["code_challenge_method"] == ["S256"]
    assert sent["response_type"] == ["code"]
    assert len(sent["nonce"][0]) >= 43
    assert len(sent["state"][0]) >= 43


def test_who_is_not_known_is_refused_unless_accounts_are_made(
    node: Served, identity: Identity, directory: Directory
) -> None:
    browser = Browser(node.url)
    answer = identity.sign_in(browser, "jiro")
    refused(answer, browser)
    assert "登録されていません" in answer.text
    # The same person as the account with their address? Nobody says so but the provider's e-mail.
    assert directory.person_of(identity.issuer, "jiro") is None
    assert identity.sign_in(browser, "jiro", "open").status_code == 303
    person = directory.person_of(identity.issuer, "jiro")
    assert person
    assert (person.name, person.email) == ("能登 次郎", None)  # the address is sato's already
    assert person.id.startswith("open-")
    assert directory.role_in(person.id, "power") is Role.VIEWER
    assert "能登 次郎" in browser.get("/account").text


def test_groups_make_members_of_what_the_settings_say_and_never_operators(
    node: Served, identity: Identity, directory: Directory
) -> None:
    browser = Browser(node.url)
    assert identity.sign_in(browser, "jiro", "open").status_code == 303
    jiro = directory.person_of(identity.issuer, "jiro")
    assert jiro
    assert directory.role_in(jiro.id, "nanao-city") is Role.VIEWER
    assert f"person:{jiro.id}" in directory.groups()["responders"]
    assert "org:nanao-city" in directory.groups()["responders"]
    assert identity.sign_in(Browser(node.url), "saburo", "open").status_code == 303
    saburo = directory.person_of(identity.issuer, "saburo")
    assert saburo
    assert saburo.email is None  # not verified
    assert directory.role_in(saburo.id, "ken") is Role.VIEWER
    assert all(one.role < Role.OPERATOR for one in directory.memberships(person=saburo.id))
    # What is given here stays; what the provider takes back is gone with the next sign-in.
    directory.set_role(local_operator(), jiro.id, "nanao-city", Role.EDITOR)
    try:
        identity.accounts = ACCOUNTS | {"jiro": {"name": "能登 次郎"}, "saburo": {"name": "x"}}
        identity.restart()
        for one in ("jiro", "saburo"):
            assert identity.sign_in(Browser(node.url), one, "open").status_code == 303
    finally:
        identity.accounts = ACCOUNTS
        identity.restart()
    assert directory.role_in(jiro.id, "nanao-city") is Role.EDITOR
    assert f"person:{jiro.id}" not in directory.groups()["responders"]
    assert directory.role_in(saburo.id, "ken") is Role.NOBODY
    assert directory.role_in(saburo.id, "power") is Role.VIEWER


def test_who_is_disabled_here_is_refused(
    node: Served, identity: Identity, directory: Directory
) -> None:
    directory.change_person(local_operator(), "ito", PersonChanges(disabled=True))
    browser = Browser(node.url)
    refused(identity.sign_in(browser, "taro"), browser)
    directory.change_person(local_operator(), "ito", PersonChanges(disabled=False))
    assert identity.sign_in(browser, "taro").status_code == 303


def test_a_new_key_of_the_provider_is_learnt(node: Served, identity: Identity) -> None:
    assert identity.sign_in(Browser(node.url), "taro").status_code == 303
    time.sleep(5.1)  # it does not ask for keys more often
    old = identity.key
    identity.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
    identity.restart()
    assert identity.sign_in(Browser(node.url), "taro").status_code == 303
    time.sleep(5.1)
    identity.lie(old, {"kid": "first"})
    browser = Browser(node.url)
    refused(identity.sign_in(browser, "taro"), browser)  # the old one is believed no more
    identity.be_honest()
    identity.key = old
    identity.restart()
    time.sleep(5.1)
    assert identity.sign_in(Browser(node.url), "taro").status_code == 303


# --- tampered with --------------------------------------------------------------------------------


@pytest.mark.parametrize("claims", [
    {"nonce": "another"}, {"nonce": None}, {"nonce": 7}, {"aud": "another"}, {"aud": None},
    {"aud": [CLIENT, "another"]}, {"aud": [CLIENT, "another"], "azp": "another"},
    {"azp": "another"}, {"exp": int(time.time()) - 3600}, {"exp": None}, {"exp": "tomorrow"},
    {"exp": True}, {"iss": "https://other.example"}, {"iss": None},
    {"iat": int(time.time()) + 3600}, {"iat": None}, {"nbf": int(time.time()) + 3600},
    {"sub": ""}, {"sub": None}, {"sub": ["taro"]}, {"sub": "jiro"}, {"sub": "x" * 5000},
], ids=str)  # fmt: skip
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    claims: dict[str, object], node: Served, identity: Identity
) -> None:
    identity.lie(**claims)
    browser = Browser(node.url)
    refused(identity.sign_in(browser, "taro"), browser)


def test_the_lies_would_be_believed_without_the_lie(node: Served, identity: Identity) -> None:
    identity.lie()
    assert identity.sign_in(Browser(node.url), "taro").status_code == 303
    identity.lie(aud=[CLIENT, "another"], azp=CLIENT)
    assert identity.sign_in(Browser(node.url), "taro").status_code == 303


def test_a_token_of_another_key_or_of_none_is_refused(node: Served, identity: Identity) -> None:
    other = RSAKey.generate_key(2048)
    public = json.dumps(identity.key.as_dict(private=False))
    for key, header in (
        (other, {}), (other, {"kid": "unknown"}), (None, {"alg": "none"}),
        (OctKey.import_key(SECRET * 2), {"alg": "HS256"}),
        (OctKey.import_key(public), {"alg": "HS256"}),  # the public key as if it were a secret
        (other, {"jwk": other.as_dict(private=False)}),
    ):  # fmt: skip
        identity.lie(key, header)  # type: ignore[arg-type]
        browser = Browser(node.url)
        refused(identity.sign_in(browser, "taro"), browser)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id_token": 7}', b'{"id_token": "a.b.c"}',
                                  b'{"id_token": "a.b.c.d.e"}', b"\xff" * 100, b"[" * 100_000,
                                  b'{"x": "' + b"x" * 600_000 + b'"}'],
                         ids=lambda one: str(one[:20]))  # fmt: skip
def test_an_answer_that_is_none_is_refused(body: bytes, node: Served, identity: Identity) -> None:
    identity.change = lambda path, honest: body if path.startswith("/token") else honest
    browser = Browser(node.url)
    answer = identity.sign_in(browser, "taro")
    assert answer.status_code in (403, 502)
    refused(answer, browser, answer.status_code)


def test_userinfo_of_somebody_else_is_refused(node: Served, identity: Identity) -> None:
    identity.change = lambda path, body: (
        json.dumps({**json.loads(body), "sub": "jiro"}).encode() if path == "/me" else body
    )
    browser = Browser(node.url)
    refused(identity.sign_in(browser, "taro"), browser)


def test_an_answer_is_for_the_browser_that_asked_and_for_once(
    node: Served, identity: Identity
) -> None:
    browser, back = begun(node, identity)
    stranger = Browser(node.url)
    refused(stranger.get(back), stranger)  # no cookie at all
    stranger.get("/login/oidc/pref")
    refused(stranger.get(back), stranger)  # of another sign-in
    kept = browser.http.cookies.get("noroshi_outside")
    assert browser.get(back).status_code == 303
    replayed = Browser(node.url)
    replayed.http.cookies.set("noroshi_outside", str(kept), domain="127.0.0.1", path="/")
    refused(replayed.get(back), replayed)


@pytest.mark.parametrize("change", [
    ("state", "another"), ("state", ""), ("code", "another"), ("code", ""), ("code", "x" * 5000),
    ("iss", "https://other.example"), ("iss", ""),
])  # fmt: skip
def test_an_answer_that_was_changed_is_refused(
    change: tuple[str, str], node: Served, identity: Identity
) -> None:
    browser, back = begun(node, identity)
    name, value = change
    url = httpx.URL(back)
    params = url.params.set(name, value) if value else url.params.remove(name)
    refused(browser.get(str(url.copy_with(params=params))), browser)


def test_an_answer_to_one_provider_is_none_to_another(node: Served, identity: Identity) -> None:
    browser, back = begun(node, identity)
    refused(browser.get(back.replace("/pref/", "/open/")), browser)


def test_who_cancels_is_told_so(node: Served, identity: Identity) -> None:
    browser = Browser(node.url)
    start = browser.get("/login/oidc/pref").headers["location"]
    answer = browser.get(identity.come_back(start, cancel="1"))
    refused(answer, browser)
    assert "取り消されました" in answer.text


def test_the_way_back_leads_to_this_node_only(node: Served, identity: Identity) -> None:
    for next in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = identity.sign_in(Browser(node.url), "taro", next=next)
        assert answer.headers["location"] == "/"


def test_a_provider_that_is_not_set_up_is_not_there(node: Served) -> None:
    for path in ("/login/oidc/none", "/login/oidc/none/callback"):
        assert Browser(node.url).get(path).status_code == 404


def test_a_provider_that_calls_itself_otherwise_or_is_away_is_told(
    tmp_path: Path, identity: Identity
) -> None:
    with Identity(tmp_path) as other:
        settle(tmp_path, other.settings("pref", secret=False))
        with Served(tmp_path) as node:
            answer = Browser(node.url).get("/login/oidc/pref")
            assert answer.status_code == 502
            assert "応答しません" in answer.text
            other.accounts = ACCOUNTS
            other.start(f"{node.url}/login/oidc/pref/callback", public=True)
            other.change = lambda path, body: body.replace(
                other.issuer.encode() + b'"', b'https://other.example"'
            )
            assert Browser(node.url).get("/login/oidc/pref").status_code == 502
            other.be_honest()
            browser = Browser(node.url)
            refused(other.sign_in(browser, "taro"), browser)  # a public client; not linked here
            audit = Directory(tmp_path, "ken").audit.entries()
            assert any("no account here" in str(one.details) for one in audit)


# --- of the settings and the check alone ----------------------------------------------------------


@pytest.mark.parametrize("text", [
    'issuer = "http://other.example"\nclient_id = "x"', 'issuer = "ftp://x"\nclient_id = "x"',
    'issuer = "https://x.example?a=b"\nclient_id = "x"', 'issuer = "https://x.example"',
    'issuer = "https://x.example"\nclient_id = "x"\ncreate = true',
    'issuer = "https://x.example"\nclient_id = "x"\nscope = "profile"',
    'issuer = "https://x.example"\nclient_id = "x"\nrole = "operator"',
    'issuer = "https://x.example"\nclient_id = "x"\n[oidc.x.members]\na = "operator"',
    'issuer = "https://x.example"\nclient_id = "x"\n[oidc.x.members]\na = "person:sato"',
])  # fmt: skip
def test_settings_that_would_do_harm_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f"[oidc.x]\n{text}\n")
    with pytest.raises(NoroshiError, match="oidc"):
        load_settings(tmp_path)


TEXT = st.sampled_from(["me", "n", "https://x.example", "", "x"]) | st.text(max_size=5)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(TEXT, PLAIN, max_size=2)
NAMES = st.sampled_from(["iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "sub"])
GOOD = {"iss": "https://x.example", "aud": "me", "exp": 1000, "iat": 900, "nonce": "n", "sub": "s"}


@given(st.dictionaries(NAMES, JSON, max_size=8))
def test_whatever_the_claims_are_only_good_ones_pass(changed: dict[str, object]) -> None:
    settings = Provider(issuer="https://x.example", client_id="me")
    check_claims(GOOD, settings, "n", 950)
    claims = {**GOOD, **changed}
    try:
        check_claims(claims, settings, "n", 950)
    except NotPermitted:
        return
    assert claims["iss"] == "https://x.example"
    assert claims["nonce"] == "n"
    assert claims["aud"] == "me" or "me" in claims["aud"]  # type: ignore[operator]
    assert claims["exp"] > 890  # type: ignore[operator]
