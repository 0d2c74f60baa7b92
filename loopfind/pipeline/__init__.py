"""Scan, sweep, compare: the only part that knows every stage."""

from loopfind.pipeline.adding import add as add
from loopfind.pipeline.caching import Cache as Cache
from loopfind.pipeline.comparing import compare as compare
from loopfind.pipeline.comparing import compare_to_show as compare_to_show
from loopfind.pipeline.following import follow as follow
from loopfind.pipeline.resuming import Resume as Resume
from loopfind.pipeline.scanning import scan as scan
from loopfind.pipeline.scanning import scan_to_show as scan_to_show
from loopfind.pipeline.searching import compare_library as compare_library
from loopfind.pipeline.searching import search_library as search_library
from loopfind.pipeline.sweeping import sweep as sweep
