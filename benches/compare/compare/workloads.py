"""The workloads: inputs, the commands that get them, and which of the inputs are bad."""

from dataclasses import dataclass
from pathlib import Path

from .corpus import SETS
from .programs import Row, of_system


@dataclass
class Work:
    """Identical bytes for all commands."""

    name: str
    title: str
    rows: list
    folder: Path
    bytes: int = 0
    inputs: int = 0
    bad: frozenset = frozenset()
    # Short ones are run often; what is said on the command line multiplies this.
    rounds: int = 10

    @property
    def floor(self):
        return self.rows[0].key


def bad_of(file):
    return set(file.read_text().split())


def size_of(files):
    return sum(file.stat().st_size for file in files)


def start(corpus, ours, peers):
    """Starting a process, and nothing else."""
    rows = [Row("true", [of_system("true")])]
    rows += [Row(name, [path, "--version"]) for name, path in ours.builds.items() if path]
    return Work("start", "Start-up: `--version`", rows + peers.start(), corpus, rounds=20)


def small(corpus, ours, peers, name, kind, count, rounds):
    folder = corpus / "small" / kind
    files = sorted(folder.iterdir())
    bad = bad_of(corpus / "small" / f"{kind}.bad")
    if count == 1:
        files = [next(file for file in files if file.name not in bad)]
    files = files[:count]
    names = [file.name for file in files]
    rows = [Row("cat", [of_system("cat"), *names])]
    rows += ours.rows(names, ["--jobs=1", "--jobs=2"] if count > 1 else [])
    rows += peers.files(SETS[kind], names, shim=count == 1)
    many = f"{len(files):,} small files" if count > 1 else "One small file"
    title = f"{many}, {SETS[kind]}"
    return Work(name, title, rows, folder, size_of(files), len(files), bad & set(names), rounds)


def lines(corpus, ours, peers, name, with_peers=True):
    folder = corpus / "lines"
    file = folder / f"{name}.jsonl"
    rows = [Row("cat", [of_system("cat"), file.name])]
    options = ["--jobs=1", "--jobs=2"]
    if name == "warned":
        # Of warnings the default format lists the first of each rule, this one all.
        options += [f"{option} --format=concise" for option in options]
    rows += ours.rows([file.name], options)
    endpoint = SETS.get(name, SETS["mi2v"])
    if with_peers:
        rows += peers.lines(endpoint, file.name) + peers.parsing(endpoint, ["--lines", file.name])
    what = {
        "mixed": "all four endpoints in turn",
        "warned": f"{endpoint}, a warning on every line",
        "tenth": f"{endpoint}, a tenth of the lines",
    }.get(name, endpoint)
    with open(file, "rb") as opened:
        count = sum(1 for _ in opened)
    title = f"JSON Lines, {what}: {count:,} lines"
    bad = bad_of(folder / f"{name}.bad")
    return Work(f"lines-{name}", title, rows, folder, file.stat().st_size, count, bad)


def big(corpus, ours, peers, name, count):
    folder = corpus / "big"
    files = sorted(folder.iterdir())[:count]
    names = [file.name for file in files]
    bad = bad_of(corpus / "big.bad") & set(names)
    rows = [Row("cat", [of_system("cat"), *names])]
    rows += ours.rows(names, ["--jobs=1", "--jobs=2"] if count > 1 else [])
    rows += peers.files(SETS["mi2v"], names)
    if count == 1:
        rows += peers.parsing(SETS["mi2v"], names)
        rows += peers.pictures(files[0], ["inline"])
    title = f"{count} requests of 40 MB" if count > 1 else "One request of 40 MB, four images inside"
    return Work(name, title, rows, folder, size_of(files), len(files), bad, 15)


def pictures(corpus, ours, peers):
    folder = corpus / "pictures"
    images = sorted((folder / "images").iterdir())
    requests = sorted(f"requests/{file.name}" for file in (folder / "requests").iterdir())
    bad = bad_of(corpus / "pictures.bad")
    rows = [Row("cat", [of_system("cat"), *(f"images/{image.name}" for image in images)])]
    rows += ours.rows(["--root=.", *requests], ["--jobs=1", "--jobs=2"])
    rows += peers.pictures("images", ["size", "verify"])
    title = f"{len(images):,} local images, named by {len(requests)} requests"
    return Work("pictures", title, rows, folder, size_of(images), len(images), bad, 5)


MAKERS = {
    "start": start,
    "one": lambda *it: small(*it, "one", "mi2v", 1, 60),
    "files": lambda *it: small(*it, "files", "mi2v", 2_500, 20),
    "files-omni": lambda *it: small(*it, "files-omni", "omni", 2_500, 10),
    "lines-i2v": lambda *it: lines(*it, "i2v"),
    "lines-mi2v": lambda *it: lines(*it, "mi2v"),
    "lines-mi2i": lambda *it: lines(*it, "mi2i"),
    "lines-omni": lambda *it: lines(*it, "omni"),
    "lines-mixed": lambda *it: lines(*it, "mixed", with_peers=False),
    "lines-warned": lambda *it: lines(*it, "warned"),
    "lines-tenth": lambda *it: lines(*it, "tenth", with_peers=False),
    "big": lambda *it: big(*it, "big", 1),
    "big-three": lambda *it: big(*it, "big-three", 3),
    "pictures": pictures,
}
