"""Use of a group of processes: memory and processor, as Linux counts them; elsewhere nothing is known."""

import os
from dataclasses import dataclass

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Use:
    """Use of a group of processes. cpu_seconds: of those that run and of those that these have waited for. memory:
    bytes that are resident."""

    cpu_seconds: float = 0.0
    memory: int = 0


def use_of_group(group: int) -> Use:
    """Return what the processes of a group use."""
    ticks = pages = 0
    try:
        numbers = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return Use()
    for number in numbers:
        try:
            with open(f"/proc/{number}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:  # it has ended
            continue
        if len(fields) > 21 and int(fields[2]) == group:
            ticks += sum(map(int, fields[11:15]))
            pages += int(fields[21])
    return Use(ticks / _TICKS, pages * _PAGE)
