"""Drawn answers of likeness with their exhibits, for the tests of its page."""

import io

import numpy as np
from PIL import Image

from loopfind.model.comparison import Failure
from loopfind.model.likeness import (
    AlikeGroup,
    AlikeMoments,
    AppearanceKey,
    Likeness,
    LikenessGroups,
    Neighbour,
    ProvenPair,
)
from loopfind.model.likeness_exhibits import Glance, LikenessExhibits, MapPoint

KEY = AppearanceKey("cnn", "0123456789abcdef", 0)
NASTY = "/films/<script>alert(1)</script>\x1b.mp4"


def look(level):
    file = io.BytesIO()
    Image.new("RGB", (96, 54), (level, 90, 160)).save(file, "JPEG")
    strips = np.full((4, 100, 3), level, np.uint8)
    return Glance(np.array([1.0, 3.0, 5.0, 7.0]), (file.getvalue(),) * 4, strips)


def neighbours():
    moments = tuple(AlikeMoments(float(n), 60.0 + n, 0.9 - 0.01 * n) for n in range(4))
    return (
        Neighbour("/films/two.mp4", 0.95, 0.004, moments, 41.2),
        Neighbour(NASTY, 0.91, 0.05, moments, 0.0),
        Neighbour("/films/gone.mp4", 0.85, None, moments),
    )


def grouped():
    """Three files like a first one, a pair, and six that are alone on the map."""
    pair = AlikeGroup("/films/five.mp4", (Neighbour("/films/six.mp4", 0.93, 0.01, ()),))
    proven = (ProvenPair("/films/two.mp4", NASTY, 9.0),)
    first = AlikeGroup("/films/one.mp4", neighbours(), proven)
    answer = LikenessGroups(KEY, (first, pair), 40, 0.905, 0.01, (Failure("/films/lost.mp4", "it is gone"),))
    names = ["/films/one.mp4", "/films/two.mp4", NASTY, "/films/gone.mp4", "/films/five.mp4", "/films/six.mp4"]
    names += [f"/films/alone{number}.mp4" for number in range(6)]
    points = tuple(MapPoint(name, number / 11, (number * 5 % 12) / 11) for number, name in enumerate(names))
    looks = {name: look(30 * number) for number, name in enumerate(names[:3])}
    return answer, LikenessExhibits(points, 28, looks, (Failure("/films/gone.mp4", "no such file"),))


def searched():
    shown = grouped()[1]
    return Likeness("/films/one.mp4", KEY, neighbours(), 39, True), shown
