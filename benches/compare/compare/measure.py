"""Rounds: each command once, in another order each time; medians, and ratios within a round."""

import random
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Launcher:
    """The small process that starts and measures the others."""

    def __init__(self, cap):
        self.cap = cap
        # -I -S: nothing is imported that the launcher does not name.
        words = [sys.executable, "-I", "-S", HERE / "spawn.py"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, words, folder, output="/dev/null"):
        words = [str(self.cap), str(folder), str(output), *map(str, words)]
        self.process.stdin.write("\0".join(words) + "\n")
        self.process.stdin.flush()
        wall, cpu, peak, status = self.process.stdout.readline().split("\t")
        return {"wall": float(wall), "cpu": float(cpu), "peak": float(peak), "exit": status.strip()}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def run(launcher, work, rounds, budget, output, say):
    """What each row of a workload took.

    The first run of a command is not counted: it warms caches, and tells the verdict. A command that
    is killed, or has used up `budget` seconds after three rounds, is not run again.
    """
    results, left = {}, []
    for row in work.rows:
        say(f"{work.name}: {row.key}")
        first = launcher.run(row.words, work.folder, output)
        result = results[row.key] = {"runs": {}, "exit": first["exit"]}
        if first["exit"] == "killed":
            continue
        left.append(row)
        if row.bad:
            if row.verdict:
                launcher.run(row.verdict, work.folder, output)
            told = row.bad(output.read_text(encoding="utf-8", errors="replace"))
            result["verdict"] = {"missed": len(work.bad - told), "wrong": len(told - work.bad)}
    shuffle = random.Random(7)
    spent = dict.fromkeys(results, 0.0)
    for number in range(rounds):
        say(f"{work.name}: round {number + 1} of {rounds}")
        shuffle.shuffle(left)
        for row in list(left):
            ran = launcher.run(row.words, work.folder)
            results[row.key]["runs"][number] = ran
            spent[row.key] += ran["wall"]
            if number >= 2 and spent[row.key] > budget:
                left.remove(row)
    return results


def median(result, what):
    return statistics.median(run[what] for run in result["runs"].values())


def ratio(one, other, what="wall"):
    """The median over the rounds of both of how much more `one` took than `other`."""
    shared = one["runs"].keys() & other["runs"].keys()
    if not shared:
        return None
    return statistics.median(one["runs"][it][what] / other["runs"][it][what] for it in shared)
