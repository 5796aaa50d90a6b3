"""The verb that runs a node: `noroshi serve`."""

from __future__ import annotations

import logging
import socket
import ssl
import sys
from pathlib import Path
from types import FrameType

import click

from noroshi.cli.common import note
from noroshi.core.errors import NoroshiError

#: OpenSSL has ML-KEM, and offers the hybrid group first, since 3.5.
_GROUPS = {
    True: "TLS 1.3 with X25519MLKEM768 ({})\n耐量子の鍵共有 X25519MLKEM768 を提供します",
    False: "TLS 1.3 without X25519MLKEM768: {} has none; put a proxy that has it in front\n"
           "この環境の OpenSSL は耐量子の鍵共有 X25519MLKEM768 を提供できません",
}  # fmt: skip


@click.command("serve")
@click.option("--host", help="Address to listen on (default: 127.0.0.1).  待ち受けアドレス")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: 8000; 0: any).  ポート")
@click.option("--root-path", default="", help="Prefix that a proxy in front adds.  前段の接頭辞")
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path),
    help="Serve HTTPS with this certificate chain (PEM).  証明書",
)
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key (PEM).  秘密鍵")
@click.option("--access-log", is_flag=True, help="Log every request.  アクセスログ")
@click.pass_context
def serve_command(
    ctx: click.Context, /, host: str | None, port: int | None, root_path: str,
    tls_cert: Path | None, tls_key: Path | None, access_log: bool,
) -> None:  # fmt: skip
    """Serve the node on one port: the page, OGC API, live events, tiles, and ingest.

    Everything that is public can be read by anyone who reaches the port; sending needs a token
    (`noroshi token new`). Ends with Ctrl-C; what was acknowledged is kept.

    \b
    noroshi serve
    noroshi serve --host 0.0.0.0 --port 8080
    noroshi serve --host 0.0.0.0 --port 443 --tls-cert node.crt --tls-key node.key
    """
    import uvicorn

    if (tls_cert is None) is not (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    tls = None if tls_cert is None or tls_key is None else _tls(tls_cert, tls_key)

    class Server(uvicorn.Server):
        """Lets go of those who follow events as soon as it is told to end."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            super().handle_exit(sig, frame)
            node.live.close()

    from noroshi.channels.deliveries import start_deliveries
    from noroshi.engine.node import Node
    from noroshi.feeds.pullers import Pullers
    from noroshi.web.app import application

    home: Path = ctx.find_root().obj
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in ("httpx", "httpcore", "asyncssh"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Reads in worker threads must not keep the loop waiting for its turn (5 ms by default).
    sys.setswitchinterval(0.0005)
    node = Node(home)
    web = node.settings.web
    listening = _listen(host or web.host, web.port if port is None else port)
    address = listening.getsockname()
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    here = f"{'https' if tls else 'http'}://{shown}:{address[1]}{root_path}"
    try:
        node.start()
        start_deliveries(node, web.url or here)
        pullers = Pullers(node)
        node.attach("peers", pullers)
        pullers.start()
        config = uvicorn.Config(
            application(node), http="httptools", lifespan="off", access_log=access_log,
            log_level="info" if access_log else "warning", server_header=False,
            root_path=root_path, timeout_graceful_shutdown=3, backlog=2048,
            ssl_context_factory=(lambda *_: tls) if tls else None,
        )  # fmt: skip
        if tls:
            note(_GROUPS[ssl.OPENSSL_VERSION_INFO >= (3, 5)].format(ssl.OPENSSL_VERSION))
        note(f"Noroshi serves {home}\n{here}/")
        Server(config).run(sockets=[listening])
    finally:
        listening.close()
        node.stop()


def _tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.3 and nothing older. Raises NoroshiError where the files will not do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        # Without a password given, an encrypted key would be asked for on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:  # ssl's errors are OSErrors
        raise NoroshiError(
            f"TLS cannot be had: {error}", where=f"{certificate}, {key}",
            remedy="a chain and its key without passphrase, both in PEM",
        ) from None  # fmt: skip
    return context


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises NoroshiError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise NoroshiError(
            f"cannot listen: {error.strerror or error}", where=f"{host}:{port}",
            remedy="is something else on that port? try --port 0",
        ) from None  # fmt: skip
    return listening
