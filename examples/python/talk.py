"""One conversation of the scenario: a visitor, an agent, and what each of them has written."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import pairwise

from porchlight import Agent, Visitor
from porchlight.log import Entry

ACK_TIMEOUT_S = 20
VISIBLE_EVENTS = {"assigned", "resolved", "reopened"}


class Talk:
    def __init__(self, name: str, visitor: Visitor, agent: Agent) -> None:
        self.name = name
        self.visitor = visitor
        self.agent = agent
        self.conversation = ""
        self.said: dict[str, list[str]] = {"visitor": [], "agent": []}

    async def begin(self) -> None:
        """Send the first message, which makes the agent aware of the conversation."""
        known = set(self.agent.summaries)
        await acknowledged([self.visitor_says("Hello, is anybody there?")])
        await self.agent.until(lambda: set(self.agent.summaries) != known)
        (self.conversation,) = set(self.agent.summaries) - known
        self.agent.watch(self.conversation)

    def visitor_says(self, text: str, files: Sequence[str] = ()) -> asyncio.Future[Entry]:
        self.said["visitor"].append(text)
        return self.visitor.send(text, files)

    def agent_says(
        self, text: str, files: Sequence[str] = (), *, is_note: bool = False
    ) -> asyncio.Future[Entry]:
        self.said["agent"].append(text)
        return self.agent.send(self.conversation, text, files, is_note=is_note)

    async def check(self) -> None:
        """Wait until both sides have everything, and compare what they have."""
        entries = self.agent.logs[self.conversation].entries
        count = sum(len(texts) for texts in self.said.values())
        await self.agent.until(lambda: len(without_events(entries)) >= count)
        visible = [entry for entry in entries if is_visible(entry)]
        await self.visitor.until(lambda: self.visitor.log.last >= visible[-1]["seq"])

        for side, said in self.said.items():
            heard = [e for e in without_events(entries) if e["author"]["kind"] == side]
            assert [e["body"]["text"] for e in heard] == said, f"{self.name}: {side}'s messages"
        assert [e["seq"] for e in entries] == list(range(1, len(entries) + 1)), "no gaps"
        assert len({e["client_id"] for e in entries}) == len(entries), "no duplicates"
        assert all(one["at_ms"] <= other["at_ms"] for one, other in pairwise(entries))
        for log in entries, self.visitor.log.entries:
            assert [e["prev"] for e in log] == [0, *(e["seq"] for e in log[:-1])]
        assert without_prev(self.visitor.log.entries) == without_prev(visible), self.name


async def acknowledged(sends: Iterable[asyncio.Future[Entry]]) -> list[Entry]:
    async with asyncio.timeout(ACK_TIMEOUT_S):
        return await asyncio.gather(*sends)


def without_events(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry["body"]["kind"] != "event"]


def without_prev(entries: list[Entry]) -> list[Entry]:
    """The fields that are the same for both sides. After a note, `prev` differs."""
    return [{name: entry[name] for name in entry if name != "prev"} for entry in entries]


def is_visible(entry: Entry) -> bool:
    """Whether the visitor can see the entry."""
    body = entry["body"]
    if body["kind"] == "event":
        return body["event"]["kind"] in VISIBLE_EVENTS
    return bool(body["kind"] == "message")
