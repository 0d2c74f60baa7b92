"""Scan, sweep, compare: the only part that knows every stage."""

from typing import TYPE_CHECKING

from loopfind.registry import on_demand

if TYPE_CHECKING:
    from loopfind.pipeline.adding import add as add
    from loopfind.pipeline.caching import Cache as Cache
    from loopfind.pipeline.comparing import compare as compare
    from loopfind.pipeline.comparing import compare_to_show as compare_to_show
    from loopfind.pipeline.following import follow as follow
    from loopfind.pipeline.packets import scan_packets as scan_packets
    from loopfind.pipeline.resuming import Resume as Resume
    from loopfind.pipeline.scanning import scan as scan
    from loopfind.pipeline.scanning import scan_to_show as scan_to_show
    from loopfind.pipeline.searching import compare_library as compare_library
    from loopfind.pipeline.searching import search_library as search_library
    from loopfind.pipeline.sweeping import sweep as sweep
else:  # each loads what it needs and no more
    _HOMES = {
        "adding": ("add",),
        "caching": ("Cache",),
        "comparing": ("compare", "compare_to_show"),
        "following": ("follow",),
        "packets": ("scan_packets",),
        "resuming": ("Resume",),
        "scanning": ("scan", "scan_to_show"),
        "searching": ("compare_library", "search_library"),
        "sweeping": ("sweep",),
    }
    __getattr__ = on_demand(__name__, {name: f"{__name__}.{home}" for home, names in _HOMES.items() for name in names})
