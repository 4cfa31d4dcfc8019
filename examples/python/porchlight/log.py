"""A client's copy of one conversation. It knows nothing about connections."""

from typing import Any

Entry = dict[str, Any]


class Log:
    """The entries of a conversation, in order and without gaps.

    `conversation` is None until the server has said which one it is.
    """

    def __init__(self, conversation: str | None = None) -> None:
        self.conversation = conversation
        self.entries: list[Entry] = []
        # The highest position that we know of, whether or not we have its entry.
        self.head = 0
        # Whether we have asked for missing entries and are waiting for the answer.
        self.is_catching_up = False

    @property
    def last(self) -> int:
        return self.entries[-1]["seq"] if self.entries else 0

    def take(self, entry: Entry) -> None:
        """Append the entry if it is the next one.

        An entry that we already have is skipped. So is one after a gap: it comes again with the
        missing ones.
        """
        if entry["prev"] == self.last < entry["seq"]:
            self.entries.append(entry)
        self.raise_head(entry["seq"])

    def raise_head(self, head: int) -> None:
        self.head = max(self.head, head)
