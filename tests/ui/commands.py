"""Run commands, here or as processes of their own; what they are asked, and the small sources behind them."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from click.testing import CliRunner

from ui.cli import cli

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-c", "from ui.cli import main; main()"]
SOURCE = """\
---
id: {id}
kind: {kind}
title: About {drug}
year: {year}
words: own
---

## How it works
{drug} {works}

## Stopping and withdrawal
Stopping {drug} suddenly can cause withdrawal symptoms, so the dose is lowered in steps.
"""
SOURCES = {
    "diazepam": ("label", 2020, "strengthens the effect of GABA, the brain's main inhibitory messenger."),
    "sertraline": ("label", 2020, "blocks the reuptake of serotonin into nerve cells."),
    "bupropion": ("review", 2020, "blocks the reuptake of noradrenaline and dopamine into nerve cells."),
}
QUESTION = "how does diazepam work"
DISCLAIMER = "medical advice"


def write_sources(folder: Path) -> Path:
    folder.mkdir()
    for drug, (kind, year, works) in SOURCES.items():
        name = drug.capitalize()
        text = SOURCE.format(id=f"{drug}_source", kind=kind, drug=name, year=year, works=works)
        (folder / f"{drug}.md").write_text(text, encoding="utf-8")
    return folder


def invoke(*arguments, **kwargs):
    return CliRunner().invoke(cli, [str(each) for each in arguments], **kwargs)


def run(*arguments, env=None, **kwargs) -> subprocess.CompletedProcess:
    """The command as a process of its own."""
    environment = {**os.environ, **(env or {})}
    command = [*RUN, *map(str, arguments)]
    kwargs = {"stdin": subprocess.DEVNULL, "cwd": ROOT, **kwargs}
    return subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False, **kwargs)


def in_terminal(*arguments, env=None) -> str:
    """What the command writes on standard output when that is a terminal."""
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment |= {"TERM": "xterm", **(env or {})}
    process = subprocess.Popen(
        [*RUN, *map(str, arguments)], stdout=theirs, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    process.wait(timeout=60)
    return written.decode()


def typed(*arguments, keys: list[bytes], prompt=b"> ", within_s=60.0) -> tuple[int, str]:
    """Type each of the keys when the prompt has come; the exit code, and what the terminal showed.

    As people do, it types when the screen has come to rest, and the same key again where nothing comes of it
    for some seconds: between showing the prompt and reading from it, readline may miss a Ctrl-C.
    """
    child, ours = pty.fork()  # with a terminal of its own, so that Ctrl-C is a signal
    if child == 0:
        os.chdir(ROOT)
        os.execve(RUN[0], [*RUN, *map(str, arguments)], {**os.environ, "TERM": "dumb", "NO_COLOR": "1"})
    shown, left, until = b"", list(keys), time.monotonic() + within_s
    seen, key, changed = 0, b"", time.monotonic()
    while time.monotonic() < until:
        if not select.select([ours], [], [], 0.2)[0]:
            if left and shown.count(prompt) > seen:
                seen, key = shown.count(prompt), left.pop(0)
                os.write(ours, key)
                changed = time.monotonic()
            elif key and time.monotonic() - changed > 5:
                os.write(ours, key)
                changed = time.monotonic()
            continue
        try:
            part = os.read(ours, 65536)
        except OSError:  # it has ended
            break
        if not part:
            break
        shown += part
        changed = time.monotonic()
    else:
        os.kill(child, signal.SIGKILL)
    os.close(ours)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()
