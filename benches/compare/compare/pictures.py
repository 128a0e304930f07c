"""The images of the corpus: inside requests, and as files. Needs Pillow.

The same Pillow writes the same bytes; another version may write others.
"""

import base64
import io
import json
import random

try:
    from PIL import Image
except ImportError:
    Image = None


def noise(rng, width, height):
    return Image.frombytes("RGB", (width, height), rng.randbytes(width * height * 3))


def jpeg_of(rng, most):
    """A JPEG of noise, of nearly so many bytes."""
    image, low, high, best = noise(rng, 2_300, 2_300), 30, 100, b""
    for _ in range(6):
        quality = (low + high) // 2
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        if len(file.getvalue()) <= most:
            best, low = file.getvalue(), quality
        else:
            high = quality
    return best


def png_of(rng, most):
    side = int((most / 3) ** 0.5)
    file = io.BytesIO()
    noise(rng, side, side).save(file, "PNG", compress_level=1)
    return file.getvalue()


def write_big(folder, bad, count):
    """Requests with four images of 7.5 MB each; the last of them is bad."""
    if Image is None:
        return
    folder.mkdir(parents=True)
    rng = random.Random(3)
    most = 7_500_000
    makers = [png_of, jpeg_of, png_of, jpeg_of]
    images = [base64.b64encode(make(rng, most)).decode() for make in makers]
    for index in range(count):
        body = {
            "model_name": "kling-v1-6",
            "image_list": [{"image": image} for image in images[index % 4 :] + images[: index % 4]],
            "prompt": "The astronauts walk on",
            "duration": "5" if index < count - 1 else 5,
        }
        layout = {"separators": (",", ":")} if index % 2 else {"indent": 2}
        (folder / f"{index}.json").write_text(json.dumps(body, **layout))
    bad.write_text(f"{count - 1}.json\n")


def write_local(folder, bad, count):
    """Images as files, and a request for each four; one in 25 is too small or too wide."""
    if Image is None:
        return
    (folder / "images").mkdir(parents=True)
    (folder / "requests").mkdir()
    rng = random.Random(4)
    tile = noise(rng, 512, 512)
    names, refused = [], set()
    for index in range(count):
        width = rng.choice([512, 640, 768, 1_024, 1_280, 1_600])
        height = rng.choice([720, 768, 1_024, 1_080])
        if index % 50 == 0:
            width, height = 200, 400
        elif index % 50 == 1:
            width, height = 2_600, 700
        # Large soft shapes: photographs compress, noise does not.
        image = tile.resize((16 + index % 48, 16 + index % 32)).resize((width, height), Image.BILINEAR)
        if index % 4 == 1:
            name, options = f"{index:04d}.png", {"compress_level": 1}
        else:
            name, options = f"{index:04d}.jpg", {"quality": 88, "progressive": index % 8 == 2}
            if index % 6 == 0:
                # Metadata that stands between the first bytes and the size.
                tail = 20_000 if index % 12 == 0 else 400
                options["exif"] = b"Exif\0\0II*\0\x08\0\0\0\0\0" + bytes(tail)
        image.save(folder / "images" / name, **options)
        names.append(name)
        if index % 50 < 2:
            refused.add(name)
    wrong = []
    for index in range(count // 4):
        mine = names[index * 4 : index * 4 + 4]
        body = {
            "model_name": "kling-v1-6",
            "image_list": [{"image": f"../images/{name}"} for name in mine],
            "prompt": "The astronauts walk on",
            "duration": "5",
        }
        (folder / "requests" / f"{index:04d}.json").write_text(json.dumps(body, indent=2))
        if refused & set(mine):
            wrong.append(f"{index:04d}.json")
    bad.write_text("".join(f"{it}\n" for it in wrong))
