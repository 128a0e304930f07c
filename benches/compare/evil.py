#!/usr/bin/env python3
"""Adversarial inputs: linear time and memory, whatever is read.

    python3 evil.py KLING_LINT [--size MB] [--only WORD] [--work DIR] [--keep] [--markdown FILE]
    python3 evil.py --write DIR [--size MB] [--only WORD]      writes the files and runs nothing

Each case is a text of about N bytes, made by a rule and never stored. The command runs over it at
N and at 2 N, and these must hold:

  exit status     0 or 1; 2 only with one clear message, 1 s and no more than a line of a kilobyte
  time            at 2 N at most 2.5 times that at N, when above 50 ms; at most 1 s per 100 MB
  peak memory     at most 1.5 times the bytes read, and 16 MiB
  output          at most 4 MiB, whatever the number of findings

Time is that of the processor, so that a busy machine does not count. Needs Linux and Python 3.9.
"""
import argparse, os, struct, sys, time, zlib

MB = 1_000_000
PIECE = 1 << 18


def rep(unit, size):
    """A unit, again and again, to about this many bytes."""
    unit = unit.encode("utf-8", "surrogatepass") if isinstance(unit, str) else unit
    many = max(1, PIECE // len(unit))
    count = max(1, size // len(unit))
    block = unit * many
    for _ in range(count // many):
        yield block
    yield unit * (count % many)


def around(before, unit, after):
    return lambda size: ([before.encode()], rep(unit, size), [after.encode()])


def only(unit):
    return lambda size: (rep(unit, size),)


def numbered(before, form, after, between=","):
    """Units with a number in them, all different."""

    def make(size):
        one = len((form % 1_000_000 + between).encode())

        def units():
            count, block = max(1, size // one), []
            for index in range(count):
                block.append(form % (1_000_000 + index))
                if len(block) == 4096:
                    yield (between.join(block) + (between if index + 1 < count else "")).encode()
                    block = []
            yield between.join(block).encode()

        return [before.encode()], units(), [after.encode()]

    return make


def halves(opening, closing):
    """Opened and closed again."""
    return lambda size: (rep(opening, size // 2), rep(closing, size // 2))


def png(width, height, chunks=b""):
    """A PNG of one colour, which inflates to a thousand times its size."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    squeeze, row, body = zlib.compressobj(9), b"\0" * (width * 3 + 1), []
    for _ in range(height):
        body.append(squeeze.compress(row))
    body.append(squeeze.flush())
    return b"\x89PNG\r\n\x1a\n" + head + chunks + chunk(b"IDAT", b"".join(body)) + chunk(b"IEND", b"")


def pictures(count, width, height):
    """So many pictures of one colour in one request, to be decoded. Their size does not follow N."""

    def make(_size):
        import base64

        text = base64.b64encode(png(width, height))
        items = [b'{"image":"' + text + b'"}' for _ in range(count)]
        return ([b'{"duration":"5","image_list":[' + b",".join(items) + b"]}"],)

    return make


OPEN = '{"image":"https://cdn.acme.io/a.png","duration":"5",'
PAIR = '"image_list":[{"image":"https://cdn.acme.io/a.png"},{"image":"https://cdn.acme.io/b.png"}]'
PROMPT = OPEN + '"prompt":"'
IMAGE = '{"duration":"5","image":"'
OMNI = '{"mode":"pro","image_list":[{"image_url":"https://cdn.acme.io/a.png"}],"prompt":"'

CHECK = {}


def case(name, make):
    assert name not in CHECK, name
    CHECK[name] = make


# One string.
for name, unit in {
    "plain": "a", "escapes": "\\u00e9\\n", "short-escapes": "\\n", "escaped-quotes": '\\"',
    "backslashes": "\\\\", "half-pairs": "\\ud800", "low-halves": "\\udc00", "pairs": "\\ud83d\\ude00",
    "wrong-escapes": "\\x", "cut-escapes": "\\u12", "escaped-apostrophes": "\\'", "korean": "별빛",
    "four-bytes": "😀", "marks": "e\u0301", "controls": "\x01", "line-ends": "\n", "returns": "\r",
    "mixed-ends": "\r\n", "tabs": "\t", "bad-utf8": b"\xff", "cut-utf8": b"\xe2\x82", "nul": "\0",
    "separators": "\u2028", "spaces": " ", "references": "<<<image_1>>>", "unknown-references": "<<<image_9>>>",
    "half-references": "<<<", "near-references": "<<image_1>>", "spaced-references": "<<< image_1 >>>",
    "escaped-references": "\\u003c<<image_1>>>", "long-reference": "<<<image_" + "9" * 100,
    "apostrophes": "'", "curly-quotes": "“”", "at": "@image", "bidi": "\u202e",
}.items():
    case("prompt-" + name, around(OMNI if "reference" in name else PROMPT, unit, '"}'))
    case("open-prompt-" + name, around(PROMPT, unit, ""))
    case("image-" + name, around(IMAGE, unit, '"}'))
for key in ("callback_url", "external_task_id", "model_name", "mode", "duration", "unknown", "image_tail"):
    for name, unit in {"plain": "a", "escapes": "\\u0061", "korean": "별", "near": "st"}.items():
        case(f"{key}-{name}", around(OPEN + f'"{key}":"', unit, '"}'))
for name, unit in {"url": "a", "url-slashes": "/", "url-percents": "%41", "url-dots": "a.", "url-at": "@", "url-spaces": " "}.items():
    case(name, around(IMAGE + "https://cdn.acme.io/", unit, '.png"}'))
    case("callback-" + name, around(OPEN + '"callback_url":"https://', unit, '"}'))
for name, before, unit in (
    ("path", "./", "a"), ("path-up", "./", "../"), ("path-deep", "./", "a/"), ("path-dots", "./", "./"),
    ("path-drive", "C:\\\\", "a\\\\"), ("path-file", "file://", "a/"),
):
    case(name, around(IMAGE + before, unit, '.png"}'))
for name, unit in {
    "sound": "QUJD", "blanks": "QUJD ", "line-ends": "QUJD\\n", "raw-line-ends": "QUJD\n", "url-safe": "QU-_", "wrong": "QU*D",
    "padding": "=", "padding-each": "QUI=", "padding-blanks": "= ", "escaped": "\\u0051\\u0051", "escaped-slashes": "\\/9j\\/",
    "foreign": "QUJ별", "png": "iVBORw0KGgo", "jpeg": "/9j/",
}.items():
    case("base64-" + name, around(IMAGE, unit, '"}'))
    case("data-url-" + name, around(IMAGE + "data:image/png;base64,", unit, '"}'))
case("data-url-no-comma", around(IMAGE + "data:", "a", '"}'))
case("jpeg-segments", around(IMAGE + "/9j/", "/+8AAv/v", '"}'))
case("png-chunks", around(IMAGE + "iVBORw0KGgoAAAANSUhEUgAAAQAAAAEACAIAAADTED8x", "AAAAAHRFWHQAAAAA", '"}'))
# Structure.
D = 600
for name, make in {
    "arrays": halves("[", "]"), "objects": halves('{"a":', "}"), "mixed": halves('[{"a":', "}]"),
    "crossed": halves("[{", "]}"), "open-arrays": only("["), "open-objects": only('{"a":'), "open-mixed": only('{"a":['),
    "closers": only("]"), "braces": only("}"), "doubled": only("{{"), "placeholders": only("{{a}}"), "misfits": only("[}"),
    "misfits-2": only("{]"), "misfits-3": only("[}{]"), "misfits-4": only("[[}"), "misfits-5": only("{[}]"),
    "misfits-deep": around("[" * 500, "[}", ""), "misfits-deep-2": around('{"a":' * 500, "{]", ""),
    "misfits-deep-3": around('[{"a":' * 250, "]", ""), "misfits-members": around("{", '"a":[},', "}"),
    "key-in-list": around("[", '"a":1,', "]"), "key-in-list-deep": around("[" * 500, '"a":1,', "]"),
    "keyless": around("{", "[1],", "}"), "keyless-deep": around('{"a":' * 500 + "{", "{1},", ""), "keyless-open": around('{"a":1,', "[", ""),
    "pairs": only("{}"), "list-pairs": around("[", "[],", "]"), "wide": around("[", "{},", "{}]"), "pairs-no-comma": around("[", "{}", "]"),
    "commas": only(","), "list-commas": around("[", ",", "]"), "object-commas": around("{", ",", "}"), "commas-spaced": around("[", ", ", "]"),
    "colons": only(":"), "object-colons": around('{"a"', ":", "1}"), "list-colons": around("[", ":", "]"), "key-colons": around("{", '"a"::1,', "}"),
    "quotes": only('"'), "list-quotes": around("[", '"', "]"), "object-quotes": around("{", '"', "}"), "backslashes": only("\\"),
    "list-strings": around("[", '"a"', "]"), "keys-no-value": around("{", '"a",', "}"), "keys-no-value-2": around("{", '"a":,', "}"), "values-no-key": around("{", ":1,", "}"),
    "no-commas": around("{", '"a":1 ', "}"), "list-no-commas": around("[", "1 ", "]"), "semicolons": around("{", '"a":1;', "}"), "equals": around("{", '"a"=1,', "}"),
    "digits": only("9"), "list-digits": around("[", "9", "]"), "zeros": only("0"), "minus": only("-"), "list-minus": around("[", "-", "]"), "plus": around("[", "+", "]"), "points": around("[", ".", "]"),
    "exponents": only("e"), "number-e": around("[1", "e", "]"), "number-e-digits": around("[1e", "9", "]"), "fraction": around("[0.", "1", "]"), "hex": around("[0x", "f", "]"), "hexes": around("[", "0xf,", "0]"),
    "cfg-digits": around(OPEN + '"cfg_scale":', "9", "}"), "cfg-fraction": around(OPEN + '"cfg_scale":0.', "1", "}"), "cfg-zeros": around(OPEN + '"cfg_scale":0.', "0", "1}"), "cfg-exponent": around(OPEN + '"cfg_scale":1e', "9", "}"), "cfg-exponent-minus": around(OPEN + '"cfg_scale":1e-', "9", "}"),
    "numbers": around("[", "1,", "1]"), "numbers-odd": around("[", "01,", "1]"), "numbers-comma": around("[", "1,5,", "1]"), "numbers-under": around("[", "1_0,", "1]"),
    "spaces": only(" "), "newlines": only("\n"), "returns": only("\r"), "tabs": only("\t"), "mixed-ends": only("\n\r"), "nul": only("\0"), "boms": only("\ufeff"), "wide-spaces": only("\u3000"), "no-break": around("[", "\u00a0", "]"),
    "zero-width": around("[", "\u200b", "]"), "list-spaces": around("[", " ", "]"), "list-newlines": around("[", "\n", "]"), "spaced-values": around("[", "1 \n", "]"),
    "comments": only("//"), "comment-lines": around("{", "//\n", "}"), "block-comments": around("{", "/**/", "}"), "open-comments": around("{", "/*", "}"), "slashes": around("{", "/", "}"), "hash-lines": around("{", "#\n", "}"), "stars": around("{/", "*", "/}"),
    "between-comments": around("[", "1/**/,", "1]"), "comments-no-commas": around("[", "1//\n", "]"),
    "single-quotes": only("'"), "single-strings": around("[", "'a',", "1]"), "single-keys": around("{", "'a':1,", "}"), "open-single": around("['", "a", ""), "list-single": around("[", "'", "]"),
    "single-inner": around("['", "a'b", "']"), "backticks": around("[", "`a`,", "1]"), "backtick": only("`"), "curly": around("[", "“a”,", "1]"), "curly-open": around("[", "“", "]"), "curly-close": around("[", "”", "]"), "triple": around("[", '"""', "]"),
    "bare": only("a"), "bare-words": only("a "), "list-bare": around("[", "a,", "a]"), "bare-keys": around("{", "a:1,", "}"), "bare-key-values": around("{", "a:b,", "}"), "bare-long": around("{", "a", ":1}"), "bare-korean": around("[", "별 ", "]"),
    "trues": around("[", "True,", "1]"), "words": around("[", "true", "]"), "nans": around("[", "NaN,", "1]"), "infinities": around("[", "-Infinity,", "1]"), "nulls": around("[", "null,", "1]"), "none": around("[", "None ", "]"), "undefined": around("[", "undefined", "]"),
    "documents": only("{} "), "document-lines": only("{}\n"), "document-commas": only("{},"), "strings": only('"a" '), "numbers-root": only("1 "), "trailing": around(OPEN + PAIR + "}", "x", ""), "trailing-closers": around("{}", "}", ""), "leading": around("", "x", "{}"),
    "fences": only("```json\n{}\n```\n"), "dollar": only("${a}"), "angle": only("<a>"), "percent": only("%s"), "ellipses": around("[", "...,", "1]"), "ellipsis": around("[", "…", "]"), "bytes": only(bytes(range(256))), "high": only(b"\x80"), "utf16": only("{ }".encode("utf-16-le")), "utf32": only("{}".encode("utf-32-le")),
    "parens": around("[", "(1),", "1]"), "backslash-lines": around("{", "\\\n", "}"), "escaped-json": only('{\\"a\\":1}'), "list-in-quotes": only('"[1]",'), "wrapped": around('"', '{\\"a\\":1},', '"'),
    "unclosed-strings": around("{", '"a:1,\n', "}"), "unclosed-values": around("{", '"a":"b,\n', "}"), "inner-quotes": around('{"a":"', 'b "c" d ', '"}'), "inner-quotes-2": around('{"a":"', '"b', '"}'), "quote-comma": around('{"a":"', 'b","', '"}'),
    "quote-colon": around('{"a":"', 'b":"', '"}'), "string-no-comma": around("[", '"a" "b" ', "]"), "string-plus": around('{"a":', '"b" + ', '"c"}'),
}.items():
    case(name, make)
# Long keys, each kept whole by a stream.
LONG = "k" * 60_000
case("keys-long", numbered(OPEN, '"' + LONG + '%07d":1', "}"))
case("keys-long-around-faults", around(('{"' + LONG + '":') * 12 + "[", "01,", "1]" + "}" * 12))
# Many of something that the table knows.
for endpoint, key, item in (
    ("multi-image2video", "image_list", '{"image":"https://cdn.acme.io/%07d.png"}'),
    ("multi-image2video", "image_list", '{"image":%07d}'),
    ("multi-image2video", "image_list", '{"image":"QUJD%07dQ"}'),
    ("multi-image2video", "image_list", '{"image":"./%07d.png"}'),
    ("multi-image2video", "image_list", '{"imag":"%07d"}'),
    ("multi-image2video", "image_list", '"https://cdn.acme.io/%07d.png"'),
    ("multi-image2image", "subject_image_list", '{"subject_image":"%07d"}'),
    ("multi-image2image", "subject_image_list", '{"image":%07d}'),
    ("omni-video", "image_list", '{"image_url":"x%07d"}'),
    ("omni-video", "image_list", '{"image_url":"https://cdn.acme.io/%07d.png","type":"end"}'),
    ("omni-video", "element_list", '{"element_id":%07d}'),
    ("omni-video", "element_list", '{"element_id":"x%07d"}'),
    ("omni-video", "video_list", '{"video_url":"https://cdn.acme.io/%07d.mp4"}'),
    ("omni-video", "video_list", '{"video_url":"x%07d","refer_type":"fetaure"}'),
    ("image2video", "dynamic_masks", '{"mask":"x%07d","trajectories":[{"x":1,"y":2}]}'),
    ("image2video", "dynamic_masks", '{"mask":"https://cdn.acme.io/%07d.png","trajectories":1}'),
    ("image2video", "camera_control", '{"type":"%07d"}'),
):
    case(f"items-{endpoint}-{key}-{len(CHECK)}.{endpoint}", numbered('{"%s":[' % key, item, "]}"))
for name, item in (("points", '{"x":%07d,"y":2}'), ("wrong-points", '{"x":"%07d"}'), ("near-points", '{"X":%07d,"z":1}'), ("pair-points", "[%07d,1]")):
    case(f"{name}.image2video", numbered('{"image":"https://cdn.acme.io/a.png","dynamic_masks":[{"mask":"https://cdn.acme.io/m.png","trajectories":[', item, "]}]}"))
for endpoint in ("image2video", "multi-image2video", "multi-image2image", "omni-video"):
    for name, item in {
        "unknown-keys": '"k%07d":1', "near-keys": '"promt%07d":1', "near-keys-2": '"modle_nam_%07d":{"a":1}', "long-keys": '"' + "k" * 500 + '%07d":1', "escaped-keys": '"\\u006b%07d":1',
        "nested": '"k%07d":{"prompt":1}',
    }.items():
        case(f"{name}.{endpoint}", numbered("{", item, "}"))
    for name, item in {
        "same": '"mode":"std"', "same-wrong": '"duration":5', "same-list": '"image_list":[{"image":1}]', "same-escaped": '"\\u006dode":"std"', "same-unknown": '"x":1', "near-same": '"Mode":"std"', "same-prompt": '"prompt":"<<<image_1>>>"',
        "same-image": '"image":"QQ=="', "same-masks": '"dynamic_masks":[{"mask":"a","trajectories":[{"x":1,"y":1}]}]',
    }.items():
        case(f"{name}.{endpoint}", around("{", item + ",", '"a":1}'))
case("key-of-all", around("{\"", "k", '":1}'))
case("key-of-escapes", around("{\"", "\\u006b", '":1}'))
case("key-of-korean", around("{\"", "별", '":1}'))
case("key-of-faults", around("{\"", "\\x", '":1}'))
case("key-of-controls", around("{\"", "\x01", '":1}'))
case("keys-of-faults", around("{", '"a\\x":1,', "}"))
case("keys-of-high", around("{", '"별":1,', "}"))
# Lists of requests.
for name, item in {
    "good": '{"image":"https://cdn.acme.io/%07d.png","external_task_id":"%%07d"}', "bad": '{"duration":5,"mode":%07d}', "empty": '{"a":%07d}', "numbers": "%07d", "lists": "[%07d]", "null": '{"image":null,"x":%07d}',
    "same-id": '{"image":"https://cdn.acme.io/%07d.png","external_task_id":"a"}', "local": '{"image":"./%07d.png"}',
}.items():
    item = item.replace("%%07d", "id") if name == "good" else item
    case(f"list-{name}", numbered("[", item, "]"))
    case(f"list-{name}.image2video", numbered("[", item, "]", ",\n"))

LINES = {
    "lines-1-byte": only("1\n"), "lines-blank": only("\n"), "lines-returns": only("\r"), "lines-spaces": only(" \n"), "lines-one-long": around(PROMPT, "a", '"}'), "lines-one-blank": only(" "), "lines-one-open": only("{"),
    "lines-no-end": around("", "{}\n", "{}"), "lines-mixed": only('1\r\n{"a":1}\r'), "lines-brackets": only("[}\n"), "lines-deep": only("[" * 600 + "\n"), "lines-broken": only('{"image":"a\n'),
    "lines-empty": only("{}\n"), "lines-nul": only("\0\n"), "lines-bad-utf8": only(b"\xff\n"), "lines-bom": only("\ufeff{}\n"), "lines-lists": only("[{}]\n"), "lines-commas": only("{},\n"), "lines-json-text": around("[\n", "{},\n", "]"),
    "lines-long-each": only(PROMPT + "a" * 300_000 + '"}\n'), "lines-base64-each": only(IMAGE + "QUJD" * 100_000 + '"}\n'), "lines-wrong": only('{"image":1,"duration":5,"mode":"x","a":1}\n'),
    "lines-ids": numbered("", '{"image":"https://cdn.acme.io/a.png","external_task_id":"%d"}', "\n", "\n"), "lines-same-id": only('{"image":"https://cdn.acme.io/a.png","external_task_id":"a"}\n'),
    "lines-local": numbered("", '{"image":"./%d.png"}', "\n", "\n"), "lines-references": only('{"prompt":"' + "<<<image_1>>>" * 50 + '","image_list":[]}\n'), "lines-near": numbered("", '{"image":"https://cdn.acme.io/a.png","promt%d":1}', "\n", "\n"),
}

SMALL = OPEN + PAIR[1:].replace('image_list":', '"x":') + "}"
MANY = numbered("[", '{"image":"https://cdn.acme.io/%07d.png","duration":5,"mode":"x","k":1}', "]", ",\n")
CONFIGS = {
    "config-comment": around("", "# a\n", ""), "config-tables": only("[a]\n"), "config-dots": around("", "a.", "b = 1"), "config-deep": around("a = ", "[", ""), "config-inline": around("a = ", "{a=", ""), "config-keys": numbered("", "k%d = 1", "\n", "\n"),
    "config-string": around('baseline = "', "a", '"'), "config-globs": numbered("[endpoints]\n", '"a%d*/**" = "image2video"', "\n", "\n"), "config-severities": numbered("[severity]\n", '"KL%d" = "off"', "\n", "\n"), "config-nul": only("\0"), "config-stars": around('[endpoints]\n"', "*a", '" = "image2video"'),
    "config-braces": around('[endpoints]\n"', "{a,b}", '" = "image2video"'), "config-bad-utf8": only(b"\xff"), "config-quotes": only('"'), "config-number": around("a = ", "9", ""),
}
POLICIES = {
    "policy-deep": halves('{"not":', "}"), "policy-open": only("["), "policy-all": around('{"allOf":[', "{},", "{}]}"), "policy-enum": around('{"enum":[', "1,", "1]}"), "policy-pattern": around('{"properties":{"prompt":{"pattern":"', "(a*)*", '"}}}'),
    "policy-repeat": around('{"properties":{"prompt":{"pattern":"', "a{1,1000}", '"}}}'), "policy-title": around('{"title":"', "a", '","const":1}'), "policy-refs": numbered('{"$defs":{', '"d%d":{"$ref":"#/$defs/d1000000"}', '}}'), "policy-loop": around('{"$ref":"#","x":"', "a", '"}'),
    "policy-required": numbered('{"required":[', '"k%d"', "]}"), "policy-unique": around('{"uniqueItems":true,"x":[', "1,", "1]}"),
}
BASELINES = {
    "baseline-open": only("["), "baseline-spaces": around("{", " ", "}"), "baseline-deep": around('{"findings":', '[', ""), "baseline-string": around('{"version":1,"x":"', "a", '"}'), "baseline-entries": numbered('{"version":1,"findings":[', '{"file":"a.json","rule":"KL2001","pointer":"/p","hash":"%016d"}', "]}", ",\n"),
}
# Media files, as they are given: name, kind, what they begin with, what follows again and again, and the end.
def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def box(kind, data=b"", size=None):
    return struct.pack(">I", len(data) + 8 if size is None else size) + kind + data


PNG_HEAD = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 600, 600, 8, 2, 0, 0, 0))
JPEG_SIZE = b"\xff\xc0\0\x11\x08\x02\x58\x02\x58\x03"
GIF_HEAD = b"GIF89a\x58\x02\x58\x02\x80\0\0\0\0\0\xff\xff\xff"
FTYP = box(b"ftyp", b"isom\0\0\0\0")
AVIF = box(b"ftyp", b"avif\0\0\0\0avifmif1")
MEDIA = {
    "png-empty-data": ("png", PNG_HEAD, chunk(b"IDAT"), chunk(b"IEND")),
    "png-texts": ("png", PNG_HEAD, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 100_000)), chunk(b"IEND")),
    "png-profiles": ("png", PNG_HEAD, chunk(b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 100_000)), chunk(b"IEND")),
    "png-frames": ("png", PNG_HEAD + chunk(b"acTL", b"\xff" * 8), chunk(b"fcTL", b"\0" * 26), chunk(b"IEND")),
    "gif-frames": ("gif", GIF_HEAD, b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\x58\x02\x58\x02\0\x02\x02\x44\x01\0", b";"),
    "gif-comment": ("gif", GIF_HEAD + b"\x21\xfe", b"\x01a", b""),
    "jpeg-empty-segments": ("jpg", b"\xff\xd8", b"\xff\xe1\0\x02", JPEG_SIZE),
    "jpeg-fill": ("jpg", b"\xff\xd8", b"\xff", JPEG_SIZE[1:]),
    "jpeg-tables": ("jpg", b"\xff\xd8" + JPEG_SIZE, b"\xff\xc4\0\x13\0" + b"\0" * 15 + b"\x01\0", b""),
    "jpeg-scans": ("jpg", b"\xff\xd8\xff\xc2\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0", b"\xff\xda\0\x08\x01\x01\0\0\0\0\0", b""),
    "webp-frames": ("webp", b"RIFF\xf0\xff\xff\x7fWEBP", b"ANMF\0\0\0\0", b""),
    "mp4-free": ("mp4", FTYP, box(b"free"), box(b"moov")),
    "mp4-fragments": ("mp4", FTYP + box(b"moov", box(b"mvhd", b"\0" * 100)), box(b"moof", box(b"mfhd", b"\0" * 8)), b""),
    "mp4-tracks": ("mp4", FTYP + b"\x7f\xff\xff\xffmoov", box(b"trak"), b""),
    "mp4-nested": ("mp4", FTYP, b"\x7f\xff\xff\xffmeta\0\0\0\0", b""),
    "mp4-to-the-end": ("mp4", FTYP, b"\0\0\0\0moov", b""),
    "mp4-uuid": ("mp4", FTYP, box(b"uuid", b"\0" * 16), b""),
    "avif-properties": ("avif", AVIF + b"\x7f\xff\xff\xffmeta\0\0\0\0\x7f\xff\xff\xfaiprp\x7f\xff\xff\xf0ipco", box(b"ispe", b"\0" * 4 + b"\0\0\x02\x58" * 2), b""),
}


def bare(before, unit, after):
    return lambda size: ([before], rep(unit, size), [after])


FORMATS = ("human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit")
# What to run besides the check: (what it is called, the words of its cases' names, arguments).
WAYS = (
    ("fix", ["--fix"]), ("unsafe", ["--fix", "--unsafe-fixes"]), ("diff", ["--diff", "--unsafe-fixes"]), ("stdin", None), ("decode", ["--decode"]), ("wire", ["--wire", "--strict", "-v"]),
)
FIXED = ("commas", "list-commas", "single-strings", "bare-keys", "misfits", "quotes", "comment-lines", "no-commas", "prompt-half-pairs", "prompt-controls", "prompt-wrong-escapes", "prompt-bad-utf8", "base64-line-ends", "base64-blanks", "base64-url-safe", "numbers-odd",
         "near-keys.image2video", "near-same.image2video", "same-wrong.image2video", "list-bad", "unclosed-strings", "keys-of-faults", "boms", "trues", "curly", "leading", "trailing", "escaped-json", "wrapped", "arrays", "open-mixed", "documents", "image-plain", "data-url-sound", "prompt-plain", "cfg-digits")
PACKED = ("prompt-plain", "prompt-escapes", "image-plain", "base64-sound", "data-url-sound", "base64-escaped", "path", "url", "near-keys.image2video", "list-good", "misfits", "spaces", "unknown-keys.omni-video")


def cases():
    """Every run: its name, what makes the input, what the input is called, the arguments around it."""
    for name, make in CHECK.items():
        yield name, make, "x." + name.rpartition(".")[2] + ".json" if "." in name else "x.json", lambda path: [path], None
    for name, make in LINES.items():
        yield name, make, "x.jsonl", lambda path: [path], None
        yield name + " jobs=1", make, "x.jsonl", lambda path: ["--jobs=1", "--endpoint=image2video", path], None
    for way, arguments in WAYS:
        for name in FIXED:
            called = "x." + name.rpartition(".")[2] + ".json" if "." in name else "x.json"
            yield f"{name} {way}", CHECK[name], called, (lambda path, arguments=arguments: [*arguments, path]) if arguments else (lambda path: ["-"]), None
        yield f"lines-wrong {way}", LINES["lines-wrong"], "x.jsonl", (lambda path, arguments=arguments: [*arguments, path]) if arguments else (lambda path: ["--jsonl", "-"]), None
    for name in PACKED:
        called = "x." + name.rpartition(".")[2] + ".json" if "." in name else "x.json"
        yield f"{name} pack", CHECK[name], called, lambda path: ["pack", path, "-o", path + ".out"], None
    for form in FORMATS:
        for name, make, called in (("many", MANY, "x.json"), ("lines", LINES["lines-wrong"], "x.jsonl"), ("key", CHECK["key-of-all"], "x.image2video.json"), ("text", CHECK["prompt-controls"], "x.json")):
            yield f"{name} format={form}", make, called, lambda path, form=form: [f"--format={form}", path], None
    for name, make in CONFIGS.items():
        yield name, make, "kling-lint.toml", lambda path: ["--config", path, os.path.join(os.path.dirname(path), "small.json")], None
    for name, make in POLICIES.items():
        yield name, make, "policy.json", lambda path: ["--config", os.path.join(os.path.dirname(path), "house.toml"), os.path.join(os.path.dirname(path), "small.image2video.json")], None
    for name, make in BASELINES.items():
        yield name, make, "base.json", lambda path: ["--baseline", path, os.path.join(os.path.dirname(path), "small.json")], None
    for name, (kind, before, unit, after) in MEDIA.items():
        for way in ([], ["--decode"]):
            yield " ".join(["media-" + name, *way]), bare(before, unit, after), "x." + kind, lambda path, way=way: [*way, path], None
    for encoding in ("utf-16-le", "utf-16-be", "utf-16", "utf-32", "utf-7", "cp037"):
        text = around(PROMPT, "a", '"}')
        yield "encoded-" + encoding, lambda size, encoding=encoding, text=text: ((b"".join(part).decode().encode(encoding) for part in text(size // 2)),), "x.json", lambda path: [path], None
    for name, count, side in (("decode-14", 14, 2300), ("decode-1-large", 1, 12000), ("decode-14-large", 14, 8000)):
        yield name, pictures(count, side, side), "x.multi-image2video.json", lambda path: ["--decode", path], "fixed"


def write(path, make, size):
    """In a process of its own: the peak of what is run later counts from the size of this one."""
    pid = os.fork()
    if pid == 0:
        try:
            with open(path, "wb") as out:
                for part in make(size):
                    for piece in part:
                        out.write(piece)
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        sys.exit(f"{path} could not be written")
    return os.path.getsize(path)


def run(command, stdin, out, err, limit):
    """Exit status, seconds of processor, seconds, peak bytes."""
    before = time.monotonic()
    with open(stdin or os.devnull, "rb") as source, open(out, "wb") as printed, open(err, "wb") as said:
        pid = os.posix_spawn(command[0], command, {"PATH": "/usr/bin:/bin"}, file_actions=[(os.POSIX_SPAWN_DUP2, f.fileno(), n) for n, f in enumerate((source, printed, said))])
        while True:
            done, status, used = os.wait4(pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() - before > 4 * limit:
                os.kill(pid, 9)
                _, status, used = os.wait4(pid, 0)
                return "killed", used.ru_utime + used.ru_stime, time.monotonic() - before, used.ru_maxrss * 1024
            time.sleep(0.001)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, time.monotonic() - before, used.ru_maxrss * 1024


def judge(size, runs, err, out, fixed):
    """What does not hold."""
    (n, (status, cpu, _, peak)), (n2, (status2, cpu2, _, peak2)) = runs
    wrong = []
    for code in (status, status2):
        if code not in (0, 1, 2):
            wrong.append(f"exit status {code}")
    if 2 in (status, status2):
        text = open(err, "rb").read()
        if not 0 < len(text) <= 4096:
            wrong.append(f"exit status 2 with {len(text)} bytes of message")
    if not fixed and cpu2 > 0.05 and cpu2 > 2.5 * max(cpu, 0.02) * n2 / (2 * n):
        wrong.append(f"{cpu2 / max(cpu, 1e-9):.1f} x the time for twice the bytes")
    if not fixed and cpu2 > max(0.05, n2 / (100 * MB)):
        wrong.append(f"{cpu2 * 100 * MB / n2:.2f} s per 100 MB")
    if fixed and cpu2 > 1:
        wrong.append(f"{cpu2:.2f} s")
    if not fixed and peak2 > 1.5 * n2 + (16 << 20):
        wrong.append(f"{peak2 / MB:.0f} MB at the peak")
    printed = os.path.getsize(out)
    if printed > 4 << 20 and "lines" not in fixed_name[0]:
        wrong.append(f"{printed / MB:.0f} MB of output")
    return wrong


fixed_name = [""]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("command", nargs="?")
    options.add_argument("--size", type=float, default=10, help="N, in MB [default: 10]")
    options.add_argument("--only", default="", help="cases with this in their name")
    options.add_argument("--work", default="evil-work", help="the folder to work in")
    options.add_argument("--write", metavar="DIR", help="write the inputs here and run nothing")
    options.add_argument("--markdown", metavar="FILE", help="write the table here")
    options.add_argument("--limit", type=float, default=20, help="seconds a run may take")
    given = options.parse_args()
    size = int(given.size * MB)
    chosen = [case for case in cases() if given.only in case[0]]
    if given.write:
        os.makedirs(given.write, exist_ok=True)
        for name, make, called, _, _ in chosen:
            write(os.path.join(given.write, name.replace(" ", "_") + called[1:]), make, size)
        return 0
    command = os.path.abspath(given.command)
    work = os.path.abspath(given.work)
    os.makedirs(work, exist_ok=True)
    open(work + "/small.json", "w").write(SMALL)
    open(work + "/small.image2video.json", "w").write('{"image":"https://cdn.acme.io/a.png","prompt":"' + "a" * 400 + '"}')
    open(work + "/house.toml", "w").write('[house]\nimage2video = "policy.json"\n')
    # An empty config ends the search upwards.
    rows, bad = [], 0
    for name, make, called, arguments, fixed in chosen:
        fixed_name[0] = name
        path, runs = work + "/" + called, []
        out, err = work + "/out", work + "/err"
        for bytes_ in (size, 2 * size):
            written = write(path, make, bytes_)
            around_it = arguments(path)
            if "--config" not in around_it and around_it[0] != "pack":
                around_it = ["--no-config", *around_it]
            runs.append((written, run([command, *around_it], path if "-" in around_it else None, out, err, given.limit)))
            if runs[-1][1][0] == "killed":
                break
        for gone in (path, path + ".out"):
            if os.path.exists(gone):
                os.remove(gone)
        if len(runs) == 1:
            wrong, runs = [f"killed after {given.limit:.0f} s at N"], runs * 2
        else:
            wrong = judge(size, runs, err, out, fixed)
        (n, (_, cpu, _, _)), (n2, (status, cpu2, _, peak)) = runs
        bad += bool(wrong)
        rows.append((name, n2, status, cpu2, cpu2 / max(cpu, 1e-9), peak, wrong))
        print(f"{name:44} {n2 / MB:7.1f} MB  exit {status}  {cpu2 * 1000:7.0f} ms  x{cpu2 / max(cpu, 1e-3):4.1f}  {cpu2 * 100 * MB / n2:6.2f} s/100MB  {peak / MB:6.1f} MB  {'; '.join(wrong)}", flush=True)
    print(f"{len(rows)} cases, {bad} outside the bounds")
    if given.markdown:
        with open(given.markdown, "w") as out:
            out.write("| case | MB | exit | s per 100 MB | time at 2 N / N | peak MB | |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |\n")
            for name, n, status, cpu, ratio, peak, wrong in rows:
                shown = f"{ratio:.1f}" if cpu > 0.05 else ""
                out.write(f"| {name} | {n / MB:.0f} | {status} | {cpu * 100 * MB / n:.2f} | {shown} | {peak / MB:.0f} | {'; '.join(wrong)} |\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
