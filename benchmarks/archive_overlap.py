"""Fill an archive with made-up quarters and ask it what lies under a new one.

    python benchmarks/archive_overlap.py [footprints] [queries]

Footprints are rounded to whole batches of 4000. The same mine sites come again in every batch, as
they do: each polygon asked for meets its own site's earlier ones. Seconds are wall and processor
time of one process; memory is its peak beyond the imports'.
"""

import json
import random
import resource
import sys
import time
from collections.abc import Callable
from math import cos, pi, sin
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import shapely

from yanhu_satcheck.archive import open_past, verify
from yanhu_satcheck.archive.add import shelve
from yanhu_satcheck.archive.out import Out

PER_BATCH = 4000
VERTICES = 60
LATER = "9999Q1"
T = TypeVar("T")


def site(number: int) -> tuple[float, float]:
    """Give a mine site in a province of 300 km, longitude and latitude."""
    rng = random.Random(number)
    return 110.0 + 3.0 * rng.random(), 34.5 + 2.7 * rng.random()


def outline(number: int, batch: int) -> shapely.Polygon:
    """Draw one site's polygon of one batch: a ragged blob of some 200 m that wanders a little."""
    rng = random.Random(number * 1009 + batch)
    lon, lat = (at + rng.uniform(-0.0005, 0.0005) for at in site(number))
    rays = [(0.001 * rng.uniform(0.7, 1.3), 2 * pi * k / VERTICES) for k in range(VERTICES)]
    return shapely.Polygon([(lon + 1.2 * r * cos(a), lat + r * sin(a)) for r, a in rays])


def quarter(batch: int, size: int) -> Out:
    """Make one batch as it stands when its OUT was read: a polygon in three with a finding."""
    name, rows, bounds = f"{2000 + batch // 4}Q{batch % 4 + 1}", [], {}
    for number in range(size):
        drawn, id = outline(number, batch), f"{name}-{number:06}"
        filing = {"legality": "伪变化", "call": "PSEUDO_CHANGE", "breach": None}
        facts = {"polygon_id": id, "key": id, "after_date": "2022-11-12", "filing": filing}
        rows.append(("polygon", (id, id, shapely.to_wkb(drawn), json.dumps(facts))))
        bounds[id] = drawn.bounds
        if number % 3 == 0:
            line = {"id": f"CL01{number:012x}", "rule": "CL01", "status": "inconsistent"}
            line |= {"polygon_ids": [id], "suppressed": None, "message": {"zh": "甲", "en": "a"}}
            rows.append(("finding", (line["id"], "CL01", "inconsistent", json.dumps(line))))
    return Out(Path(), name, "{}", tuple(rows), bounds, ())


def told(what: str, work: Callable[[], T]) -> T:
    """Do some work and print what it took."""
    begun, cpu = time.perf_counter(), time.process_time()
    done = work()
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - AT_START
    print(f"{what:44} {took:8.2f} s, {cpu:7.2f} CPU-s   peak +{peak:.0f} MB")
    return done


AT_START = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Fill, ask, verify."""
    footprints = max(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, 2 * PER_BATCH)
    queries = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    batches = footprints // PER_BATCH
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"

        def fill() -> None:
            for batch in range(batches - 1):
                shelve(quarter(batch, PER_BATCH), path)

        told(f"{footprints - PER_BATCH} footprints drawn and added", fill)
        last = quarter(batches - 1, PER_BATCH)
        told(f"{PER_BATCH} more added", lambda: shelve(last, path))
        print(f"  file {path.stat().st_size / 2**20:.0f} MB")
        asked = [outline(number * 7, batches) for number in range(queries)]
        with open_past(path) as past:
            ask = lambda: sum(len(past.overlapping(one, LATER)) for one in asked)  # noqa: E731
            met = told(f"{queries} overlap queries, cold", ask)
            print(f"  {met} earlier polygons met")
            told(f"{queries} overlap queries, again", ask)
            told("contradicted", lambda: past.contradicted(LATER))
        told("verify", lambda: verify(path))


if __name__ == "__main__":
    main()
