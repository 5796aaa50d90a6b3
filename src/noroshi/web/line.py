"""Where LINE brings what people write to the official account: `[line]` in the settings."""

from __future__ import annotations

from starlette.responses import Response

from noroshi.channels.deliver import from_environment
from noroshi.channels.line.answering import Answering
from noroshi.channels.line.webhook import check_signature, take
from noroshi.core.errors import NoroshiError, NotPermitted, UnreadableMessage
from noroshi.web.bodies import read_body
from noroshi.web.routing import Asked, Problem, operation
from noroshi.web.talkers import talkers

#: Bytes of a webhook: up to a hundred events of a few kB.
MOST = 2 * 2**20


@operation(
    "/line/webhook",
    method="POST",
    en="Webhook of the LINE Messaging API", ja="LINE Messaging API の Webhook",
    tag="Residents", private=True, resident=True,
)  # fmt: skip
async def webhook(asked: Asked) -> Response:
    """200 once the events are durable; they are answered afterwards. 401 without LINE's signature,
    503 where too many wait (LINE brings them again, where redelivery is switched on)."""
    settings = asked.node.settings.line
    if settings is None:
        raise Problem(404, "no LINE account is set up here", "[line] in settings.toml")
    try:
        secret = from_environment(settings.secret_env, "settings.toml: line")
    except NoroshiError:
        raise Problem(503, "the LINE account is not set up", "`noroshi doctor` says why") from None
    body = await read_body(asked, MOST)
    try:
        check_signature(secret, body, asked.header("x-line-signature"))
    except NotPermitted as error:
        raise Problem(401, error.what, error.remedy) from None
    try:
        await talkers(asked.node).run(take, asked.node, body)
    except UnreadableMessage as error:
        raise Problem(400, str(error)) from None
    answering = asked.node.deliveries().get(Answering.name)
    if isinstance(answering, Answering):
        answering.nudge()
    return Response(b"{}", media_type="application/json")
