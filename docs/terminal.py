#!/usr/bin/env python3
"""Draws what kling-lint prints on a terminal as docs/terminal.svg.

    cargo build --release --bin kling-lint
    python3 docs/terminal.py

Only the standard library is needed. The command runs on a pseudo-terminal (so this needs a Unix); its
lines are broken where a terminal of that width would break them.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = ["kling-lint", "fixtures/tour/cat.image2video.json"]
COLUMNS = 118
SIZE, ADVANCE, LINE, MARGIN, TITLE = 13, 7.83, 19, 16, 30
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
INK, PAPER, BAR = "#d4d7dd", "#16181d", "#23262d"
COLOURS = {
    "91": "#ff6b68", "31": "#ff6b68", "92": "#7ec87e", "32": "#7ec87e", "93": "#e5c07b",
    "33": "#e5c07b", "94": "#6cb0ff", "34": "#6cb0ff", "96": "#6fd0d0", "36": "#6fd0d0",
}


def printed():
    """What the command prints on a terminal."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    binary = next(path for name in ("release", "debug") if (path := target / name / COMMAND[0]).exists())
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    child = subprocess.Popen(
        [binary, "--color", "always", *COMMAND[1:]], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=writer, stderr=writer
    )
    os.close(writer)
    parts = []
    try:
        while part := os.read(reader, 65536):
            parts.append(part)
    except OSError:
        pass  # Linux says so when the other side is closed
    os.close(reader)
    child.wait()
    return b"".join(parts).decode().replace("\r\n", "\n")


def cells(text):
    """Lines of (character, colour, bold), broken at the terminal's width."""
    lines, colour, bold = [[]], None, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", text):
        if part.startswith("\x1b"):
            for code in part[2:-1].split(";"):
                if code in ("", "0"):
                    colour, bold = None, False
                elif code == "1":
                    bold = True
                elif code in COLOURS:
                    colour = COLOURS[code]
            continue
        for character in part:
            if character == "\n":
                lines.append([])
                continue
            if len(lines[-1]) == COLUMNS:
                lines.append([])
            lines[-1].append((character, colour, bold))
            if unicodedata.east_asian_width(character) in "WF":
                lines[-1].append(("", colour, bold))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def runs(line):
    """Neighbours of one style: (column, text, colour, bold)."""
    found = []
    for column, (character, colour, bold) in enumerate(line):
        if found and found[-1][2:] == (colour, bold):
            found[-1] = (found[-1][0], found[-1][1] + character, colour, bold)
        else:
            found.append((column, character, colour, bold))
    return found


def svg(lines):
    width = round(COLUMNS * ADVANCE + 2 * MARGIN)
    height = TITLE + MARGIN + len(lines) * LINE + MARGIN // 2
    label = escape("kling-lint on a terminal: " + " ".join(COMMAND))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{label}">',
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>',
        f'<path d="M0 {TITLE}V8a8 8 0 0 1 8-8H{width - 8}a8 8 0 0 1 8 8V{TITLE}z" fill="{BAR}"/>',
    ]
    for index, dot in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        out.append(f'<circle cx="{MARGIN + 4 + 18 * index}" cy="{TITLE / 2:g}" r="5" fill="{dot}"/>')
    out.append(f'<g font-family="{FONT}" font-size="{SIZE}" fill="{INK}" xml:space="preserve">')
    for row, line in enumerate(lines):
        y = TITLE + MARGIN + row * LINE + SIZE - 3
        for column, text, colour, bold in runs(line):
            if not text.strip():
                continue
            fill = f' fill="{colour}"' if colour else ""
            weight = ' font-weight="bold"' if bold else ""
            length = len(text) * ADVANCE
            out.append(
                f'<text x="{MARGIN + column * ADVANCE:g}" y="{y}"{fill}{weight} textLength="{length:g}" '
                f'lengthAdjust="spacingAndGlyphs" style="white-space:pre">{escape(text, quote=False)}</text>'
            )
    out += ["</g>", "</svg>", ""]
    return "\n".join(out)


if __name__ == "__main__":
    prompt = "\x1b[1;92m$\x1b[0m " + " ".join(COMMAND) + "\n"
    (ROOT / "docs" / "terminal.svg").write_text(svg(cells(prompt + printed())), encoding="utf-8")
