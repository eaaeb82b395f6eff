"""uvicorn's protocols with what they lack: deadlines, bounds, and an end in good order.

A client may be slow, silent, greedy or broken: its connection ends, and nothing else does. There are no timers:
`Server` asks each connection once in a while, by `check`, whether its time is up.
"""

from gql_api.http.protocols.connection import Watched, give_up
from gql_api.http.protocols.http import HttpProtocol
from gql_api.http.protocols.websocket import WebSocketProtocol

__all__ = ["HttpProtocol", "Watched", "WebSocketProtocol", "give_up"]
