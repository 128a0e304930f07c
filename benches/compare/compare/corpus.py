"""The requests that every program is given: fixed seeds, about a tenth with one planted error.

    corpus/small/SET/NNNN.json    2,500 small files for each endpoint
    corpus/lines/SET.jsonl        100,000 lines for each endpoint, and `mixed` with all four
    corpus/lines/warned.jsonl     the same work where every line has a warning
    corpus/lines/tenth.jsonl      a tenth of `mi2v`: does memory grow with the lines?
    corpus/big/N.json             requests of 40 MB with four images inside
    corpus/pictures/              2,000 images, and 500 requests that name them

Beside each set stands `SET.bad`, one line for each bad request: the name of the file, or the
number of the line. The planted errors are such that a plain JSON Schema sees them; all else is
what people send: public hosts, an id for each request, models that support what is asked of them.
"""

import json
import random
import sys
from pathlib import Path

from . import pictures

# A short name for each endpoint: a folder called by the endpoint's own name would tell the linter.
SETS = {
    "i2v": "image2video",
    "mi2v": "multi-image2video",
    "mi2i": "multi-image2image",
    "omni": "omni-video",
}
FILES, LINES, BIG, PICTURES = 2_500, 100_000, 3, 2_000

WORDS = (
    "a the boy girl astronaut cat dog river mountain light camera slowly pans zooms over under red "
    "blue golden hour city street rain snow walks runs turns smiles wearing holding flower lantern "
    "cinematic close-up wide shot handheld dolly soft shadow neon mist 夜 風 café naïve Überblick 별"
).split()
HOSTS = [
    "https://cdn.acme-studio.net/i/",
    "https://filesystem.acme-media.net/cdn/20250414/",
    "https://h2.acme-studio.org/bs2/upload/se/portal_queue_image_upscale/",
]
# Names kept for documentation: a warning each time.
EXAMPLE_HOSTS = ["https://cdn.example.com/i/", "https://filesystem.example.net/cdn/20250414/"]


class Maker:
    """Requests of one seed, each with an id of its own."""

    def __init__(self, seed, hosts=HOSTS):
        self.random = random.Random(seed)
        self.seed = seed
        self.hosts = hosts
        self.made = 0

    def chance(self, share):
        return self.random.random() < share

    def words(self, least, most, chars):
        count = self.random.randint(least, most)
        return " ".join(self.random.choice(WORDS) for _ in range(count))[:chars].rstrip()

    def url(self):
        name = f"{self.random.getrandbits(128):032x}"
        return self.random.choice(self.hosts) + name + self.random.choice([".jpg", ".png", ".jpeg"])

    def items(self, key, least, most):
        return [{key: self.url()} for _ in range(self.random.randint(least, most))]

    def finish(self, body):
        """What any request may have; its id."""
        self.made += 1
        if self.chance(0.4):
            body["callback_url"] = f"https://hooks.acme-studio.net/kling/{self.random.getrandbits(32):08x}"
        if self.chance(0.6):
            body["external_task_id"] = f"job-{self.seed:02d}-{self.made:08d}"
        return body

    def i2v(self):
        body = {"model_name": "kling-v1-6", "image": self.url()}
        duration, mode = self.random.choice(["5", "10"]), self.random.choice(["std", "pro"])
        if self.chance(0.9):
            body["prompt"] = self.words(6, 60, 480)
        if self.chance(0.5):
            body["negative_prompt"] = self.words(12, 12, 190)
        kind = self.random.random()
        if kind < 0.2:
            body["image_tail"] = self.url()
            mode = "pro"
        elif kind < 0.4:
            body["model_name"] = "kling-v1"
            duration = "5"
            body["dynamic_masks"] = [
                {"mask": self.url(), "trajectories": self.trajectory()}
                for _ in range(self.random.randint(1, 3))
            ]
        body |= {"duration": duration, "mode": mode}
        if self.chance(0.6):
            body["cfg_scale"] = round(self.random.random(), 2)
        return self.finish(body)

    def trajectory(self):
        points = self.random.randint(2, 12)
        return [{"x": self.random.randint(0, 1280), "y": self.random.randint(0, 720)} for _ in range(points)]

    def mi2v(self):
        body = {
            "model_name": "kling-v1-6",
            "image_list": self.items("image", 2, 4),
            "prompt": self.words(6, 60, 480),
            "duration": self.random.choice(["5", "10"]),
        }
        if self.chance(0.5):
            body["negative_prompt"] = self.words(12, 12, 190)
        if self.chance(0.8):
            body["mode"] = self.random.choice(["std", "pro"])
        if self.chance(0.6):
            body["cfg_scale"] = round(self.random.random(), 2)
        return self.finish(body)

    def mi2i(self):
        body = {"model_name": "kling-v2", "subject_image_list": self.items("subject_image", 2, 4)}
        if self.chance(0.9):
            body["prompt"] = self.words(6, 60, 480)
        if self.chance(0.5):
            body["n"] = self.random.randint(1, 4)
        if self.chance(0.8):
            body["aspect_ratio"] = self.random.choice(["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"])
        if self.chance(0.3):
            body["scence_image"] = self.url()
        if self.chance(0.3):
            body["style_image"] = self.url()
        return self.finish(body)

    def omni(self):
        images, elements = self.random.randint(0, 4), self.random.randint(0, 3)
        names = [f"<<<image_{index + 1}>>>" for index in range(images)]
        names += [f"<<<element_{index + 1}>>>" for index in range(elements)]
        prompt = " ".join(f"{self.words(3, 12, 400)} {name}" for name in names)
        body = {"prompt": prompt or self.words(6, 30, 400), "model_name": "kling-video-o1"}
        if images:
            body["image_list"] = self.items("image_url", images, images)
        if elements:
            body["element_list"] = [{"element_id": self.random.randint(1, 10**9)} for _ in range(elements)]
        body["mode"] = self.random.choice(["std", "pro"])
        body["aspect_ratio"] = self.random.choice(["16:9", "9:16", "1:1"])
        body["duration"] = self.random.choice(["5", "10"])
        return self.finish(body)

    def plant(self, body):
        """One error that a plain JSON Schema sees."""
        lists = [key for key in ("image_list", "subject_image_list") if key in body and "aspect_ratio" not in body]
        errors = {
            "model_name": 7,
            "mode": "fast",
            "prompt": self.words(900, 900, 2_500) + " x" * 60,
            "cfg_scale": 1.5,
            "aspect_ratio": "5:4",
        }
        choices = [key for key in errors if key in body] + lists
        key = self.random.choice(choices)
        if key in lists:
            body[key] = body[key][:1] if self.chance(0.5) else body[key] * 3
        else:
            body[key] = errors[key]

    def requests(self, name, count):
        """So many requests of a set, each with whether it is bad."""
        kinds = list(SETS) if name == "mixed" else [name]
        for _ in range(count):
            body = getattr(self, self.random.choice(kinds))()
            bad = self.chance(0.1)
            if bad:
                self.plant(body)
            yield body, bad


