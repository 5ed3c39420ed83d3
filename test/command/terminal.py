"""Runs a command whose stdout, stderr or both are a terminal of a given width, and prints what it wrote as JSON.

usage: terminal.py '{"columns": 80, "streams": ["stdout", "stderr"], "resize": {"after": "text", "columns": 40}}' COMMAND...
"""
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios

options = json.loads(sys.argv[1])


def resize(fd, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def own_terminal():
    """The terminal belongs to the child: a resize sends it SIGWINCH."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


leader, terminal = pty.openpty()
resize(leader, options["columns"])
child = subprocess.Popen(
    sys.argv[2:],
    stdin=subprocess.DEVNULL,
    stdout=terminal if "stdout" in options["streams"] else subprocess.PIPE,
    stderr=terminal if "stderr" in options["streams"] else subprocess.PIPE,
    preexec_fn=own_terminal,
)
os.close(terminal)
streams = {leader: "terminal"}
if child.stdout:
    streams[child.stdout.fileno()] = "stdout"
if child.stderr:
    streams[child.stderr.fileno()] = "stderr"
written = {name: b"" for name in streams.values()}
resized = 0
planned = options.get("resize")
while streams:
    for fd in select.select(list(streams), [], [])[0]:
        try:
            data = os.read(fd, 65536)
        except OSError:  # The terminal's last user has gone.
            data = b""
        if not data:
            del streams[fd]
            continue
        written[streams[fd]] += data
        if planned and not resized and planned["after"].encode() in written["terminal"]:
            resize(leader, planned["columns"])
            resized = len(written["terminal"])
result = {name: data.decode("utf8", "replace") for name, data in written.items()}
print(json.dumps({"stdout": "", "stderr": "", **result, "code": child.wait(), "resizedAt": resized}))
