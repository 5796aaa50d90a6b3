"""Verbs for peers: who they are, what they get, and how the exchange goes."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from noroshi.cli.common import node, note, print_grid, write_out
from noroshi.cli.directory import directory_of
from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.time import JST, show

if TYPE_CHECKING:
    from noroshi.engine.peers import Peers
    from noroshi.engine.trust import Trust


class Card(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one organisation hands another: who it is, where its node is, the fingerprint of its
    root, and, where there is room for it, its identity (base64)."""

    noroshi: str
    org: str
    url: str
    root: str
    identity: str = ""


@click.group("peer")
def peer_command() -> None:
    """Other organisations' nodes: meet them, say what they get.  他機関のノードとの交換

    \b
    noroshi peer init pref-a --name-ja A県 --url https://noroshi.pref-a.example
    noroshi peer invite > pref-a.json        # to the other side, who accepts it …
    noroshi peer accept city-b.json          # … and sends its own back
    noroshi peer list
    """


def _trust(ctx: click.Context) -> tuple[Path, Trust, Peers]:
    from noroshi.engine.peers import Peers
    from noroshi.engine.trust import Trust

    home: Path = ctx.find_root().obj
    return home, Trust(home), Peers(home)


@peer_command.command("init")
@click.argument("org")
@click.option("--name", default="", help="The organisation's name.  名称（英語）")
@click.option("--name-ja", default="", help="Its name in Japanese.  名称")
@click.option("--contact", default="", help="Whom to ask, day and night.  連絡先")
@click.option("--url", "urls", multiple=True, help="Where others reach this node.  公開アドレス")
@click.pass_context
def init(
    ctx: click.Context, /, org: str, name: str, name_ja: str, contact: str, urls: tuple[str, ...]
) -> None:
    """Give this node the identity of the organisation ORG: a root pair, keys that sign, and the
    document that others get (docs/keys.md).  自組織の身元と鍵を作る"""
    from noroshi.engine.exchange import own_organisation
    from noroshi.engine.roles import What, local_operator
    from noroshi.engine.settings import load_settings
    from noroshi.formats.exchange.keys import fingerprint

    home, trust, _ = _trust(ctx)
    named = load_settings(home).node.organisation
    if named and named != org:
        raise NoroshiError(f"[node] organisation is {named!r}", where=str(home / "settings.toml"))
    directory = directory_of(ctx)
    with directory.doing(local_operator(), "peer.init", f"org:{org}", What.KEYS):
        identity = trust.create(org, name_ja or name or org, name or org, contact, urls)
    directory.own = own_organisation(home, load_settings(home))
    _add_organisation(ctx, org, name or org, name_ja, contact)
    count = node(ctx).exchange.begin()
    note(f"this node is {org}; {count} messages are to be passed on to those who may have them")
    note(f"root fingerprint: {fingerprint(identity.root)}")
    note(f"move {trust.folder / 'root.pem'} offline now: it is needed only to change keys")


@peer_command.command("invite")
@click.option("--url", default="", help="Where the other side reaches this node.  アドレス")
@click.option("--qr", is_flag=True, help="Show it as a QR code.  QRコードで表示")
@click.option("--out", type=click.Path(path_type=Path), help="Write it to a file.  出力先")
@click.pass_context
def invite(ctx: click.Context, /, url: str, qr: bool, out: Path | None) -> None:
    """Print the card of this node, for another organisation to accept. It is not secret; what
    counts is that both compare fingerprints by telephone.  相手に渡す紹介状を作る"""
    from noroshi.formats.exchange.keys import fingerprint

    _, trust, _ = _trust(ctx)
    own = trust.own
    if own is None:
        raise NotFound("this node has no identity", remedy="`noroshi peer init ORG`")
    url = url or (own.nodes[0] if own.nodes else "")
    root = fingerprint(own.root)
    if qr:
        import segno

        if not url:
            raise click.UsageError("a QR code has no room for keys: it needs --url", ctx)
        card = Card("peer", own.org, url, root)
        segno.make(msgspec.json.encode(card), micro=False).terminal(out=sys.stdout, compact=True)
    else:
        document = base64.b64encode(trust.own_document).decode()
        card = Card("peer", own.org, url, root, document)
        write_out([msgspec.json.format(msgspec.json.encode(card)), b"\n"], out)
    note(f"root fingerprint: {root}")


@peer_command.command("accept")
@click.argument("card")
@click.option("--fingerprint", "compared", help="As they read it out, instead of being asked.")
@click.option("--url", help="Reach them here instead.  相手のアドレス")
@click.option("--no-pull", is_flag=True, help="They pull from here only.  こちらからは取得しない")
@click.option("--ca", type=click.Path(exists=True, path_type=Path), help="Trust these certificates "
              "for it (PEM).  相手の証明書")  # fmt: skip
@click.option("--insecure", is_flag=True, help="Plain HTTP is all right.  平文HTTPを許す")
@click.option("--require-pq", is_flag=True, help="Post-quantum key exchange or none.  耐量子必須")
@click.option("--group", "groups", multiple=True, default=("responders",), show_default=True,
              help="It is in this group here.  所属グループ")  # fmt: skip
