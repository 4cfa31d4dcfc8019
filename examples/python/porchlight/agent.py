"""An agent's client: watches conversations and replies."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from .client import Client
from .errors import Refused
from .http_request import request
from .log import Entry, Log
from .transport import Frame, SocketTransport, Transport


class Agent(Client):
    """An agent. `start` logs in."""

    side = "agent"

    def __init__(self, server: str, email: str, password: str) -> None:
        super().__init__(server)
        self._login = {"email": email, "password": password}
        self._cookie = ""
        # The newest summary of every conversation that we know of, by id.
        self.summaries: dict[str, dict[str, Any]] = {}
        self._change: tuple[Frame, asyncio.Future[None]] | None = None
        self._change_lock = asyncio.Lock()

    async def start(self) -> None:
        self._cookie = await log_in(self.server, self._login)
        await super().start()

    def watch(self, conversation: str) -> Log:
        """Keep a log of the conversation from now on."""
        log = self.logs.setdefault(conversation, Log(conversation))
        log.is_catching_up = True
        self._put(self._ask(log))
        return log

    def send(
        self, conversation: str, text: str, files: Sequence[str] = (), *, is_note: bool = False
    ) -> asyncio.Future[Entry]:
        """Send a message, or a note that visitors don't see. The result is the entry."""
        frame = {"conversation": conversation, "text": text, "files": list(files)}
        return self._send({**frame, "note": is_note})

    def read(self, conversation: str, seq: int) -> None:
        """Report that everything up to this position was seen."""
        self._put({"type": "read", "conversation": conversation, "seq": seq})

    async def change(self, conversation: str, action: str, **fields: Any) -> None:
        """Claim, resolve, label and so on. Raises `Refused`.

        The answer names the conversation but not the change, so changes are made one at a time.
        """
        change = {"action": action, **fields}
        frame = {"type": "change", "conversation": conversation, "change": change}
        async with self._change_lock:
            answer: asyncio.Future[None] = asyncio.Future()
            self._change = frame, answer
            self._put(frame)
            await answer

    async def _connect(self) -> Transport:
        return await SocketTransport.open(self.server, "/ws/agent", self._credentials())

    def _credentials(self) -> dict[str, str]:
        return {"Cookie": self._cookie}

    def _ask(self, log: Log) -> Frame:
        return {"type": "watch", "conversation": log.conversation, "after": log.last}

    def _take_welcome(self, welcome: Frame) -> None:
        self.summaries |= {summary["id"]: summary for summary in welcome["conversations"]}
        for log in self.logs.values():
            log.is_catching_up = True
            self._put(self._ask(log))
        if self._change is not None:
            # Making the same change twice is harmless.
            self._put(self._change[0])

    def _take_other(self, frame: Frame) -> None:
        match frame["type"]:
            case "conversation":
                summary = frame["summary"]
                self.summaries[summary["id"]] = self.summaries.get(summary["id"], {}) | summary
                self._take_entries(summary["id"], [], summary["head"])
            case "changed" | "error":
                self._answer_change(frame)

    def _answer_change(self, frame: Frame) -> None:
        if self._change is None or frame.get("conversation") != self._change[0]["conversation"]:
            return
        answer = self._change[1]
        self._change = None
        if answer.cancelled():
            pass
        elif frame["type"] == "error":
            answer.set_exception(Refused(frame["code"], frame["message"]))
        else:
            answer.set_result(None)


async def log_in(server: str, fields: dict[str, str]) -> str:
    """Submit the login page's form and return the session cookie."""
    _, page = await request("GET", server, "/login", {})
    form = re.search(r'action="(/call/log_in\d*)"', page.decode())
    assert form is not None, "the login page has a form"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    answer, _ = await request("POST", server, form[1], headers, urlencode(fields).encode())
    # The other cookie only recognizes the browser; it gives no access.
    cookies = [cookie.partition(";")[0] for cookie in answer.get_all("Set-Cookie", [])]
    return next(cookie for cookie in cookies if "porchlight_session=" in cookie)
