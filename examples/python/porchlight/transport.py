"""The two ways to exchange frames with the server: a WebSocket and long polling.

Both have the same methods. `receive` raises `Closed` or `Refused` at the end, after every frame
that came before it. `send` raises neither, so that it can't hide an `error` that says why.
"""

import asyncio
import contextlib
import json
from email.message import Message
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin, Subprotocol

from .errors import Closed, Refused
from .http_request import request

Frame = dict[str, Any]

# The size limit for all frames of one request.
REQUEST_BYTES = 100 * 1024


class SocketTransport:
    """The WebSocket of a visitor or an agent."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def open(cls, server: str, path: str, headers: dict[str, str]) -> "SocketTransport":
        try:
            socket = await connect(
                server.replace("http", "ws", 1) + path,
                origin=Origin(server),
                subprotocols=[Subprotocol("porchlight.v1")],
                additional_headers=headers,
                # The protocol has its own pings.
                ping_interval=None,
                close_timeout=1,
                # Go straight to the server, as http.client does.
                proxy=None,
            )
        except InvalidStatus as error:
            response = error.response
            raise Refused.from_response(response.status_code, response.body) from error
        except (OSError, InvalidHandshake) as error:
            raise Closed(None, repr(error)) from error
        return cls(socket)

    async def send(self, frames: list[Frame]) -> None:
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                await self._socket.send(to_json(frame))

    async def receive(self) -> Frame:
        try:
            frame: Frame = json.loads(await self._socket.recv())
        except ConnectionClosed as error:
            code, reason = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (None, "")
            raise Closed(code, reason) from error
        return frame

    async def close(self) -> None:
        await self._socket.close()

    def abort(self) -> None:
        """End without a close, as when the network is lost."""
        self._socket.transport.abort()


class PollTransport:
    """A visitor's connection without a socket: one request waits for frames, another sends them."""

    def __init__(self, server: str, line: str) -> None:
        self._server = server
        self._headers = {"porchlight-line": line}
        self._incoming: asyncio.Queue[Frame | Closed | Refused] = asyncio.Queue()
        self._waiting: asyncio.Task[None] | None = None
        self._under_way = 0
        self._is_told = False

    @classmethod
    async def open(cls, server: str, hello: Frame) -> "PollTransport":
        body = to_json(hello).encode()
        headers, body = await request("POST", server, "/poll/visitor", {}, body)
        # A refused `hello` opens no connection. The response has an `error` and a close.
        transport = cls(server, headers.get("porchlight-line", ""))
        if transport._take(headers, body):
            transport._waiting = asyncio.create_task(transport._wait())
        return transport

    async def send(self, frames: list[Frame]) -> None:
        lines = [to_json(frame).encode() + b"\n" for frame in frames]
        while lines:
            body = lines.pop(0)
            while lines and len(body) + len(lines[0]) <= REQUEST_BYTES:
                body += lines.pop(0)
            await self._exchange(body)

    async def receive(self) -> Frame:
        frame = await self._incoming.get()
        if isinstance(frame, Exception):
            raise frame
        return frame

    async def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        """End without a close, as when the network is lost."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._incoming.put_nowait(Closed(None, "aborted"))

    async def _wait(self) -> None:
        while await self._exchange(b""):
            pass

    async def _exchange(self, body: bytes) -> bool:
        """Make a request. False if the connection has ended.

        A lost response's frames are not repeated on the same connection, so any failure ends it.
        """
        self._under_way += 1
        try:
            answer = await request("POST", self._server, "/poll/visitor", self._headers, body)
        except (Closed, Refused) as error:
            self._under_way -= 1
            if not isinstance(error, Refused) or error.code != "not_found":
                self._end(error)
            elif self._under_way == 0:
                self._end(Closed(None, "the server has no such line"))
            # Otherwise the other pending request gets the reason for the close.
            return False
        self._under_way -= 1
        return self._take(*answer)

    def _end(self, why: Closed | Refused) -> None:
        """Report the end of the connection, once."""
        if not self._is_told:
            self._is_told = True
            self._incoming.put_nowait(why)

    def _take(self, headers: Message, body: bytes) -> bool:
        for line in body.splitlines():
            self._incoming.put_nowait(json.loads(line))
        close = headers.get("porchlight-close")
        if close is None:
            return True
        code, _, reason = close.partition(" ")
        self._end(Closed(int(code), reason))
        return False


Transport = SocketTransport | PollTransport


def to_json(frame: Frame) -> str:
    # Escapes could make a long message in a non-Latin script too long for a frame.
    return json.dumps(frame, ensure_ascii=False)
