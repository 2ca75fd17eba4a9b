"""Pictures that earlier batches kept of a place, brought out for the pages of a later one."""

from collections.abc import Iterable
from pathlib import Path

from yanhu_satcheck.ledger import Former
from yanhu_satcheck.past import EarlierPolygon, Past

Strips = dict[tuple[str, str], tuple[Former, ...]]


def strips(past: Past, polygons: Iterable[EarlierPolygon], before: str, scratch: Path) -> Strips:
    """Write the pictures kept of earlier polygons into a folder; give them by batch and number.

    A batch that was added before pictures were kept has none.
    """
    folder = scratch / "former"
    folder.mkdir(exist_ok=True)
    found: Strips = {}
    for name in sorted({(one.batch, one.polygon_id) for one in polygons}):
        strip = []
        for chip in past.chips(*name, before):
            path, jpeg = folder / f"{chip.sha256}.jpg", past.chip(chip.sha256)
            if jpeg is not None:
                path.write_bytes(jpeg)
                strip.append(Former(chip, path))
        if strip:
            found[name] = tuple(strip)
    return found
