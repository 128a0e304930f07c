#!/usr/bin/env python3
"""Writes what the stand-in provider hands out: video.mp4 and image.png, beside this script.

    python3 kling-submit/src/demo/assets/make_assets.py            write them
    python3 kling-submit/src/demo/assets/make_assets.py --check    fail if ffprobe says something else of the committed files

ffmpeg (with libx264 and drawtext) and ffprobe must be on the PATH; the committed files were made with ffmpeg 5.1.
Another version, or another font, writes other bytes.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZE, RATE, SECONDS = "640x360", 24, 5
BACKGROUND = f"color=c=0x20303c:size={SIZE}:rate={RATE}"
TEXT = "drawtext=font=DejaVu Sans:fontcolor=white:x=(w-text_w)/2"
LABEL = f"{TEXT}:fontsize=44:y=120:text=kling-submit demo,{TEXT}:fontsize=24:y=190:text=a stand-in\\, made by nobody"
# A square that goes from left to right, so that a player shows that it plays.
MOVING = "drawbox=x=0:y=280:w=640:h=4:color=white@0.3:t=fill"


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-bitexact", *map(str, arguments)], check=True)


def make():
    clock = f"{LABEL},{MOVING}"
    square = f"color=c=white:size=24x24:rate={RATE}"
    ffmpeg(
        "-f", "lavfi", "-t", SECONDS, "-i", BACKGROUND, "-f", "lavfi", "-t", SECONDS, "-i", square,
        "-filter_complex", f"[0:v]{clock}[back];[back][1:v]overlay=x='t*(W-w)/{SECONDS}':y=270",
        "-c:v", "libx264", "-preset", "veryslow", "-crf", 32, "-pix_fmt", "yuv420p", "-movflags", "+faststart",
        "-flags:v", "+bitexact", "-fflags", "+bitexact", "-map_metadata", -1, HERE / "video.mp4",
    )
    ffmpeg("-f", "lavfi", "-i", BACKGROUND, "-vf", LABEL, "-frames:v", 1, "-pix_fmt", "rgb24", HERE / "image.png")


def facts(name):
    shown = "stream=codec_name,width,height,nb_read_frames:format=duration"
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", shown, "-of", "json", HERE / name]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    if told.stderr:
        sys.exit(f"{name}: {told.stderr}")
    told = json.loads(told.stdout)
    (stream,) = told["streams"]
    return stream["codec_name"], stream["width"], stream["height"], int(stream["nb_read_frames"])


def check():
    width, height = map(int, SIZE.split("x"))
    for name, expected in [
        ("video.mp4", ("h264", width, height, RATE * SECONDS)),
        ("image.png", ("png", width, height, 1)),
    ]:
        if facts(name) != expected:
            sys.exit(f"{name}: {facts(name)} instead of {expected}")


if "--check" not in sys.argv:
    make()
check()
