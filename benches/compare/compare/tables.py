"""Results as Markdown, between two marks of a page."""

from .bars import Bars, is_right, spread, verdicts
from .measure import median, ratio

BEGIN, END = "<!-- figures: written by benches/compare/run -->\n", "<!-- end of figures -->"


def table(head, rows):
    """A table; what stands behind the first column is aligned right if its name ends in a colon."""
    names = [it.rstrip(":") for it in head]
    lines = [names, [" --- " if not it.endswith(":") else " ---: " for it in head], *rows]
    return "".join("| " + " | ".join(str(cell).strip() for cell in line) + " |\n" for line in lines)


def milliseconds(seconds):
    value = seconds * 1e3
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def told(verdict):
    if verdict is None:
        return ""
    if is_right(verdict):
        return "right"
    return f"{verdict['missed']} missed, {verdict['wrong']} wrong"


def work_table(work):
    floor = work["rows"][work["floor"]]
    rows = []
    for key, row in work["rows"].items():
        if not row["runs"]:
            rows.append([key, "over the time limit"])
            continue
        wall = median(row, "wall")
        share = spread(row)
        rows.append([
            f"**{key}**" if key.startswith("kling-lint") else key,
            milliseconds(wall),
            f"±{share * 50:.0f} %" if share is not None else "",
            f"{ratio(row, floor):.2f}",
            milliseconds(median(row, "cpu")),
            f"{ratio(row, floor, 'cpu'):.2f}",
            f"{work['bytes'] / wall / 1e6:,.0f}" if work["bytes"] else "",
            f"{max(it['peak'] for it in row['runs'].values()):.0f}",
            row["exit"],
            told(row.get("verdict")),
        ])
    for row in rows:
        row += [""] * (10 - len(row))
    head = ["", "wall, ms:", "spread:", f"× {work['floor']}:", "CPU, ms:", "CPU ×:", "MB/s:", "peak, MiB:", "exit:", "verdicts"]
    size = f" ({work['bytes'] / 1e6:,.1f} MB)" if work["bytes"] else ""
    return f"### {work['title']}{size}\n\n{table(head, rows)}"


def bars_table(results, what="wall"):
    words = {True: "met", False: "**missed**", None: "not measured"}
    rows = [[it["what"], it["bar"], it["measured"], words[it["met"]]] for it in Bars(results, what).all()]
    return table(["", "bar", "measured:", ""], rows)


def benches_table(benches):
    text = ""
    for group, functions in benches.items():
        if not group.startswith("validate") and group != "local images":
            continue
        ours = next(value for name, value in functions.items() if name.startswith("kling-lint"))
        rows = [[name, f"{value / 1e3:,.1f}", f"{value / ours:.2f}"] for name, value in functions.items()]
        text += f"### In process, {group}\n\n" + table(["", "µs an iteration:", "× kling-lint:"], rows) + "\n"
    return text


def page(results):
    """The part of the page that is written by the runner."""
    about = results["about"]
    right, wrong = verdicts(results["works"])
    missing = f" Not installed, so left out: {', '.join(about['missing'])}." if about["missing"] else ""
    parts = [
        f"Measured on {about['date']} at commit {about['commit']}, {about['machine']}, {about['tools']}."
        f"{' ' + about['note'] + '.' if about['note'] else ''}{missing}\n",
        "## Bars\n\n" + bars_table(results, about["by"]),
        "## Verdicts\n\n"
        f"{right} commands named exactly the bad inputs of their workload."
        + ("".join(f"\n* {it}" for it in wrong) if wrong else " None did otherwise.")
        + "\n",
        "## Tables\n",
        *(work_table(work) for work in results["works"].values()),
        benches_table(results.get("benches", {})),
    ]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def insert(path, results):
    """Replaces what stands between the marks of a page."""
    text = path.read_text(encoding="utf-8")
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"{path}: the marks are missing")
    path.write_text(f"{before}{BEGIN}\n{page(results)}\n{END}{after}", encoding="utf-8")
