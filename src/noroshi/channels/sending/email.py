"""Mail (SMTP, RFC 5321; message RFC 5322), with one-click unsubscription (RFC 8058).

SMTP has no way to say "the same again": between the final dot of a message and the server's answer
to it, a crash leaves open whether it was taken. An alert that is lost can cost a life, one that
comes twice costs a moment; so such a message is sent again: **at least once**. How many can come
twice is bounded: what became of each message is kept before the lane that sent it sends its next,
so a crash doubles at most one for each lane. Both copies have the same Message-ID, by which many
mail stores drop the second.

Nothing that a letter says can become a header or another recipient: headers are set through
`email.policy` (which refuses line breaks) from text without control characters.
"""

from __future__ import annotations

import email.policy
import re
import smtplib
import ssl
import threading
from collections.abc import Callable, Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from ipaddress import ip_address

from noroshi.channels.advice.plain import drop_readings, show_readings
from noroshi.channels.deliver import from_environment
from noroshi.channels.sending.door import Letter
from noroshi.channels.sending.sender import Down, Outcome
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.engine.settings_people import Mail
from noroshi.store.sendings import Sending, State

#: Seconds for a connection and for each answer.
ANSWER = 20.0
_SECURITY = ("tls", "starttls", "none")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
#: Replies to RCPT that say nobody is there, and nobody will be (RFC 5321 §4.2.3; RFC 3463 x.1.x).
_NOBODY = {550, 551, 553, 556}
_POLICY = email.policy.SMTP.clone(cte_type="7bit")
_SAID = {
    "en": ("You get this because you asked {node} for it. To get no more:", "More:"),
    "": ("このメールは {node} に登録された方へ送っています。配信を止めるには:", "詳しく:"),
}  # fmt: skip


