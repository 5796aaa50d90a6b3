"""What keeps a LINE official account from working, as far as the settings and the environment
tell: for `noroshi doctor`. Nothing is asked of LINE.

https://developers.line.biz/en/docs/messaging-api/building-bot/ (a webhook needs https with a
certificate of a public authority), /en/docs/basics/channel-access-token/.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from noroshi.core.record import Mode
from noroshi.engine.settings import Settings

#: A channel secret, as the LINE Developers Console shows it.
_SECRET = re.compile(r"[0-9a-f]{32}")


def problems(settings: Settings) -> Iterator[str]:
    """What is wrong, each with what to do; nothing where no account is set up."""
    line = settings.line
    if line is None:
        return
    where = "settings.toml: line"
    for name, what in (
        (line.secret_env, "channel secret"),
        (line.token_env, "channel access token"),
    ):
        text = os.environ.get(name, "")
        if not text:
            yield f"{where}: the environment variable {name} is not set ({what})"
        elif text != text.strip():
            yield f"{where}: {name} begins or ends with a space"
        elif what == "channel secret" and not _SECRET.fullmatch(text):
            yield (f"{where}: {name} is no channel secret (32 digits and letters a to f): copy it "
                   "from the console's Basic settings, not the access token")  # fmt: skip
    for name, url in (("api", line.api), ("data_api", line.data_api)):
        parts = urlsplit(url)
        if not parts.hostname or (parts.scheme != "https" and not line.private):
            yield f"{where}.{name}: {url} is no https address"
    if line.mode.upper() not in Mode.__members__:
        yield f"{where}.mode: {line.mode!r} is not actual, exercise or test"
    if not settings.web.url.startswith("https://"):
        yield (f"{where}: LINE sends to https only, and answers link to this node: set [web] url, "
               "and in the console the webhook URL to it + /line/webhook")  # fmt: skip
    if not settings.chat.enabled:
        yield f"{where}: messages are kept and nobody answers: [chat] enabled = false"
