"""The common base of a visitor's client and an agent's client.

It keeps a connection and follows the three rules of "The conversation log" in the protocol: accept
entries by position, keep a send until it is acknowledged, and compare positions.
"""

import asyncio
import random
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self
from urllib.parse import quote

from .errors import Closed, Refused
from .http_request import request
from .log import Entry, Log
from .transport import Frame, Transport

PING_S = 15
# After a burst, the server accepts two messages per second from a visitor.
SLOW_DOWN_S = 0.5
UPLOAD_TRIES = 5


class Client(ABC):
    """Connects in its `async with` block and reconnects by itself.

    Everything is kept in memory. A client that must survive its own crash also stores the waiting
    sends, and a visitor's token, on disk.
    """

    side: str

    def __init__(self, server: str) -> None:
        self.server = server
        # By conversation. A visitor's frames don't name theirs: its log is at None.
        self.logs: dict[str | None, Log] = {}
        # Called with each frame after the client has handled it.
        self.on_frame: Callable[[Frame], None] = lambda _: None
        # Sends that are not acknowledged yet, by `client_id`, in order.
        self._waiting: dict[str, tuple[Frame, asyncio.Future[Entry]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._tries = 0
        self._reset_connection()

    def _reset_connection(self) -> None:
        """Reset the state of a single connection."""
        self._transport: Transport | None = None
        self._outgoing: asyncio.Queue[Frame] = asyncio.Queue()
        self._is_welcome = False
        self._early: list[Frame] = []
        self._has_heard = False
        self._last_error: Refused | None = None
        # After `slow_down`, only one message at a time is in flight.
        self._is_slow = False
        self._retry: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Disconnect. Logs and waiting sends are kept for another `start`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def until(self, holds: Callable[[], bool], timeout_s: float = 15) -> None:
        """Wait until incoming frames make the condition true."""
        assert self._task is not None, "it is started"
        async with asyncio.timeout(timeout_s):
            while not holds():
                if self._task.done():
                    await self._task
                self._news.clear()
                await self._news.wait()

    def cut(self) -> None:
        """Drop the connection, as when the network is lost."""
        if self._transport is not None:
            self._transport.abort()

    async def upload(self, name: str, data: bytes) -> str:
        """Upload a file and return its id for a send."""
        # The same id for every try: the server doesn't read a file again that has already arrived.
        file_id = str(uuid.uuid4())
        path = f"/files/{self.side}/{file_id}?name={quote(name, safe='')}"
        for tries in range(UPLOAD_TRIES):
            try:
                await request("PUT", self.server, path, self._credentials(), data)
            except (Closed, Refused) as error:
                if not error.may_come_back:
                    raise
                await asyncio.sleep(backoff_s(tries))
            else:
                return file_id
        raise Closed(None, "no answer to the upload")

    async def fetch(self, file_id: str) -> bytes:
        path = f"/files/{self.side}/{file_id}"
        return (await request("GET", self.server, path, self._credentials()))[1]

    # What differs between visitors and agents

    @abstractmethod
    async def _connect(self) -> Transport: ...

    @abstractmethod
    def _credentials(self) -> dict[str, str]:
        """The headers that file requests need."""

    @abstractmethod
    def _ask(self, log: Log) -> Frame:
        """The frame that asks for what follows the log's last entry."""

    @abstractmethod
    def _take_welcome(self, welcome: Frame) -> None: ...

    @abstractmethod
    def _take_other(self, frame: Frame) -> None:
        """Handle a frame that only this side knows, and ignore an unknown one."""

    # The connection

    async def _run(self) -> None:
        try:
            while True:
                ended = await self._run_connection()
                if not ended.may_come_back:
                    raise self._last_error or ended
                wait_s = ended.wait_s if isinstance(ended, Closed) else None
                await asyncio.sleep(backoff_s(self._tries) if wait_s is None else wait_s)
                self._tries += 1
        except Exception as failure:
            for _, entry in self._waiting.values():
                if not entry.done():
                    entry.set_exception(failure)
            raise
        finally:
            self._news.set()

    async def _run_connection(self) -> Closed | Refused:
        """Connect, exchange frames and return how the connection ended."""
        self._reset_connection()
        try:
            self._transport = transport = await self._connect()
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._read(transport))
                    tasks.create_task(self._write(transport))
                    tasks.create_task(self._ping())
            finally:
                self._is_welcome = False
                if self._retry is not None:
                    self._retry.cancel()
                await transport.close()
        except* (Closed, Refused) as group:
            ended = group.exceptions[0]
        assert isinstance(ended, Closed | Refused)
        return ended

    async def _read(self, transport: Transport) -> None:
        while True:
            frame = await transport.receive()
            self._has_heard = True
            self._take_frame(frame)
            self.on_frame(frame)
            self._news.set()

    async def _write(self, transport: Transport) -> None:
        while True:
            frames = [await self._outgoing.get()]
            while not self._outgoing.empty():
                frames.append(self._outgoing.get_nowait())
            await transport.send(frames)

    async def _ping(self) -> None:
        while True:
            self._has_heard = False
            await asyncio.sleep(PING_S)
            if not self._has_heard:
                raise Closed(None, "silence")
            self._put({"type": "ping"})
            for log in self.logs.values():
                # The last request may have been answered with an `error`.
                if log.is_catching_up:
                    self._put(self._ask(log))

    def _put(self, frame: Frame) -> None:
        # Nothing is sent before the `welcome`. What must not get lost is sent after it.
        if self._is_welcome:
            self._outgoing.put_nowait(frame)

    # Incoming frames

    def _take_frame(self, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                self._is_welcome = True
                self._tries = 0
                self._take_welcome(frame)
                for send, _ in self._waiting.values():
                    self._put(send)
                for news in self._early:
                    self._take_frame(news)
            case "error":
                self._take_error(frame)
            case _ if not self._is_welcome:
                # A frame that came before the `welcome` is newer than it.
                self._early.append(frame)
            case "entry" | "ack":
                self._take_entries(frame.get("conversation"), [frame["entry"]])
            case "entries":
                if log := self.logs.get(frame.get("conversation")):
                    log.is_catching_up = False
                self._take_entries(frame.get("conversation"), frame["entries"], frame["head"])
            case _:
                self._take_other(frame)

    def _take_entries(self, conversation: str | None, entries: list[Entry], head: int = 0) -> None:
        """Add entries by position, and ask for missing ones."""
        for entry in entries:
            self._settle(entry["client_id"], entry)
        log = self.logs.get(conversation)
        if log is None:
            return
        for entry in entries:
            log.take(entry)
        log.raise_head(head)
        if log.last < log.head and not log.is_catching_up:
            log.is_catching_up = True
            self._put(self._ask(log))

    def _take_error(self, frame: Frame) -> None:
        refused = Refused(frame["code"], frame["message"], is_temporary=frame["temporary"])
        client_id = frame.get("client_id")
        if client_id is None:
            # If the connection is closed next, this is why.
            self._last_error = refused
            self._take_other(frame)
        elif refused.may_come_back:
            self._slow_down()
        else:
            self._settle(client_id, refused)

    # Outgoing frames

    def _send(self, frame: Frame) -> asyncio.Future[Entry]:
        """Send a message now, and again after every `welcome` until it is acknowledged."""
        client_id = str(uuid.uuid4())
        frame = {"type": "send", "client_id": client_id, **frame}
        entry: asyncio.Future[Entry] = asyncio.Future()
        self._waiting[client_id] = frame, entry
        if not self._is_slow:
            self._put(frame)
        return entry

    def _settle(self, client_id: str, answer: Entry | Refused) -> None:
        """Resolve a send, unless it is resolved already or from another client."""
        if client_id not in self._waiting:
            return
        _, entry = self._waiting.pop(client_id)
        if entry.cancelled():
            pass
        elif isinstance(answer, Refused):
            entry.set_exception(answer)
        else:
            entry.set_result(answer)
        if self._is_slow:
            self._send_next()

    def _slow_down(self) -> None:
        """Start one wait: everything sent after the refused message is refused, too."""
        self._is_slow = True
        if self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(SLOW_DOWN_S, self._send_next)

    def _send_next(self) -> None:
        self._retry = None
        if self._waiting:
            frame, _ = next(iter(self._waiting.values()))
            self._put(frame)
        else:
            self._is_slow = False


def backoff_s(tries: int) -> float:
    """0.5, 1, 2 … 30 seconds, shortened by up to half so that clients don't all return at once."""
    return min(30.0, 0.5 * 2.0 ** min(tries, 6)) * (1 - random.random() / 2)
