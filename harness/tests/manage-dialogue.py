"""What run-manage says to both sockets, and what has to come back. Arguments: server socket, client socket."""
import re
import sys
import time

import managetalk

DEADLINE_S = 15


class Talk(managetalk.Connection):
    text = ""

    def expect(self, pattern):
        """True once pattern is in what came; what it needed is used up."""
        end = time.monotonic() + DEADLINE_S
        while True:
            found = re.search(pattern, self.text, re.M)
            if found:
                self.text = self.text[found.end():]
                return True
            data = self.receive(end - time.monotonic())
            if not data or time.monotonic() > end:
                return False
            self.text += data.decode("ascii", "replace")


STEPS = [
    # a greeting, the password, and one line for each answer [WP-MGMT-001]
    ("server", "", r"^>INFO:OpenVPN Management Interface Version 5"),
    ("server", "", r"^>HOLD:Waiting for hold release"),
    ("server", "hold", r"^SUCCESS: hold=1\r$"),
    ("server", "hold release", r"^SUCCESS: hold release succeeded\r$"),
    ("client", "", r"ENTER PASSWORD:"),
    ("client", "wrong", r"^ERROR: bad password\r\nENTER PASSWORD:"),
    ("client", "hello", r"^SUCCESS: password is correct\r$"),
    ("client", "", r"^>HOLD:Waiting for hold release"),
    ("client", "password Auth early", r"^ERROR: no password is currently needed at this time\r$"),
    ("client", "state on", r"^SUCCESS: real-time state notification set to ON\r$"),
    ("client", "log on all", r"^\d+,[INWD],.*\r\n(.*\r\n)*?END\r$"),
    ("client", "hold release", r"^SUCCESS: hold release succeeded\r$"),
    ("client", "", r"^>PASSWORD:Need 'Auth' username/password\r$"),
    ("client", 'username "Auth" alice', r"^SUCCESS: 'Auth' username entered, but not yet verified\r$"),
    ("client", "password Auth", r"^ERROR: the 'password' command requires 2 parameters\r$"),
    ("client", "version 5\r\npassword Auth\r\n!\r\nEND", r"^ERROR: the password can't be read"),
    ("client", 'password Auth\r\nYSAi\r\nYg==\r\nEND', r"^SUCCESS: 'Auth' password entered, but not yet verified\r$"),
    ("client", "test 3", r"^\[0\] [^\r]*\r\n\[1\] [^\r]*\r\n\[2\] [^\r]*\r$"),
    # names of states, and empty fields between commas [WP-MGMT-010]
    ("client", "", r"^>STATE:\d+,WAIT,,,,,,\r$"),
    ("client", "", r"^>STATE:\d+,AUTH,,,,,,\r$"),
    ("client", "", r"^>STATE:\d+,GET_CONFIG,,,,,,\r$"),
    ("client", "", r"^>STATE:\d+,CONNECTED,SUCCESS,10\.8\.0\.2,10\.77\.2\.2,1194,,\r$"),
    # lines up to END; arguments as in a configuration file [WP-MGMT-002]
    ("client", "status", r"^OpenVPN STATISTICS\r\nUpdated,[^\r]*\r\n(.*\r\n)*?END\r$"),
    ("client", "pid", r"^SUCCESS: pid=\d+\r$"),
    ("client", "bogus", r"^ERROR: unknown command, enter 'help' for more options\r$"),
    ("client", '"open', r"^ERROR: "),
    ("client", "x" * 3000, r"^ERROR: "),
    ("client", "log off", r"^SUCCESS: real-time log notification set to OFF\r$"),
    ("server", "status 2", r"^CLIENT_LIST,ovlab-client,10\.77\.1\.2:\d+,10\.8\.0\.2,"),
    ("server", "", r"^END\r$"),
    ("server", "load-stats", r"^SUCCESS: nclients=1,bytesin=\d+,bytesout=\d+\r$"),
    ("server", "client-kill 0", r"^SUCCESS: client-kill command succeeded\r$"),
    ("client", "", r"^>NOTIFY:info,server-pushed-connection-reset,"),
    ("client", "", r"^>STATE:\d+,RECONNECTING,server-pushed-connection-reset,,,,,\r$"),
    ("client", "", r"^>HOLD:Waiting for hold release"),
    ("client", "hold off", r"^SUCCESS: hold flag set to OFF\r$"),
    ("client", "hold release", r"^SUCCESS: hold release succeeded\r$"),
    ("client", "remote-entry-get all", r"^0,10\.77\.2\.2,1194,udp,enabled\r\nEND\r$"),
    ("client", "", r"^>STATE:\d+,CONNECTED,SUCCESS,"),
    ("server", "kill nobody", r"^ERROR: common name 'nobody' not found\r$"),
    ("server", "kill ovlab-client", r"^SUCCESS: common name 'ovlab-client' found, 1 client\(s\) killed\r$"),
    ("server", "signal SIGKILL", r"^ERROR: "),
    ("client", "signal SIGTERM", r"^SUCCESS: signal SIGTERM thrown\r$"),
    ("client", "", r"^>STATE:\d+,EXITING,SIGTERM,,,,,\r$"),
    ("server", "version", r"^OpenVPN Version: ovref "),
    ("server", "signal SIGTERM", r"^SUCCESS: signal SIGTERM thrown\r$"),
]

talks = {"server": Talk(sys.argv[1]), "client": Talk(sys.argv[2])}
for number, (side, line, pattern) in enumerate(STEPS):
    if line:
        talks[side].say(line)
    if not talks[side].expect(pattern):
        print(f"FAIL {side} {line[:60]!r}: waited in vain for {pattern}\n{talks[side].text[-800:]}")
        sys.exit(1)
print(f"{len(STEPS)} steps as expected")
