"""The program under test: a server on a free port, with its data in a temporary folder."""

import asyncio
import json
import re
import signal
from pathlib import Path
from typing import Any

START_TIMEOUT_S = 20
LOG_TAIL_LINES = 20


class Program:
    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self._log = folder / "server.log"
        self._process: asyncio.subprocess.Process | None = None
        # Port 0 picks a free port, which then stays the same.
        self._listen = "127.0.0.1:0"

    @property
    def address(self) -> str:
        return f"http://{self._listen}"

    async def run(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        """Run one of the program's commands and return its parsed output."""
        process = await asyncio.create_subprocess_exec(
            self._path,
            *arguments,
            *("--json", "--data-dir", self._folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate(stdin.encode())
        assert process.returncode == 0, f"{arguments} exited with {process.returncode}"
        printed: dict[str, Any] = json.loads(output)
        return printed

    async def start(self) -> None:
        """Start the server and wait until it prints its address, when it is listening."""
        with self._log.open("ab") as log:
            process = self._process = await asyncio.create_subprocess_exec(
                self._path,
                "serve",
                *("--data-dir", self._folder, "--listen", self._listen),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert process.stdout is not None
        async with asyncio.timeout(START_TIMEOUT_S):
            while line := await process.stdout.readline():
                if address := re.search(rb"Inbox +http://(\S+?)/", line):
                    self._listen = address[1].decode()
                    return
        raise AssertionError(f"the server exited with {await process.wait()}")

    async def end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()

    def log_tail(self) -> str:
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return "\n".join(lines[-LOG_TAIL_LINES:])
