"""The two kinds of failure: the server refuses a request, or the connection ends."""

import json


class Refused(Exception):
    """The server refused a request. `code` is one of the protocol's error codes."""

    def __init__(self, code: str, message: str = "", *, is_temporary: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.may_come_back = is_temporary

    @classmethod
    def from_response(cls, status: int, body: bytes | bytearray) -> "Refused":
        """Read a problem document, or use the status if a proxy sent something else."""
        try:
            problem = json.loads(body)
            if isinstance(problem, str):
                # A refused login is answered with only the code.
                return cls(problem, is_temporary=status == 429)
            return cls(problem["code"], problem["title"], is_temporary=problem["temporary"])
        except (ValueError, TypeError, KeyError):
            return cls(f"http_{status}", is_temporary=status >= 500)


class Closed(Exception):
    """A connection has ended. `code` is its close code, or None if the network was lost."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code or 'lost'}: {reason}")
        self.may_come_back = code is None or not (code == 1009 or 4000 <= code < 4100)
        # A stopping server says how long to wait.
        kind, _, wait_ms = reason.partition(":")
        self.wait_s = int(wait_ms) / 1000 if code == 4101 and kind == "stopping" else None