@click.option("--clearance", type=click.IntRange(0, 9), default=0, help="権限")
@click.option("--compartment", "compartments", multiple=True, help="区画")
@click.option("--purpose", "purposes", multiple=True, help="Personal data for.  利用目的")
@click.option("--per-minute", type=click.IntRange(0), default=0, help="At most so many records.")
@click.option("--no-introduce", is_flag=True, help="Others are not believed on its word.")
@click.pass_context
def accept(
    ctx: click.Context, /, card: str, compared: str | None, url: str | None, no_pull: bool,
    ca: Path | None, insecure: bool, require_pq: bool, groups: tuple[str, ...], clearance: int,
    compartments: tuple[str, ...], purposes: tuple[str, ...], per_minute: int, no_introduce: bool,
) -> None:  # fmt: skip
    """Accept the CARD (a file, - for standard input, or what a QR code says) of another node as a
    peer.  相手の紹介状を受け入れる"""
    from noroshi.engine.peers import Peer
    from noroshi.engine.roles import What, local_operator
    from noroshi.feeds.link import Link
    from noroshi.formats.exchange.identity import read_identity
    from noroshi.formats.exchange.keys import fingerprint

    _, trust, peers = _trust(ctx)
    if trust.own is None:
        raise NotFound("this node has no identity", remedy="`noroshi peer init ORG`")
    found = _read_card(card)
    where = url or found.url
    if found.identity:
        document = base64.b64decode(found.identity)
    else:
        link = Link(where, ca, require_pq=require_pq, insecure=insecure)
        with link.request("GET", "/exchange/identity", timeout=30, most=2**22) as answer:
            document = answer.read()
    identity = read_identity(document)
    root = fingerprint(identity.root)
    if identity.org != found.org or root != found.root:
        raise NoroshiError("the card and the identity are of different organisations", where=card,
                           remedy="do not accept it; find out where it was changed")  # fmt: skip
    note(f"{identity.org}: {identity.name_ja} / {identity.name_en}, {identity.contact or '–'}")
    note(f"root fingerprint: {root}")
    if compared is None:
        click.confirm("Did you compare all 16 groups with them, by telephone or in person?  "
                      "指紋を相手と読み合わせましたか", abort=True, err=True)  # fmt: skip
    elif compared.split() != root.split():
        raise NoroshiError("the fingerprint is another", where=card, remedy="do not accept it")
    directory = directory_of(ctx)
    with directory.doing(local_operator(), "peer.accept", f"org:{identity.org}", What.PEERS,
                         root=root, url=where, groups=groups):  # fmt: skip
        trust.accept(document)
        peers.put(Peer(
            org=identity.org, url="" if no_pull else where, ca=str(ca.resolve()) if ca else "",
            insecure=insecure, require_pq=require_pq, groups=groups, clearance=clearance,
            compartments=compartments, purposes=purposes, per_minute=per_minute,
            introduces=not no_introduce,
        ))  # fmt: skip
    _add_organisation(ctx, identity.org, identity.name_en, identity.name_ja, identity.contact)
    note(f"{identity.org} is a peer; it must accept this node too (`noroshi peer invite`)")


def _read_card(card: str) -> Card:
    if card == "-":
        text = sys.stdin.buffer.read(2**20)
    elif card.lstrip().startswith("{"):
        text = card.encode()
    else:
        text = Path(card).read_bytes()[: 2**20]
    try:
        found = msgspec.json.decode(text, type=Card)
    except msgspec.DecodeError as error:
        raise NoroshiError(f"not the card of a node: {error}", where=card[:100]) from None
    if found.noroshi != "peer":
        raise NoroshiError("not the card of a node", where=card[:100])
    return found


def _add_organisation(ctx: click.Context, org: str, name: str, name_ja: str, contact: str) -> None:
    from noroshi.engine.roles import local_operator

    directory = directory_of(ctx)
    if org not in {one.id for one in directory.organisations()}:
        directory.add_organisation(local_operator(), org, name or org, name_ja=name_ja,
                                   contact=contact)  # fmt: skip


@peer_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each.")
@click.pass_context
def list_peers(ctx: click.Context, /, as_json: bool) -> None:
    """Peers: where they are, what they may see, whether they are stopped.  一覧"""
    from noroshi.formats.exchange.keys import fingerprint

    _, trust, peers = _trust(ctx)
    rows: list[list[str]] = []
    for one in peers.all().values():
        try:
            identity = trust.identity(one.org)
            root, serial = fingerprint(identity.root), str(identity.serial)
        except NotFound:
            root, serial = "", "not known"
        if as_json:
            told: dict[str, Any] = {**msgspec.to_builtins(one), "root": root, "serial": serial}
            click.echo(msgspec.json.encode(told).decode())
        rows.append([one.org, one.url, ", ".join(one.groups), serial, root[:9], one.stopped])
    if not as_json:
        print_grid(["peer", "url", "groups", "serial", "root", "stopped"], rows)


