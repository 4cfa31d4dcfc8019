"""A client for Porchlight's wire protocol (docs/PROTOCOL.md), for visitors and for agents."""

from .agent import Agent
from .errors import Closed, Refused
from .log import Log
from .visitor import Visitor

__all__ = ["Agent", "Closed", "Log", "Refused", "Visitor"]
