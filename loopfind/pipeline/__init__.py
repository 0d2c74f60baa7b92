"""Scan, sweep, compare: the only part that knows every stage."""

from typing import TYPE_CHECKING

from loopfind.registry import on_demand

if TYPE_CHECKING:
    from loopfind.pipeline.cache import Cache as Cache
    from loopfind.pipeline.clean_copy import clean as clean
    from loopfind.pipeline.comparing import compare as compare
    from loopfind.pipeline.comparing import compare_to_show as compare_to_show
    from loopfind.pipeline.following import follow as follow
    from loopfind.pipeline.library_add import add as add
    from loopfind.pipeline.library_compare import compare_library as compare_library
    from loopfind.pipeline.library_copy import copy_library as copy_library
    from loopfind.pipeline.library_groups import groups as groups
    from loopfind.pipeline.library_groups import groups_to_show as groups_to_show
    from loopfind.pipeline.library_search import search_library as search_library
    from loopfind.pipeline.library_similar import similar as similar
    from loopfind.pipeline.library_similar import similar_to_show as similar_to_show
    from loopfind.pipeline.library_train import forget as forget
    from loopfind.pipeline.library_train import train as train
    from loopfind.pipeline.likeness_knn import evaluate_knn as evaluate_knn
    from loopfind.pipeline.packet_scan import scan_packets as scan_packets
    from loopfind.pipeline.resume import Resume as Resume
    from loopfind.pipeline.scanning import scan as scan
    from loopfind.pipeline.scanning import scan_to_show as scan_to_show
    from loopfind.pipeline.seams import seams as seams
    from loopfind.pipeline.seams import write_turn as write_turn
    from loopfind.pipeline.steadiness import steady as steady
    from loopfind.pipeline.sweeping import sweep as sweep
    from loopfind.pipeline.trajectory import follow_trajectory as follow_trajectory
    from loopfind.pipeline.trajectory import trajectory as trajectory
    from loopfind.pipeline.upload_check import check_upload as check_upload
else:  # each loads what it needs and no more
    _HOMES = {
        "library_add": ("add",),
        "cache": ("Cache",),
        "clean_copy": ("clean",),
        "comparing": ("compare", "compare_to_show"),
        "following": ("follow",),
        "packet_scan": ("scan_packets",),
        "resume": ("Resume",),
        "scanning": ("scan", "scan_to_show"),
        "library_compare": ("compare_library",),
        "library_copy": ("copy_library",),
        "library_groups": ("groups", "groups_to_show"),
        "library_search": ("search_library",),
        "library_similar": ("similar", "similar_to_show"),
        "library_train": ("forget", "train"),
        "likeness_knn": ("evaluate_knn",),
        "steadiness": ("steady",),
        "seams": ("seams", "write_turn"),
        "sweeping": ("sweep",),
        "trajectory": ("follow_trajectory", "trajectory"),
        "upload_check": ("check_upload",),
    }
    __getattr__ = on_demand(__name__, {name: f"{__name__}.{home}" for home, names in _HOMES.items() for name in names})
