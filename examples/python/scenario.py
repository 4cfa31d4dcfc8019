"""Runs the clients against the real program and checks what docs/PROTOCOL.md promises.

python scenario.py [PROGRAM]
"""

import asyncio
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from porchlight import Agent, Closed, Visitor
from porchlight.log import Entry
from porchlight.transport import Frame, PollTransport, SocketTransport, Transport
from program import Program
from talk import Talk, acknowledged

DEFAULT_PROGRAM = Path(__file__).resolve().parents[2] / "target/release/porchlight"
SITE = "https://shop.example"
EMAIL, PASSWORD = "ann@example.com", "correct horse battery staple"
TIME_LIMIT_S = 60
FRAME_TIMEOUT_S = 10


@dataclass
class Scene:
    program: Program
    inbox: str
    agent: Agent
    # One by WebSocket, one by polling.
    talks: list[Talk]


async def talk_both_ways(scene: Scene) -> None:
    for talk in scene.talks:
        await talk.begin()
        await acknowledged([talk.agent_says("Yes, I am.")])
        await acknowledged([talk.agent_says("A friendly one.", is_note=True)])
        await acknowledged([talk.visitor_says("‘Quotes’, 漢字, 🏮\nand a second line")])
        await talk.check()


async def send_files(scene: Scene) -> None:
    data = "\n".join(f"line {number}" for number in range(50_000)).encode()
    for talk in scene.talks:
        file_id = await talk.visitor.upload("order & bill.txt", data)
        (entry,) = await acknowledged([talk.visitor_says("", [file_id])])
        (file,) = entry["files"]
        assert (file["name"], file["bytes"]) == ("order & bill.txt", len(data)), file
        fetched = await talk.agent.fetch(file["id"])
        assert fetched == data

        file_id = await talk.agent.upload("back.txt", fetched)
        await acknowledged([talk.agent_says("Here it is again.", [file_id])])
        await talk.check()
        (file,) = talk.visitor.log.entries[-1]["files"]
        assert await talk.visitor.fetch(file["id"]) == data


async def change_twice(scene: Scene) -> None:
    talk = scene.talks[0]
    for _ in range(2):
        async with asyncio.timeout(FRAME_TIMEOUT_S):
            await scene.agent.change(talk.conversation, "claim")
    # Once both sides have this message, everything before it has arrived.
    await acknowledged([talk.agent_says("I'll take care of it.")])
    await talk.check()
    bodies = [entry["body"] for entry in scene.agent.logs[talk.conversation].entries]
    events = [body["event"]["kind"] for body in bodies if body["kind"] == "event"]
    assert events == ["assigned"], events


async def say_hello_twice(scene: Scene) -> None:
    for line in await new_lines(scene):
        await line.send([hello(scene)])
        error = await next_frame(line, "error")
        assert error["code"] == "frame_unexpected", error
        await line.send([{"type": "ping"}])
        assert await next_frame(line, "pong") == {"type": "pong", "head": 0}
        await line.close()


async def send_capital_id(scene: Scene) -> None:
    for line in await new_lines(scene):
        capital = str(uuid.uuid4()).upper()
        await line.send([{"type": "send", "client_id": capital, "text": "Hello"}])
        error = await next_frame(line, "error")
        assert error["code"] == "bad_frame", error
        try:
            frame = await next_frame(line, "ack")
        except Closed as closed:
            assert not closed.may_come_back, closed
        else:
            raise AssertionError(frame)
        await line.close()


async def send_many_at_once(scene: Scene) -> None:
    codes = [error_codes(talk.visitor) for talk in scene.talks]
    numbers = range(28)
    await acknowledged(talk.visitor_says(f"message {n}") for n in numbers for talk in scene.talks)
    for talk, refused in zip(scene.talks, codes, strict=True):
        assert "slow_down" in refused, talk.name
        await talk.check()


async def lose_entry(scene: Scene) -> None:
    for talk in scene.talks:
        await acknowledged([talk.agent_says("This one gets lost.")])
        await talk.check()
        talk.visitor.log.entries.pop()
        await acknowledged([talk.agent_says("This one shows it.")])
        await talk.check()


async def cut_connection(scene: Scene) -> None:
    for talk in scene.talks:
        sends = [talk.visitor_says(f"before the cut {number}") for number in range(3)]
        await acknowledged(sends[:1])
        talk.visitor.cut()
        sends += [talk.visitor_says(f"after the cut {number}") for number in range(3)]
        sends += [talk.agent_says(f"meanwhile {number}") for number in range(3)]
        await acknowledged(sends)
        await talk.check()


