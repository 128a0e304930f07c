"""pictures.py MODE SCHEMA FOLDER: judges images as a Python program would, with Pillow; prints the bad ones.

The limits are those of the exported schema. MODE: `size` (the header of each file in FOLDER), `verify` (checksums too), or `inline` (FOLDER is a
request with images inside: decodes their Base64 and reads their headers).
"""

import base64
import io
import json
import sys
from pathlib import Path

from PIL import Image

FORMATS = {"jpg": "JPEG", "png": "PNG"}


def is_bad(limits, image, size):
    width, height = image.size
    (least, of_least), (most, of_most) = limits["ratio"]
    return (
        image.format not in [FORMATS[name] for name in limits["formats"]]
        or size > limits["maxBytes"]
        or min(width, height) < limits["minEdge"]
        or not least / of_least <= width / height <= most / of_most
    )


def main():
    mode, schema, folder = sys.argv[1:]
    items = json.loads(Path(schema).read_text(encoding="utf-8"))["properties"]["image_list"]["items"]
    limits = items["properties"]["image"]["x-kling-image"]
    bad = []
    if mode == "inline":
        body = json.loads(Path(folder).read_text())
        for index, item in enumerate(body["image_list"]):
            content = base64.b64decode(item["image"], validate=True)
            with Image.open(io.BytesIO(content)) as image:
                if is_bad(limits, image, len(content)):
                    bad.append(str(index))
    else:
        for path in sorted(Path(folder).iterdir()):
            with Image.open(path) as image:
                if is_bad(limits, image, path.stat().st_size):
                    bad.append(path.name)
                if mode == "verify":
                    image.verify()
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
