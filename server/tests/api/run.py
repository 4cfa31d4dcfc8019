"""Tests a running Porchlight with schemathesis: requests that its OpenAPI document allows, and ones that it doesn't.

`run.py PROGRAM SCHEMATHESIS` starts the program in a temporary folder, with an owner, a token and a little data,
and exits with schemathesis's exit code.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

HERE = Path(__file__).parent
OWNER = "owner@example.com"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(program: str, schemathesis: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"PORCHLIGHT_DATA_DIR": folder}

        def command(*args: str, said: str = "") -> str:
            done = subprocess.run(
                [program, *args], env=env, input=said, text=True, capture_output=True, check=True
            )
            return done.stdout.strip()

        port = free_port()
        serving = [program, "serve", "--listen", f"127.0.0.1:{port}"]
        with open(Path(folder) / "log", "w") as log:
            server = subprocess.Popen(serving, env=env, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/readyz", server)
            owner = ["--email", OWNER, "--name", "Owner", "--role", "owner"]
            command("agent", "create", *owner, said="correct horse\n")
            token = command("token", "create", "--name", "test", "--agent", OWNER)
            fill(f"{url}/api/v1", token)
            document = f"{url}/api/v1/openapi.json"
            asked = [schemathesis, "--config-file", str(HERE / "schemathesis.toml"), "run", document]
            return subprocess.run([*asked, "--header", f"Authorization: Bearer {token}"]).returncode
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(url)
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the program did not start")


def fill(url: str, token: str) -> None:
    """Creates a visitor, a conversation and a note, so that lists are not empty."""

    def call(method: str, path: str, body: dict | None = None):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(url + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    inbox = call("GET", "/inboxes")[0]["id"]
    user = {"inbox": inbox, "user_id": "42", "name": "Ann", "attributes": {"plan": "pro"}}
    visitor = call("POST", "/visitors/identify", user)["id"]
    said = {"client_id": str(uuid.uuid4()), "text": "Is it open?"}
    call("POST", f"/visitors/{visitor}/messages", said)
    conversation = call("GET", "/conversations")["conversations"][0]["id"]
    call("POST", f"/conversations/{conversation}/claim")
    note = {"client_id": str(uuid.uuid4()), "text": "Nice.", "note": True}
    call("POST", f"/conversations/{conversation}/messages", note)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