@peer_command.command("wish")
@click.argument("org")
@click.option("--collections", help="Only these kinds, by commas.  種別")
@click.option("--area", help="Only this area (17, 17202).  地域")
@click.option("--filter", "cql2", help="Only what this CQL2 filter keeps.  条件式")
@click.option("--per-minute", type=click.IntRange(0), default=0, help="At most so many records a "
              "minute.  毎分の上限")  # fmt: skip
@click.option("--mode", "modes", multiple=True,
              type=click.Choice(["actual", "exercise", "test"]), help="モード")  # fmt: skip
@click.pass_context
def wish(
    ctx: click.Context, /, org: str, collections: str | None, area: str | None, cql2: str | None,
    per_minute: int, modes: tuple[str, ...],
) -> None:  # fmt: skip
    """Subscribe: what this node wants from the peer ORG; without options, everything that it may
    have.  相手から受け取る情報を選ぶ"""
    from noroshi import kinds
    from noroshi.channels.wishes import choose
    from noroshi.engine.peers import Wish
    from noroshi.engine.roles import What, local_operator

    _, _, peers = _trust(ctx)
    names = None if collections is None else tuple(
        kinds.get(one.strip()).name for one in collections.split(","))  # fmt: skip
    found = Wish(collections=names, area=area, filter=cql2, modes=modes or Wish().modes,
                 per_minute=per_minute)  # fmt: skip
    choose(node(ctx), found)  # refused here, not by the peer
    with directory_of(ctx).doing(local_operator(), "peer.wish", f"org:{org}", What.SUBSCRIBE,
                                 details=msgspec.to_builtins(found)):  # fmt: skip
        peers.put(msgspec.structs.replace(_known(peers, org), wish=found))
    note(f"{org} is asked for {'everything' if found == Wish() else msgspec.to_builtins(found)}")


@peer_command.command("revoke")
@click.argument("org")
@click.option("--reason", required=True, help="For the log.  理由")
@click.pass_context
def revoke(ctx: click.Context, /, org: str, reason: str) -> None:
    """Stop all exchange with the peer ORG, within a second; what it sent before stays.
    相手との交換を止める"""
    _stop(ctx, org, reason)
    note(f"{org} is stopped: {reason}")


@peer_command.command("resume")
@click.argument("org")
@click.pass_context
def resume(ctx: click.Context, /, org: str) -> None:
    """Go on exchanging with the peer ORG.  交換を再開する"""
    _stop(ctx, org, "")
    note(f"{org} is a peer again")


@peer_command.command("forget")
@click.argument("org")
@click.option("--reason", required=True, help="For the log.  理由")
@click.pass_context
def forget(ctx: click.Context, /, org: str, reason: str) -> None:
    """Stop all exchange with ORG and believe nothing of it any more, neither its root: the way
    to accept it anew under another one.  身元の信頼を取り消す"""
    _stop(ctx, org, reason)
    _trust(ctx)[1].forget(org)
    note(f"{org} is not believed any more; `noroshi peer accept` begins anew")


def _stop(ctx: click.Context, org: str, reason: str) -> None:
    from noroshi.engine.roles import What, local_operator

    _, _, peers = _trust(ctx)
    action = "peer.revoke" if reason else "peer.resume"
    with directory_of(ctx).doing(local_operator(), action, f"org:{org}", What.PEERS,
                                 reason=reason):  # fmt: skip
        peers.put(msgspec.structs.replace(_known(peers, org), stopped=reason))


def _known(peers: Peers, org: str) -> Any:
    found = peers.all().get(org)
    if found is None:
        raise NotFound(f"{org} is no peer", remedy="`noroshi peer list`")
    return found


@peer_command.command("status")
@click.pass_context
def status(ctx: click.Context, /) -> None:
    """What is here of every origin, what waits to be sent, what was refused.  交換の状況"""
    store = node(ctx)
    _, trust, _ = _trust(ctx)
    rows: dict[str, list[int]] = {}
    for one in store.exchange.streams():
        held = rows.setdefault(one.origin, [0, 0])
        held[0] += 1
        held[1] += one.seq
    streams, envelopes, due = store.exchange.counts()
    grid, serials, holes = [], trust.serials(), store.exchange.holes()
    for origin, (count, seqs) in sorted(rows.items()):
        last = store.exchange.latest(origin)
        missing = sum(number for (one, _), number in holes.items() if one == origin)
        grid.append([origin, str(count), str(seqs), str(missing), str(serials.get(origin, "–")),
                     (show(last, JST) or "")[:19]])  # fmt: skip
    print_grid(["origin", "streams", "envelopes", "without content", "serial", "last sent"], grid)
    note(f"{streams} streams, {envelopes} envelopes; {due} messages wait to be sealed")
    for entry in directory_of(ctx).audit.entries(limit=1_000):
        if entry.action == "exchange.refused":
            when = (show(entry.time, JST) or "")[:19]
            what = msgspec.json.decode(entry.details).get("what", "")
            note(f"! {when} {entry.target.removeprefix('org:')}: {what}")
    note("how it goes with each peer just now: /health of the running node, with a token that "
         "reads `own`")  # fmt: skip
