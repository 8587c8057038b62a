"""Runs a command and keeps its busiest threads on a core each.

    python reference/pin.py [--threads 2] COMMAND ...

Schedulers of virtual machines may leave two threads on one core for whole seconds while the other
core idles; wall time then is CPU time and says nothing of the program. Linux only.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

INTERVAL_S = 0.1


def tasks(pid: int) -> dict[int, tuple[int, int]]:
    """Thread to (ticks computed, core it was last on): fields 14, 15 and 39 of proc(5)'s stat."""
    found = {}
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            found[int(task.name)] = int(fields[11]) + int(fields[12]), int(fields[36])
    except OSError:
        pass  # a thread or the program has ended meanwhile
    return found


def spread(busiest: list[tuple[int, int]], cores: list[int]) -> None:
    """Gives each (thread, core) a core of its own, where two share one."""
    if len({core for _, core in busiest}) == len(busiest):
        return
    for (thread, _), core in zip(busiest, cores):
        try:
            os.sched_setaffinity(thread, {core})
        except OSError:
            pass


def run(command: list[str], threads: int = 2, **options) -> int:
    """Runs the command, with options of `subprocess.Popen`; its exit code."""
    cores = sorted(os.sched_getaffinity(0))
    threads = min(threads, len(cores))
    before = {}
    process = subprocess.Popen(command, **options)
    while process.poll() is None:
        now = tasks(process.pid)
        spent = {t: ticks - before.get(t, (0, 0))[0] for t, (ticks, _) in now.items()}
        busy = sorted((t for t in now if spent[t] > 0), key=lambda t: -spent[t])[:threads]
        spread([(t, now[t][1]) for t in busy], cores)
        before = now
        time.sleep(INTERVAL_S)
    return process.returncode


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    return run(args.command, args.threads)


if __name__ == "__main__":
    sys.exit(main())
