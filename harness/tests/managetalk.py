"""The connecting half of the scripts that speak to a management interface."""
import socket
import time


class Connection:
    """Over a unix socket, which may come a moment later than the script."""

    def __init__(self, path, seconds=15):
        self.socket = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + seconds
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def receive(self, seconds):
        """What comes within that time, b"" for nothing."""
        self.socket.settimeout(max(0.005, seconds))
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""

    def say(self, text):
        self.socket.sendall(text.encode() + b"\r\n")
