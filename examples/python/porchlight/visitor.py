"""A visitor's client, with one conversation at a time."""

import asyncio
import secrets
from collections.abc import Sequence

from .client import Client
from .errors import Closed
from .log import Entry, Log
from .transport import Frame, PollTransport, SocketTransport, Transport


class Visitor(Client):
    """A visitor to a site, by WebSocket or by polling.

    `token` comes from an earlier visit. Store it once the visitor has sent something, not before.
    """

    side = "visitor"

    def __init__(
        self,
        server: str,
        inbox: str,
        *,
        site: str,
        token: str | None = None,
        is_polling: bool = False,
    ) -> None:
        super().__init__(server)
        self.inbox = inbox
        self.site = site
        self.token = token
        self.is_polling = is_polling
        self.logs[None] = Log()
        # Until there is a token, the same seed means the same visitor.
        self._seed = secrets.token_hex(16)

    @property
    def log(self) -> Log:
        return self.logs[None]

    def send(self, text: str, files: Sequence[str] = ()) -> asyncio.Future[Entry]:
        """Send a message. The result is the entry, or `Refused` is raised."""
        return self._send({"text": text, "files": list(files)})

    def read(self, seq: int) -> None:
        """Report that everything up to this position was seen."""
        self._put({"type": "read", "seq": seq})

    async def _connect(self) -> Transport:
        hello: Frame = {"type": "hello", "inbox": self.inbox, "site": self.site}
        hello |= {"seed": self._seed} if self.token is None else {"token": self.token}
        if self.log.conversation is not None:
            hello |= {"conversation": self.log.conversation, "after": self.log.last}
        if self.is_polling:
            return await PollTransport.open(self.server, hello)
        transport = await SocketTransport.open(self.server, "/ws/visitor", {})
        await transport.send([hello])
        return transport

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "porchlight-inbox": self.inbox}

    def _ask(self, log: Log) -> Frame:
        return {"type": "resume", "after": log.last}

    def _take_welcome(self, welcome: Frame) -> None:
        self.token = welcome["token"]
        self.log.is_catching_up = False
        conversation = welcome.get("conversation")
        if conversation is None or conversation != self.log.conversation:
            # This is the latest page, which replaces what we have. It may begin anywhere.
            self.logs[None] = Log(conversation)
            self.log.entries = welcome["entries"][:1]
        self._take_entries(None, welcome["entries"], welcome["head"])

    def _take_other(self, frame: Frame) -> None:
        match frame["type"]:
            case "pong":
                self._take_entries(None, [], frame["head"])
            case "error" if frame["code"] == "token_invalid":
                # The only refusal after which to reconnect: as a new visitor.
                self.token = None
                self.logs[None] = Log()
                raise Closed(None, "token_invalid")
