# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives a headless Chromium over its DevTools pipe: no driver program, no port, nothing besides Python."""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time

KEYS = {"ArrowLeft": 37, "ArrowRight": 39, "End": 35, "Home": 36, "Tab": 9, "Enter": 13, " ": 32}


class BrowserError(Exception):
    pass


def find_chromium():
    return shutil.which("chromium")


class Browser:
    """One browser process with one page. A context manager: at its end the process is gone."""

    def __init__(self, timeout_s=60):
        self.timeout_s = timeout_s
        self.events = []
        self._last_id = 0
        self._buffer = b""
        self._profile = tempfile.mkdtemp(prefix="lockstep-browser-")
        self._start()
        target = self.call("Target.createTarget", {"url": "about:blank"}, session=None)["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True}, session=None)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setFocusEmulationEnabled", {"enabled": True})

    def _start(self):
        to_child, ours_out = os.pipe()
        ours_in, to_us = os.pipe()
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in (to_child, to_us)]
        words = ["chromium", "--headless=new", "--remote-debugging-pipe", "--user-data-dir=" + self._profile,
                 "--no-first-run", "--disable-gpu", "--disable-extensions", "--disable-component-update",
                 "--disable-background-networking", "--disable-sync", "--hide-scrollbars", "about:blank"]
        if os.geteuid() == 0:
            words.insert(1, "--no-sandbox")  # it has none for root; what it opens here are files of our own
        self._quiet = os.open(os.devnull, os.O_RDWR)
        self._pid = os.posix_spawn(
            find_chromium(), words, os.environ, setpgroup=0,
            file_actions=[(os.POSIX_SPAWN_DUP2, high[0], 3), (os.POSIX_SPAWN_DUP2, high[1], 4),
                          (os.POSIX_SPAWN_DUP2, self._quiet, 1), (os.POSIX_SPAWN_DUP2, self._quiet, 2)])
        for fd in (to_child, to_us, *high):
            os.close(fd)
        self._out, self._in = ours_out, ours_in

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            os.killpg(self._pid, signal.SIGKILL)  # a group of its own: its helpers too
        except ProcessLookupError:
            pass
        os.waitpid(self._pid, 0)
        for fd in (self._out, self._in, self._quiet):
            os.close(fd)
        shutil.rmtree(self._profile, ignore_errors=True)

    def _receive(self, end):
        while b"\0" not in self._buffer:
            if not select.select([self._in], [], [], max(0, end - time.monotonic()))[0]:
                raise BrowserError("the browser does not answer")
            data = os.read(self._in, 1 << 16)
            if not data:
                raise BrowserError("the browser is gone")
            self._buffer += data
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, params=None, session=""):
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params or {}}
        if session is not None:
            message["sessionId"] = session or self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data):]
        end = time.monotonic() + self.timeout_s
        while True:
            answer = self._receive(end)
            if answer.get("id") == self._last_id:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        """The next event of this name that has not been waited for."""
        end = time.monotonic() + self.timeout_s
        while True:
            for i, event in enumerate(self.events):
                if event.get("method") == method:
                    return self.events.pop(i)["params"]
            self.events.append(self._receive(end))

    def seen(self, method):
        self.run("0")  # whatever came before this has been read then
        return [event["params"] for event in self.events if event.get("method") == method]

    def open(self, url):
        self.events.clear()
        answer = self.call("Page.navigate", {"url": url})
        if answer.get("errorText"):
            raise BrowserError(answer["errorText"])
        self.wait_for("Page.loadEventFired")

    def run(self, script):
        answer = self.call("Runtime.evaluate",
                           {"expression": script, "returnByValue": True, "awaitPromise": True, "userGesture": True})
        if "exceptionDetails" in answer:
            raise BrowserError(answer["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        return answer["result"].get("value")

    def press(self, key, modifiers=0):
        event = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key], "modifiers": modifiers}
        if key == "Enter":
            event["text"] = "\r"
        self.call("Input.dispatchKeyEvent", {"type": "keyDown", **event})
        self.call("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    def screen(self, width, height, dark=False, phone=False):
        self.call("Emulation.setDeviceMetricsOverride",
                  {"width": width, "height": height, "deviceScaleFactor": 2 if phone else 1, "mobile": phone})
        self.call("Emulation.setEmulatedMedia",
                  {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def screenshot(self, path, whole=False):
        image = self.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def complaints(self):
        """What a user would see as errors in the console."""
        logged = [entry["entry"]["text"] for entry in self.seen("Log.entryAdded")
                  if entry["entry"]["level"] in ("error", "warning")]
        said = [str(call["args"]) for call in self.seen("Runtime.consoleAPICalled") if call["type"] in ("error", "warning")]
        return logged + said + [thrown["exceptionDetails"]["text"] for thrown in self.seen("Runtime.exceptionThrown")]

    def requests(self):
        return [request["request"]["url"] for request in self.seen("Network.requestWillBeSent")]
