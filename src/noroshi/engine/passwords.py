"""Passwords: what may be one, and how it is kept.

NIST SP 800-63B: length counts, composition does not; what is common or says who one is is
refused; nothing expires. Kept as argon2id (RFC 9106) with the parameters of the OWASP Password
Storage Cheat Sheet (19 MiB, 2 passes, 1 lane).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from noroshi.core.errors import NoroshiError

#: The least number of characters of a password that stands alone, and of one beside a second
#: factor.
ALONE, BESIDE = 12, 8
#: The most: long enough for any phrase, short enough to hash.
LONGEST = 256

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)
#: Hashes at one time: each takes 19 MiB.
_TURNS = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """The password as it is kept."""
    with _TURNS:
        return _HASHER.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """True if `password` is the one that is kept. Takes as long where there is none (None)."""
    with _TURNS:
        try:
            _HASHER.verify(_NOBODYS if kept is None else kept, _normal(password)[:LONGEST])
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
    return kept is not None


def is_dated(kept: str) -> bool:
    """True if it was kept with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def check_password(password: str, *, beside: bool = False, names: tuple[str, ...] = ()) -> None:
    """Raises NoroshiError for what cannot be a password. `beside`: there is a second factor.
    `names` are those of its owner, which are no secret."""
    text = _normal(password)
    least = BESIDE if beside else ALONE
    if len(text) < least:
        raise _refusal(f"shorter than {least} characters")
    if len(text) > LONGEST:
        raise _refusal(f"longer than {LONGEST} characters")
    if not text.isprintable():
        raise _refusal("it holds control characters")
    folded = text.casefold()
    if folded in COMMON or folded.rstrip("0123456789!?.") in COMMON:
        raise _refusal("one of the commonest passwords")
    if len(set(folded)) < 4 or _REPEATED.fullmatch(folded) or _is_run(folded):
        raise _refusal("a repetition or a sequence")
    for name in ("noroshi", *names):
        word = _normal(name).casefold()
        if len(word) >= 4 and word in folded and len(folded.replace(word, "")) < least - 4:
            raise _refusal("little more than a name that everyone knows")


def _refusal(why: str) -> NoroshiError:
    return NoroshiError(
        f"this cannot be a password: {why}", where="password",
        remedy=f"several words that do not belong together; {ALONE} characters or more, any at all",
    )  # fmt: skip


def _normal(text: str) -> str:
    """One spelling of the same characters, however they were typed (NFKC, SP 800-63B §5.1.1.2)."""
    return unicodedata.normalize("NFKC", text)


_REPEATED = re.compile(r"(.{1,5}?)\1+.{0,4}")


def _is_run(text: str) -> bool:
    """True for what only counts up or down, like 123456789012 or 12345678abcdefgh."""
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return sum(step in (1, -1, 0) for step in steps) >= 0.8 * len(steps)


_COMMON = """
    password passw0rd p@ssw0rd p@ssword pa$$word password1 password12 password123 password1234
    passwordpassword mypassword password! iloveyou iloveyou1 sunshine princess football baseball
    basketball superman batman123 trustno1 starwars whatever welcome welcome1 welcome123
    administrator admin123 admin1234 administrator1 adminadmin root1234 rootroot toor1234
    letmein1 letmein123 letmeinplease changeme changeme1 changeme123 changemenow default1
    qwertyui qwertyuiop qwerty123 qwerty1234 qwerty12345 qwertyuiop123 1qaz2wsx 1qaz2wsx3edc
    1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y zaq12wsx qazwsxedc qazwsxedcrfv asdfghjkl asdfghjkl;
    asdfasdf asdf1234 zxcvbnm123 zxcvbnm,./ qwertyasdfgh qwerasdfzxcv q1w2e3r4 q1w2e3r4t5
    abc12345 abcd1234 abcd12345 a1b2c3d4 aa123456 a12345678 123456789a 123qweasd 123qweasdzxc
    qweasdzxc 1qazxsw2 computer internet michelle jennifer jonathan charlotte alexander samantha
    elizabeth victoria christopher monkey123 dragon123 master123 shadow123 hello123 helloworld
    testtest test1234 testing123 guest123 guestguest user1234 login123 access14 secret123
    secretsecret superuser supersecret security security1 computer1 corvette mustang1 manchester
    liverpool chelsea1 arsenal1 barcelona realmadrid pokemon1 pokemon123 minecraft facebook
    google123 linkedin microsoft windows10 windows11 killer123 fuckyou1 fuckyou123 nopassword
    nopass123 temporary temp1234 temppassword newpassword oldpassword yourpassword
    correcthorsebatterystaple sakura sakura123 sakurasakura doraemon pikachu1 arigatou
    konnichiwa nihongo1 japan123 tokyo123 tokyo2020 tokyo2021 kensaku1 aishiteru daisuki1
    hogehoge hogehoge1 fugafuga piyopiyo bousai bousai119 bousai2024 saigai119 kinkyu119
    shouboucho kenchou yakusho1 kikikanri taisaku1 system123 server123 network1 cisco123
    oracle123 raspberry postgres mysql123 welcome2024 welcome2025 welcome2026 spring2024
    summer2024 winter2024 autumn2024 january2024 qwerty!@#$%^ !@#$%^&* !qaz2wsx 111222333
    147258369 159753456 741852963 987654321 963852741 112233445566 121212121212 696969696969
"""
#: The commonest passwords of published leaks that are long enough to pass otherwise.
COMMON = frozenset(_COMMON.split())
_NOBODYS = _HASHER.hash("nobody has this password")
