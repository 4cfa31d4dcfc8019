"""One HTTP request. The standard library's client blocks, so it runs in a thread."""

import asyncio
import contextlib
import http.client
import socket
from email.message import Message
from urllib.parse import urlsplit

from .errors import Closed, Refused

# Longer than the 20 seconds that the server holds a poll.
TIMEOUT_S = 30


async def request(
    method: str, server: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[Message, bytes]:
    """Return the response's headers and body. Raises `Refused`, or `Closed` without a response."""
    address = urlsplit(server)
    is_secure = address.scheme == "https"
    kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=TIMEOUT_S)

    def exchange() -> tuple[int, Message, bytes]:
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Origin": server, **headers})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    try:
        status, answer_headers, answer = await asyncio.to_thread(exchange)
    except (OSError, http.client.HTTPException) as error:
        raise Closed(None, repr(error)) from error
    except asyncio.CancelledError:
        # A thread can't be canceled, but it stops waiting when its socket is shut down.
        if (waiting := connection.sock) is not None:
            with contextlib.suppress(OSError):
                waiting.shutdown(socket.SHUT_RDWR)
        raise
    if status >= 400:
        raise Refused.from_response(status, answer)
    return answer_headers, answer
