"""The order API of a qris-gateway stand, with nothing but Python's standard library (3.9 or newer)."""

import http.client
import json
import socket
import time
from urllib.parse import quote

SOCKET = "/run/qris-gateway/orders.sock"
# A heartbeat comes every 15 seconds: who is silent for longer is gone.
SILENCE_SECONDS = 45
FINAL = ("delivered", "troubled", "closed")


class Refused(Exception):
    """The stand understood, and says no. `error` is a word for programs, `body` all it said."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body.get('message')}")
        self.status, self.error, self.body = status, body.get("error"), body


class _Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Stand:
    def __init__(self, path=SOCKET):
        self._path = path

    def place(self, order, patience_seconds=60):
        """Orders. Repeating is safe: the reference makes it the same order. Waits while the stand is busy or not ready."""
        give_up = time.monotonic() + patience_seconds
        while True:
            try:
                return self._call("POST", "/orders", order)
            except Refused as refused:
                is_temporary = refused.status == 503 or refused.error == "busy"
                if not is_temporary or time.monotonic() > give_up:
                    raise
            except OSError:
                if time.monotonic() > give_up:
                    raise
            time.sleep(1)

    def cancel(self, order_id):
        return self._call("DELETE", f"/orders/{order_id}")

    def answer(self, order_id, release_id, outcome):
        """Says what became of a release, until the stand has it on its disk. Repeating is safe."""
        path = f"/orders/{order_id}/release/{quote(release_id)}"
        while True:
            try:
                return self._call("POST", path, outcome)
            except Refused as refused:
                if refused.status != 503:
                    raise
            except OSError:
                pass
            time.sleep(0.5)

    def follow(self, order_id):
        """Every state of the order, the present one first, up to and with the one that ends it; also when the stand restarts."""
        last = None
        while True:
            try:
                for last, order in self._events(order_id, last):
                    yield order
                    if order["state"] in FINAL:
                        return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.5)

    def _call(self, method, path, body=None):
        connection = _Connection(self._path, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except http.client.HTTPException as broken:
            raise ConnectionError(str(broken)) from broken
        finally:
            connection.close()
        if answer.status >= 400:
            raise Refused(answer.status, said)
        return said

    def _events(self, order_id, last):
        connection = _Connection(self._path, timeout=SILENCE_SECONDS)
        try:
            connection.request("GET", f"/orders/{order_id}/events", headers={"Last-Event-ID": last} if last else {})
            answer = connection.getresponse()
            if answer.status != 200:
                refused = Refused(answer.status, json.loads(answer.read()))
                if answer.status == 503:
                    raise ConnectionError(str(refused))
                raise refused
            event = {}
            for line in iter(answer.readline, b""):
                name, _, value = line.decode().rstrip("\r\n").partition(": ")
                if name:
                    event[name] = value
                elif "data" in event:
                    yield event.get("id"), json.loads(event["data"])
                    event = {}
        finally:
            connection.close()
