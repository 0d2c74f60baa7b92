"""Appearances, networks and films for the tests of likeness."""

import json

import numpy as np
import videos

from loopfind.arrays.directions import rounded
from loopfind.model.likeness import Appearance, AppearanceKey
from loopfind.pipeline import add
from loopfind.settings import Settings

PALETTE = AppearanceKey("palette", "", 0)


def noise(count, seed=1, side=64):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3)).astype(np.uint8)


def coded(field, value):
    """One field of a protocol buffer: a number, a text, or bytes."""

    def varint(number):
        found = bytearray()
        while number > 127:
            found.append(number & 127 | 128)
            number >>= 7
        return bytes([*found, number])

    if isinstance(value, int):
        return varint(field << 3) + varint(value)
    held = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(held)) + held


def tensor(name, *sizes):
    shape = b"".join(coded(1, coded(1, size) if isinstance(size, int) else coded(2, size)) for size in sizes)
    return coded(1, name) + coded(2, coded(1, coded(1, 1) + coded(2, shape)))


def onnx(nodes, inputs=("pictures",), outputs=("out",), shape=("n", 3, "h", "w")):
    """A network. nodes: (kind, inputs, output). shape: of each input."""
    graph = b"".join(
        coded(1, b"".join(coded(1, name) for name in given) + coded(2, out) + coded(4, kind))
        for kind, given, out in nodes
    )
    graph += coded(2, "drawn") + b"".join(coded(11, tensor(name, *shape)) for name in inputs)
    graph += b"".join(coded(12, tensor(name, "n", "d")) for name in outputs)
    return coded(1, 8) + coded(8, coded(1, "") + coded(2, 17)) + coded(7, graph)


MEANS = [("GlobalAveragePool", ["pictures"], "means"), ("Flatten", ["means"], "out")]
"""A network that sees the mean colour."""
MOST = [("GlobalMaxPool", ["pictures"], "most"), ("Flatten", ["most"], "top")]


def kept_network(folder, data, **card):
    path = folder / "eye.onnx"
    path.write_bytes(data)
    if card:
        path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    return str(path)


def drawn(seed, moments=6, width=8, key=PALETTE):
    vectors = rounded(np.abs(np.random.default_rng(seed).normal(size=(moments, width))))
    return Appearance(key, np.arange(moments, dtype=np.float64), vectors)


DRAWN = {
    "testsrc2": "testsrc2",
    "bars": "smptehdbars,hue=h=40*t",
    "fractal": "mandelbrot=end_scale=0.02:start_scale=1.5",
    "life": "life=mold=10:ratio=0.1:life_color=#C83232:mold_color=#3232C8,scale=320:240",
    "carpet": "sierpinski=type=carpet",
    "colours": "gradients=n=5:seed=3",
    "cells": "cellauto=rule=110",
    "tiles": "testsrc,negate",
}


def source(text, size="320x240"):
    first, *rest = text.split(",")
    return ",".join([f"{first}{':' if '=' in first else '='}size={size}:rate=10", *rest])


def draw_films(folder, names=tuple(DRAWN)):
    """Draw videos of four seconds into a folder that is made."""
    folder.mkdir()
    for name in names:
        words = ["-f", "lavfi", "-t", "4", "-i", source(DRAWN[name]), "-c:v", "mpeg4", "-q:v", "4", "-g", "5"]
        videos.run(*words, str(folder / f"{name}.mp4"))
    return folder


def make_films(root):
    """Return a folder of eight drawn videos, and a library of them; beside the folder, as edit.mkv, lies an edit of
    one: mirrored, cropped, encoded anew."""
    folder, library = draw_films(root / "films"), root / "l.sqlite"
    words = ["-i", str(folder / "fractal.mp4"), "-vf", "hflip,crop=iw*0.85:ih*0.85,scale=160:128", "-c:v", "mpeg4"]
    videos.run(*words, "-q:v", "12", "-g", "5", str(root / "edit.mkv"))
    add([str(folder)], library, Settings(sound=False))
    return folder, library
