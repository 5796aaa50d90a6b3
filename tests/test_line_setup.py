"""`noroshi doctor` says what keeps a LINE account from working."""

from __future__ import annotations

from typing import Any

import pytest

from noroshi.channels.line.setup import problems
from noroshi.engine.settings import Settings, Web
from noroshi.engine.settings_people import Chat, Line

GOOD = {"S": "0123456789abcdef" * 2, "T": "token"}


def found(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str] | None = None,
    url: str = "https://node.example", chat: Chat | None = None, **more: Any,
) -> list[str]:  # fmt: skip
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
    for name, text in (GOOD if env is None else env).items():
        monkeypatch.setenv(name, text)
    line = Line(secret_env="S", token_env="T", **more)
    return list(problems(Settings(line=line, web=Web(url=url), chat=chat or Chat())))


def test_an_account_that_is_set_up_has_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch) == []
    assert list(problems(Settings())) == []


@pytest.mark.parametrize(("more", "told"), [
    ({"env": {"T": "t"}}, "S is not set"), ({"env": {"S": GOOD["S"]}}, "T is not set"),
    ({"env": {**GOOD, "S": "token"}}, "no channel secret"), ({"env": {**GOOD, "T": "t "}}, "space"),
    ({"api": "http://api.line.me"}, "line.api"), ({"data_api": "x"}, "line.data_api"),
    ({"mode": "drill"}, "line.mode"), ({"url": ""}, "/line/webhook"),
    ({"url": "http://n"}, "/line/webhook"), ({"chat": Chat(enabled=False)}, "nobody answers"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], told: str
) -> None:
    (problem,) = found(monkeypatch, **more)
    assert told in problem
    assert problem.startswith("settings.toml: line")