async def stay_away(scene: Scene) -> None:
    for talk in scene.talks:
        await talk.visitor.stop()
        # More than the 100 entries that fit into one answer.
        await acknowledged(talk.agent_says(f"while you were away {n}") for n in range(130))
        await talk.visitor.start()
        await talk.check()


async def kill_server(scene: Scene) -> None:
    await restart(scene, signal.SIGKILL)


async def stop_server(scene: Scene) -> None:
    await restart(scene, signal.SIGTERM)


async def restart(scene: Scene, how: signal.Signals) -> None:
    """Everyone writes before the server stops, while it stops, and while it is down."""
    sends = everybody_writes(scene, "before")
    await acknowledged(sends[:1])
    ending = asyncio.create_task(scene.program.end(how))
    sends += everybody_writes(scene, "while")
    await ending
    sends += everybody_writes(scene, "after")
    await scene.program.start()
    await acknowledged(sends)
    for talk in scene.talks:
        await talk.check()


STEPS: list[tuple[str, Callable[[Scene], Awaitable[None]]]] = [
    ("an agent chats with two visitors, one by WebSocket and one by polling", talk_both_ways),
    ("a file is sent both ways", send_files),
    ("a repeated change is acknowledged twice", change_twice),
    ("a second hello is refused, and the connection stays open", say_hello_twice),
    ("an id in uppercase is refused", send_capital_id),
    ("all messages arrive despite the rate limit", send_many_at_once),
    ("a lost entry is requested again", lose_entry),
    ("a cut connection loses nothing", cut_connection),
    ("a long absence loses nothing", stay_away),
    ("a killed server loses nothing", kill_server),
    ("a stopped server loses nothing", stop_server),
]


def everybody_writes(scene: Scene, when: str) -> list[asyncio.Future[Entry]]:
    sends = []
    for talk in scene.talks:
        for number in range(5):
            sends.append(talk.visitor_says(f"{when} {number}"))
            sends.append(talk.agent_says(f"{when} {number}"))
    return sends


def error_codes(visitor: Visitor) -> list[str]:
    """The codes of all errors that the visitor gets from now on, as a growing list."""
    codes: list[str] = []
    visitor.on_frame = lambda frame: codes.append(frame.get("code", ""))
    return codes


def hello(scene: Scene) -> Frame:
    return {"type": "hello", "inbox": scene.inbox, "site": SITE}


async def new_lines(scene: Scene) -> list[Transport]:
    """A transport of each kind for a new visitor, without a client."""
    server = scene.program.address
    socket = await SocketTransport.open(server, "/ws/visitor", {})
    await socket.send([hello(scene)])
    lines: list[Transport] = [socket, await PollTransport.open(server, hello(scene))]
    for line in lines:
        await next_frame(line, "welcome")
    return lines


async def next_frame(line: Transport, kind: str) -> Frame:
    """The next frame of this type. Others may come before it."""
    async with asyncio.timeout(FRAME_TIMEOUT_S):
        while (frame := await line.receive())["type"] != kind:
            pass
        return frame


async def play(program: Program) -> None:
    login = ["--email", EMAIL, "--name", "Ann", "--role", "owner"]
    await program.run("agent", "create", *login, stdin=PASSWORD)
    inbox = (await program.run("inbox", "create", "--name", "Shop", "--site", SITE))["key"]
    await program.start()
    server = program.address
    async with (
        Agent(server, EMAIL, PASSWORD) as agent,
        Visitor(server, inbox, site=SITE) as by_socket,
        Visitor(server, inbox, site=SITE, is_polling=True) as by_polling,
    ):
        talks = [Talk("socket", by_socket, agent), Talk("polling", by_polling, agent)]
        scene = Scene(program, inbox, agent, talks)
        for what, step in STEPS:
            began = time.monotonic()
            await step(scene)
            print(f"{time.monotonic() - began:5.1f} s  {what}", flush=True)


async def main() -> None:
    path = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else DEFAULT_PROGRAM
    with tempfile.TemporaryDirectory() as folder:
        program = Program(path, Path(folder))
        try:
            async with asyncio.timeout(TIME_LIMIT_S):
                await play(program)
        except BaseException:
            print(program.log_tail(), file=sys.stderr)
            raise
        finally:
            await program.end(signal.SIGKILL)
    print("All checks passed")


if __name__ == "__main__":
    asyncio.run(main())