def write_small(folder, name, seed, count):
    (folder / name).mkdir(parents=True)
    wrong = []
    for index, (body, bad) in enumerate(Maker(seed).requests(name, count)):
        path = folder / name / f"{index:04d}.json"
        # As people and programs write them: indented and in one line, with escapes and without.
        layout = {"indent": 2 if index % 3 else None, "ensure_ascii": index % 5 == 0}
        path.write_text(json.dumps(body, **layout) + "\n", encoding="utf-8")
        if bad:
            wrong.append(path.name)
    (folder / f"{name}.bad").write_text("".join(f"{it}\n" for it in wrong))


def write_lines(folder, name, seed, count, hosts=HOSTS, of=None):
    folder.mkdir(parents=True, exist_ok=True)
    wrong = []
    with open(folder / f"{name}.jsonl", "w", encoding="utf-8", newline="\n") as file:
        for number, (body, bad) in enumerate(Maker(seed, hosts).requests(of or name, count), 1):
            file.write(json.dumps(body, ensure_ascii=False) + "\n")
            if bad:
                wrong.append(number)
    (folder / f"{name}.bad").write_text("".join(f"{it}\n" for it in wrong))


def write(corpus, scale, say):
    """Writes all that is not there yet."""
    seeds = {name: seed for seed, name in enumerate([*SETS, "mixed", "warned", "tenth"], 10)}
    small, lines = corpus / "small", corpus / "lines"
    for name in SETS:
        if not (small / f"{name}.bad").exists():
            say(f"small files, {name}")
            write_small(small, name, seeds[name] + 10, int(FILES * scale))
    for name in [*SETS, "mixed"]:
        if not (lines / f"{name}.bad").exists():
            say(f"lines, {name}")
            write_lines(lines, name, seeds[name], int(LINES * scale))
    if not (lines / "warned.bad").exists():
        say("lines, warned")
        write_lines(lines, "warned", seeds["warned"], int(LINES * scale), EXAMPLE_HOSTS, "mi2v")
    if not (lines / "tenth.bad").exists():
        write_lines(lines, "tenth", seeds["tenth"], int(LINES * scale / 10), of="mi2v")
    if not (corpus / "big.bad").exists():
        say("requests of 40 MB")
        pictures.write_big(corpus / "big", corpus / "big.bad", BIG)
    if not (corpus / "pictures.bad").exists():
        say("images")
        pictures.write_local(corpus / "pictures", corpus / "pictures.bad", int(PICTURES * scale))


if __name__ == "__main__":
    write(Path(sys.argv[1]), float(sys.argv[2]), lambda text: print(text, file=sys.stderr, flush=True))