class Email:
    """Hands letters to a mail server, one at a time on each connection. A `Sender`. `node` is what
    the node calls itself; `unsubscribe` gives the address under which a contact ends it, or "".

    Raises NoroshiError naming the setting that is wrong.
    """

    channel, most, lanes = "email", 1, 4
    remembers: int | None = None

    def __init__(
        self, settings: Mail, node: str, unsubscribe: Callable[[str], str], mode: Mode
    ) -> None:
        where = "settings.toml: mail"
        if settings.security not in _SECURITY:
            told = ", ".join(_SECURITY)
            raise NoroshiError(f"security {settings.security!r} is not one of {told}", where=where)
        if settings.security == "none" and not _here(settings.host):
            raise NoroshiError(
                "mail is handed to another machine under TLS only", where=where,
                remedy='security = "tls" or "starttls"',
            )  # fmt: skip
        self._settings, self._node, self._unsubscribe = settings, _line(node), unsubscribe
        self.mode, self.rate = mode, settings.rate
        self._sender = _address(settings.sender)
        if self._sender is None:
            raise NoroshiError(f"sender {settings.sender!r} is not an address", where=where)
        self._password = (
            from_environment(settings.password_env, where) if settings.password_env else ""
        )
        self._tls = ssl.create_default_context()
        self._local = threading.local()
        self._open: list[smtplib.SMTP] = []

    def group(self, one: Sending) -> object:
        """See `Sender.group`."""
        return one.id

    def send(self, letters: Sequence[Letter]) -> list[Outcome]:
        """See `Sender.send`."""
        return [self._send(one) for one in letters]

    def close(self) -> None:
        """See `Sender.close`."""
        for one in self._open:
            one.close()
        self._open.clear()

    def _send(self, letter: Letter) -> Outcome:
        to = _address(letter.address)
        if to is None:
            return Outcome(State.FAILED, error="it is not a mail address", gone=True)
        message = self.compose(letter, to).as_bytes()
        sender = self._sender
        assert sender is not None
        try:
            server = self._ready(sender.addr_spec)
            code, told = server.rcpt(to.addr_spec)
            if code // 100 != 2:
                server.rset()
                return _refused(code, told, gone=code in _NOBODY)
            code, told = server.data(message)
        except smtplib.SMTPDataError as error:
            return _refused(error.smtp_code, error.smtp_error, gone=False)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Down(f"the mail server: {_told(error)}") from None
        if code // 100 != 2:
            return _refused(code, told, gone=False)
        return Outcome(State.SENT, receipt=_text(told))

    def _ready(self, sender: str) -> smtplib.SMTP:
        """A connection on which the next recipient can be named. One that the server has ended
        while it was idle is made anew: nothing was handed on by it."""
        server: smtplib.SMTP | None = getattr(self._local, "server", None)
        for fresh in (False, True):
            if server is None:
                server = self._connect()
            try:
                code, told = server.mail(sender)
            except smtplib.SMTPServerDisconnected:
                self._drop()
                server = None
                if fresh:
                    raise
                continue
            if code // 100 != 2:
                self._drop()
                raise Down(f"the mail server refuses the sender: {code} {_text(told)}")
            return server
        raise AssertionError("the second try returns or raises")

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        server: smtplib.SMTP
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=ANSWER, context=self._tls
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=ANSWER)
            if settings.security == "starttls":
                server.starttls(context=self._tls)
        if settings.username:
            server.login(settings.username, self._password)
        server.ehlo_or_helo_if_needed()
        self._local.server = server
        self._open.append(server)
        return server

    def _drop(self) -> None:
        server: smtplib.SMTP | None = getattr(self._local, "server", None)
        self._local.server = None
        if server is not None:
            server.close()
            if server in self._open:
                self._open.remove(server)

    def compose(self, letter: Letter, to: Address) -> EmailMessage:
        """The message of a letter: the same whenever it is made, but for its date."""
        sender = self._sender
        assert sender is not None
        english = letter.language not in ("", "ja", "easy")
        message = EmailMessage(policy=_POLICY)
        message["From"] = Address(self._node, addr_spec=sender.addr_spec)
        message["To"] = to
        message["Subject"] = _line(drop_readings(letter.title))
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = f"<{letter.call}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
        if letter.urgent:
            message["Importance"] = "high"  # RFC 2156
        if letter.mode is not Mode.ACTUAL:
            message["X-Noroshi-Mode"] = letter.mode.name.lower()
        ends = self._unsubscribe(letter.contact)
        if ends.startswith("https://"):
            message["List-Unsubscribe"] = f"<{ends}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        foot, more = _SAID["en" if english else ""]
        lines = [drop_readings(letter.text)]
        lines += [f"{more} {letter.link}"] if letter.link else []
        lines += [f"-- \n{foot.format(node=self._node)} {ends}"] if ends else []
        message.set_content("\n\n".join(lines) + "\n", cte="base64")
        message.add_alternative(_html(letter, ends, foot.format(node=self._node), more),
                                subtype="html", cte="base64")  # fmt: skip
        # After the parts: what begins with Content- goes into the first of them.
        message["Content-Language"] = letter.language if english else "ja"
        # A boundary that is made up anew would make another message of it.
        message.set_boundary(f"=_{letter.call}")
        return message


def _html(letter: Letter, ends: str, foot: str, more: str) -> str:
    """The same as a page, with readings above the characters."""
    from html import escape

    paragraphs = "".join(
        f"<p>{show_readings(one)}</p>" for one in letter.text.splitlines() if one.strip()
    )
    link = letter.link if letter.link.startswith(("https://", "http://")) else ""
    at = f'<p>{more} <a href="{escape(link)}">{escape(link)}</a></p>' if link else ""
    end = f'<hr><p><small>{escape(foot)} <a href="{escape(ends)}">{escape(ends)}</a></small></p>'
    lang = "en" if letter.language == "en" else "ja"
    return (f'<!doctype html><html lang="{lang}"><body><h1>{show_readings(letter.title)}</h1>'
            f"{paragraphs}{at}{end if ends else ''}</body></html>\n")  # fmt: skip


def _address(text: str) -> Address | None:
    """The one address that a text is, or None. What has more in it than an address is none."""
    if len(text) > 254 or _CONTROL.search(text) or not text.isascii():
        return None
    try:
        found = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        return None
    return found if found.domain and found.username else None


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def _refused(code: int, told: bytes | str, *, gone: bool) -> Outcome:
    """A 5xx reply is for good, a 4xx for now (RFC 5321 §4.2.1)."""
    said = f"{code} {_text(told)}"
    if code // 100 == 5:
        return Outcome(State.FAILED, error=said, gone=gone)
    return Outcome(State.WAITING, error=said, after=60 if code // 100 == 4 else None)


def _text(told: bytes | str) -> str:
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else told


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it does not know the name or the password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
