"""Whether this node may connect to an address that somebody configured or sent: the one place.

A node stands inside an organisation's network, so a URL is also a way to make it call what only
that network can reach (server-side request forgery, OWASP API7:2023). Therefore: http and https
only, nothing before an `@`, the name looked up once and the connection made to the very address
that was judged (a name that answers differently the second time gains nothing), no address of a
private or special purpose (IANA registries of RFC 6890) unless the operator allows it, and no
redirect followed.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from noroshi import __version__
from noroshi.core.errors import NotPermitted

#: The addresses of a host and port, as text. Raises OSError.
Lookup = Callable[[str, int], list[str]]
Address = IPv4Address | IPv6Address

ALLOW = "private = true for this target, or [web] allow_private = true, if you mean it"

#: Where a node may connect if the operator allows private addresses: this machine, and networks
#: that belong to whoever runs them (RFC 1918, 6598, 4193).
_PRIVATE = tuple(map(IPv4Network, (
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
)))  # fmt: skip
_PRIVATE_6 = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))
#: Where it never does: "this network", link-local (and with it the metadata services of clouds),
#: protocol assignments, documentation, 6to4 relays, benchmarks, multicast, reserved.
_NEVER = tuple(map(IPv4Network, (
    "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)))  # fmt: skip
#: Unicast of the internet, and what in it is not: protocols (Teredo), documentation, 6to4.
_UNICAST_6 = IPv6Network("2000::/3")
_NOT_UNICAST_6 = tuple(map(IPv6Network, (
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)))  # fmt: skip
#: IPv6 addresses whose last 32 bits are an IPv4 address that they lead to: mapped, compatible,
#: translated (RFC 6052).
_CARRIES_4 = tuple(map(IPv6Network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96")))

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def permits(address: Address, *, private: bool) -> bool:
    """True if the node may connect to `address`; `private`: the operator allows private ones."""
    if isinstance(address, IPv4Address):
        if any(address in one for one in _NEVER):
            return False
        return private or not any(address in one for one in _PRIVATE)
    if address in _UNICAST_6:
        return not any(address in one for one in _NOT_UNICAST_6)
    if not private or address.scope_id is not None:
        return False
    if any(address in one for one in _PRIVATE_6):
        return True
    # No name of the internet answers so; where it is allowed, what it leads to is judged.
    carried = IPv4Address(int(address) & 0xFFFF_FFFF)
    return any(address in one for one in _CARRIES_4) and permits(carried, private=True)


def checked_url(text: str, *, private: bool, where: str = "") -> httpx.URL:
    """The URL in `text`, if the node may connect to it as far as that shows without looking its
    name up. Raises NotPermitted; the text itself is not told, for it may hold a secret."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise NotPermitted(f"the url cannot be read: {error}", where=where) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise NotPermitted("the url is not an http(s) address", where=where)
    if url.userinfo:
        raise NotPermitted(
            "the url has a name or a password in it", where=where, remedy="leave out all before @"
        )
    if url.port is not None and not 0 < url.port < 65_536:
        raise NotPermitted("the url's port is none", where=where)
    check_host(url.raw_host.decode(), private=private, where=where)
    return url


def check_host(host: str, *, private: bool, where: str = "") -> None:
    """Raises NotPermitted for a host that is no name and no plain address, or an address to which
    the node may not connect. 2130706433, 0x7f.1 and 0177.0.0.1 are no plain addresses: programs
    disagree on what they mean."""
    literal = _literal(host)
    if literal is not None:
        _check([literal], host, private, where)
    elif not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise NotPermitted("the host is neither a name nor a plain address", where=where)


def resolve(host: str, port: int, *, private: bool, lookup: Lookup | None = None) -> list[str]:
    """The addresses of `host` to connect to, looked up once.

    Raises NotPermitted if the node may not connect to one of them: a name that leads inside as
    well as outside is not to be trusted with either. Raises OSError if it cannot be looked up.
    """
    check_host(host, private=private)
    if _literal(host) is not None:
        return [host]
    found = list(dict.fromkeys((lookup or system_lookup)(host, port)))
    if not found:
        raise OSError(f"{host} has no address")
    _check([ip_address(one) for one in found], host, private, "")
    return found


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _check(found: list[Address], host: str, private: bool, where: str) -> None:
    if all(permits(one, private=private) for one in found):
        return
    could = all(permits(one, private=True) for one in found)
    raise NotPermitted(
        f"{host} is not an address of the internet", where=where, remedy=ALLOW if could else ""
    )


def system_lookup(host: str, port: int) -> list[str]:
    """What this machine's resolver says. A `Lookup`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Guarded(httpx.BaseTransport):
    """Sends requests to permitted addresses only. Raises NotPermitted for others.

    The name is replaced by the address that was judged, and stays the one in the Host header and
    the one that the certificate must be for.
    """

    def __init__(self, *, private: bool = False, lookup: Lookup | None = None) -> None:
        self._private, self._lookup = private, lookup
        #: A connection is used again for the name only that its certificate was checked for.
        self._named: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.BaseTransport`."""
        url = checked_url(str(request.url), private=self._private)
        host = url.raw_host.decode()
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = resolve(host, port, private=self._private, lookup=self._lookup)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"the name cannot be looked up: {error}") from None
        transport = self._named.get(host)
        if transport is None:
            transport = self._named[host] = httpx.HTTPTransport()
        request.extensions = {**request.extensions, "sni_hostname": host.rstrip(".")}
        for left, address in enumerate(addresses, 1 - len(addresses)):
            request.url = url.copy_with(host=address)
            try:
                return transport.handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if not left:
                    raise
        raise AssertionError("there is at least one address")

    def close(self) -> None:
        """Let go of connections."""
        for one in self._named.values():
            one.close()


def guarded_client(
    *, private: bool, connect: float, answer: float, lookup: Lookup | None = None
) -> httpx.Client:
    """A client that connects to permitted addresses only, follows no redirect, and takes neither
    a proxy nor a password from the environment. `connect` and `answer` are seconds: for a
    connection, and for each step of an answer. `private` allows private addresses."""
    return httpx.Client(
        transport=Guarded(private=private, lookup=lookup), trust_env=False,
        follow_redirects=False, timeout=httpx.Timeout(answer, connect=connect),
        headers={"User-Agent": f"noroshi/{__version__}"},
    )  # fmt: skip
