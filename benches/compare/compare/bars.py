"""The bars: what is promised, what was measured, and whether it is met."""

import itertools
import json
import statistics
from pathlib import Path

from .corpus import SETS
from .measure import median, ratio

DYNAMIC, STATIC = "kling-lint", "kling-lint, static"
ONE, TWO = ", --jobs=1", ", --jobs=2"


class Bars:
    """Reads results; a bar whose runs are missing is told as not measured.

    On a machine that is busy with other things, `what="cpu"` is nearer to the truth than wall time.
    """

    def __init__(self, results, what="wall"):
        self.what = what
        self.works = results["works"]
        self.benches = results.get("benches", {})
        self.hostile = results.get("hostile") or {}
        self.told = []

    def tell(self, what, bar, value, show, met):
        if value is None:
            self.told.append({"what": what, "bar": bar, "measured": "", "met": None})
        else:
            self.told.append({"what": what, "bar": bar, "measured": show(value), "met": met(value)})

    def most(self, what, limit, value, unit=" × `cat`"):
        self.tell(what, f"≤ {limit:g}{unit}", value, lambda it: f"{it:.2f}{unit}", lambda it: it <= limit)

    def least(self, what, limit, value, unit=" ×"):
        self.tell(what, f"≥ {limit:g}{unit}", value, lambda it: f"{it:.2f}{unit}", lambda it: it >= limit)

    def row(self, work, key):
        rows = self.works.get(work, {}).get("rows", {})
        return rows[key] if key in rows and rows[key]["runs"] else None

    def against_cat(self, work, key):
        one, cat = self.row(work, key), self.row(work, "cat")
        return ratio(one, cat, self.what) if one and cat else None

    def faster(self, work, key):
        """How much longer the fastest peer takes, with whatever schema: of those that are right."""
        ours = self.row(work, key)
        if not ours:
            return None
        ratios = []
        for name, row in self.works[work]["rows"].items():
            if name.endswith((", full", ", types")) and is_right(row.get("verdict")) and row["runs"]:
                ratios.append(ratio(row, ours, self.what))
        return min((it for it in ratios if it is not None), default=None)

    def speed(self, work, key):
        row = self.row(work, key)
        return self.works[work]["bytes"] / median(row, self.what) / 1e9 if row else None

    def peak(self, work, key):
        row = self.row(work, key)
        return max(it["peak"] for it in row["runs"].values()) if row else None

    def lines(self, name, what, option=""):
        work, one, two = f"lines-{name}", DYNAMIC + ONE + option, DYNAMIC + TWO + option
        self.least(f"{what}, one core", 0.7, self.speed(work, one), " GB/s")
        ones, twos = self.row(work, one), self.row(work, two)
        self.least(f"{what}, two cores beside one", 1.8, ratio(ones, twos) if ones and twos else None)
        self.most(f"{what}, peak memory", 24, self.peak(work, two), " MiB")

    def bench(self, group, name):
        return self.benches.get(group, {}).get(name)

    def quotient(self, group, name, ours):
        one, other = self.bench(group, name), self.bench(group, ours)
        return one / other if one and other else None

    def all(self):
        self.most("one small file", 1.5, self.against_cat("one", DYNAMIC))
        self.most("one small file, static build", 1.0, self.against_cat("one", STATIC))
        self.most("2,500 small files", 0.6, self.against_cat("files", DYNAMIC + TWO))
        self.least("2,500 small files, beside the fastest peer", 1.5, self.faster("files", DYNAMIC + TWO))
        for name in [*SETS, "mixed", "warned"]:
            self.lines(name, f"JSON Lines, {SETS.get(name, name)}")
        self.lines("warned", "JSON Lines, warned, all listed", " --format=concise")
        small, large = self.peak("lines-tenth", DYNAMIC + TWO), self.peak("lines-mi2v", DYNAMIC + TWO)
        growth = large - small if small and large else None
        self.most("peak memory, ten times the lines", 2, growth, " MiB more")
        self.most("a request of 40 MB", 2, self.against_cat("big", DYNAMIC))
        self.least("a request of 40 MB, beside the fastest peer", 5, self.faster("big", DYNAMIC))
        images, ours = "local images", "kling-lint, requests of 4 images"
        floor = self.quotient(images, "floor: open, fstat, read 4 KiB, close", ours)
        self.least("local images", 0.7, floor, " of open and read 4 KiB")
        self.least("local images, beside `imagesize`", 1.5, self.quotient(images, "imagesize", ours))
        for endpoint, what in itertools.product(SETS.values(), ("sound", "with an error")):
            group = f"validate {endpoint}, {what}"
            peers = [self.quotient(group, f"serde_json and jsonschema, {it}", "kling-lint") for it in ("2020-12", "types")]
            fastest = min((it for it in peers if it), default=None)
            self.least(f"`lint_bytes`, {endpoint}, {what}, beside parsing and `jsonschema`", 3, fastest)
        cases, outside = self.hostile.get("cases"), self.hostile.get("outside")
        what = f"hostile inputs beyond their bounds, of {cases}" if cases else "hostile inputs"
        self.tell(what, "none", outside, str, lambda it: it == 0)
        return self.told
def benches_of(target):
    """What criterion wrote: for each group and function the median, in nanoseconds."""
    told = {}
    for file in Path(target, "criterion").glob("**/new/benchmark.json"):
        names = json.loads(file.read_text())
        estimates = json.loads(file.with_name("estimates.json").read_text())
        told.setdefault(names["group_id"], {})[names["function_id"]] = estimates["median"]["point_estimate"]
    return told


def is_right(verdict):
    """Whether exactly the bad inputs were named."""
    return verdict is not None and not verdict["missed"] and not verdict["wrong"]


def verdicts(works):
    """How many commands gave the right verdict on every input, and what the others missed."""
    right, wrong = 0, []
    for name, work in works.items():
        for key, row in work["rows"].items():
            verdict = row.get("verdict")
            if is_right(verdict):
                right += 1
            elif verdict:
                wrong.append(f"{name}: {key}: {verdict['missed']} bad inputs missed, {verdict['wrong']} good ones refused")
    return right, wrong


def spread(row):
    """The middle half of the wall times, as a share of the median."""
    walls = sorted(it["wall"] for it in row["runs"].values())
    if len(walls) < 4:
        return None
    low, _, high = statistics.quantiles(walls, n=4)
    return (high - low) / statistics.median(walls)
