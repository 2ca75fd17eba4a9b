"""The map of the overview: every outline as SVG, in the batch's own metres; no tile is fetched."""

from collections import defaultdict
from typing import Any, NamedTuple

from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report.names import page_url
from yanhu_satcheck.report.pictures import path_of, round_length
from yanhu_satcheck.report.style import LOOKS, Look

_WIDE, _HIGH, _EDGE = 1000.0, 700.0, 40.0


class Spot(NamedTuple):
    """One polygon on the map."""

    polygon_id: str
    url: str
    look: Look
    township: str
    x: float
    y: float
    path: str


class Overview(NamedTuple):
    """The map, in its own units; y runs down."""

    width: float
    height: float
    spots: tuple[Spot, ...]
    towns: tuple[tuple[str, float, float], ...]
    licences: tuple[str, ...]
    columns: tuple[tuple[float, str], ...]  # grid lines and the kilometres they stand for
    rows: tuple[tuple[float, str], ...]
    step_km: str
    bar: float
    bar_says: str
    missing: int  # polygons without a usable outline


class _Frame(NamedTuple):
    """How metres become units of the map."""

    left: float
    top: float
    scale: float
    dx: float
    dy: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) * self.scale + self.dx, (self.top - y) * self.scale + self.dy


def overview(audit: Audit) -> Overview | None:
    """Lay the map out; `None` where no polygon has an outline."""
    import shapely

    outlines = {c.polygon_id: c.polygon.footprint for c in audit.cases if c.polygon.footprint}
    if not outlines:
        return None
    left, bottom, right, top = map(float, shapely.total_bounds(list(outlines.values())))
    bounds = (left, bottom, right, top)
    frame = _frame(bounds)
    spots = tuple(_spots(audit, outlines, frame))
    frame_m = shapely.box(*bounds).buffer(_EDGE / frame.scale)
    licences = [one.footprint for one in audit.batch.permits if one.footprint is not None]
    step = round_length(_WIDE / frame.scale / 5) or 1
    bar = round_length(_WIDE / frame.scale / 6)
    return Overview(
        _WIDE,
        _HIGH,
        spots,
        _towns(spots),
        tuple(_drawn(one, frame) for one in licences if one.intersects(frame_m)),
        *_grid(bounds, frame, step),
        f"{step / 1000:g}",
        bar * frame.scale,
        f"{bar / 1000:g} km" if bar >= 1000 else f"{bar:g} m",
        len(audit.cases) - len(outlines),
    )


def _frame(bounds: tuple[float, ...]) -> _Frame:
    left, bottom, right, top = bounds
    wide, high = max(right - left, 200.0), max(top - bottom, 200.0)
    scale = min((_WIDE - 2 * _EDGE) / wide, (_HIGH - 2 * _EDGE) / high)
    dx = (_WIDE - (right - left) * scale) / 2
    dy = (_HIGH - (top - bottom) * scale) / 2
    return _Frame(left, top, scale, dx, dy)


def _spots(audit: Audit, outlines: dict[str, Any], frame: _Frame) -> list[Spot]:
    """Draw the worst last, so that it lies on top."""
    spots = []
    entries = sorted(audit.ledger.entries, key=lambda e: (e.status or 0, e.polygon_id))
    for entry in entries:
        outline = outlines.get(entry.polygon_id)
        if outline is None or outline.is_empty:
            continue
        middle = outline.representative_point() if outline.is_valid else outline.centroid
        x, y = frame.at(middle.x, middle.y)
        look, url = LOOKS[entry.status], page_url(entry.polygon_id)
        path = _drawn(outline, frame)
        spots.append(Spot(entry.polygon_id, url, look, entry.township, x, y, path))
    return spots


def _drawn(outline: Any, frame: _Frame) -> str:
    import shapely

    rings = []
    for part in shapely.get_parts(outline.simplify(0.05 / frame.scale, preserve_topology=False)):
        if part.geom_type == "Polygon" and not part.is_empty:
            rings += [part.exterior, *part.interiors]
    return path_of([[frame.at(x, y) for x, y, *_ in ring.coords] for ring in rings], 2)


def _towns(spots: tuple[Spot, ...]) -> tuple[tuple[str, float, float], ...]:
    """Write each township amid its polygons, clear of a mark that stands alone."""
    places: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for spot in spots:
        if spot.township:
            places[spot.township].append((spot.x, spot.y))
    return tuple(
        (town, sum(x for x, _ in at) / len(at), sum(y for _, y in at) / len(at) - 22)
        for town, at in sorted(places.items())
    )


def _grid(
    bounds: tuple[float, ...], frame: _Frame, step: float
) -> tuple[tuple[tuple[float, str], ...], tuple[tuple[float, str], ...]]:
    """Draw round kilometres of the working CRS."""
    left, top = frame.left - frame.dx / frame.scale, frame.top + frame.dy / frame.scale
    right, bottom = left + _WIDE / frame.scale, top - _HIGH / frame.scale
    columns = [step * n for n in range(int(left // step) + 1, int(right // step) + 1)]
    rows = [step * n for n in range(int(bottom // step) + 1, int(top // step) + 1)]
    return (
        tuple((frame.at(x, 0)[0], f"{x / 1000:g}") for x in columns),
        tuple((frame.at(0, y)[1], f"{y / 1000:g}") for y in rows),
    )
