"""Firefox for the browser tests, driven by WebDriver BiDi over a socket."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("firefox-esr", "firefox")
SECONDS = 600
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_EVENTS = ("log.entryAdded", "network.beforeRequestSent")


def program() -> str | None:
    """Where Firefox is; None where it is not installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Firefox:
    """One tab. `errors` are what its console was told of, `requests` the addresses it asked."""

    def __init__(self, socket):
        self._socket, self._last = socket, 0
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=list(_EVENTS))
        self._tab = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method: str, **parameters) -> dict:
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            self._note(message.get("method"), message.get("params", {}))
            if message.get("id") == self._last:
                assert message["type"] == "success", message
                return message["result"]

    def _note(self, event: str | None, told: dict) -> None:
        if event == "network.beforeRequestSent":
            self.requests.append(told["request"]["url"])
        elif event == "log.entryAdded" and told["level"] == "error":
            self.errors.append(told["text"])

    def open(self, url: str) -> None:
        self.send("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def run(self, script: str):
        """What a script ends with, which must be a text or a number."""
        told = self.send("script.evaluate", expression=script, target={"context": self._tab},
                         awaitPromise=True)
        assert told["type"] == "success", told["exceptionDetails"]["text"]
        return told["result"].get("value")

    def evaluate(self, expression: str):
        """The value of an expression, which must be JSON."""
        return json.loads(self.run(f"JSON.stringify({expression})") or "null")


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Firefox with a profile of its own in a folder."""
    from websocket import create_connection

    process = subprocess.Popen(
        [program(), "--headless", "--no-remote", "--profile", str(folder),
         "--remote-debugging-port", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True)
    try:
        found = next(filter(None, map(_LISTENS.search, process.stderr)))
        socket = create_connection(f"{found[1]}/session", timeout=SECONDS, suppress_origin=True)
        yield Firefox(socket)
        socket.close()
    finally:
        process.terminate()
        process.wait()
