"""What the layers of ledger.gpkg hold, and how QGIS is to draw each."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.evidence import PhotoEvidence
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.report import qml
from yanhu_satcheck.report.columns import ID, say
from yanhu_satcheck.report.figures import all_measures, column_name, of_case
from yanhu_satcheck.report.sheets import all_sheets

LONLAT = "EPSG:4490"
_PHOTO = ("文件", ID, "拍摄时间", "拍摄人员", qml.AZIMUTH, "距图斑_米", "相机", "无法读取的原因")


class Layer(NamedTuple):
    """A layer: its columns and rows, and a shape a row; a table where `kind` is blank."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    shapes: Sequence[Any] = ()
    kind: str = ""  # MultiPolygon, MultiLineString, Point
    crs: str | None = None
    style: str = ""


def all_layers(audit: Audit) -> tuple[Layer, ...]:
    """Give the layers in the order in which QGIS offers them; those without a row are left out."""
    ledger, problems, *_, about = all_sheets(audit)
    drawn = {one.id: polygons(one.footprint) for one in audit.batch.polygons}
    issued = [drawn.get(entry.polygon_id) for entry in audit.ledger.entries]
    found = [
        _together([drawn.get(one) for one in problem.finding.polygon_ids])
        for problem in audit.ledger.problems
    ]
    crs, areas = audit.batch.crs, "MultiPolygon"
    more = (
        _measured(audit, drawn),
        _photographs(audit),
        _links(audit, drawn),
        Layer(about.name, about.header, about.rows),
    )
    return (
        Layer(ledger.name, ledger.header, ledger.rows, issued, areas, crs, qml.ledger()),
        Layer(problems.name, problems.header, problems.rows, found, areas, crs, qml.problems()),
        *(layer for layer in more if layer.rows),
    )


def polygons(outline: Any) -> Any:
    """Keep an outline's polygons, flat; `None` where there is none."""
    import shapely

    if outline is None:
        return None
    parts = [
        part
        for part in shapely.get_parts(shapely.force_2d(outline), return_index=False)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    return shapely.MultiPolygon(parts) if parts else None


def _together(outlines: list[Any]) -> Any:
    """Gather the outlines of one finding's polygons; members may overlap, so no union."""
    import shapely

    parts = [part for one in outlines if one for part in one.geoms]
    return shapely.MultiPolygon(parts) if parts else None


def _measured(audit: Audit, drawn: dict[str, Any]) -> Layer:
    """Give every figure of evidence.parquet on the map, named in Chinese where QGIS shows it."""
    rows = [of_case(case) for case in audit.cases]
    measures = all_measures(rows)
    names = {ID: ID, "scene": "影像对"}
    names |= {one.key: column_name(one, "zh") for one in measures}

    def cells(at: int) -> tuple[Cell, ...]:
        case, row = audit.cases[at], rows[at]
        values = (row.get(one.key) for one in measures)
        plain = (one.value if isinstance(one, Measured) else one for one in values)
        return (case.polygon_id, case.scene.scene if case.scene else None, *plain)

    shapes = [drawn.get(case.polygon_id) for case in audit.cases]
    told = tuple(cells(at) for at in range(len(rows)))
    style = qml.measured(names)
    return Layer("测量数据", tuple(names), told, shapes, "MultiPolygon", audit.batch.crs, style)


def _photographs(audit: Audit) -> Layer:
    import shapely

    known = audit.batch.photo_crs == "WGS84"
    places = [shapely.Point(one.lonlat) if one.lonlat and known else None for one in audit.photos]
    rows = tuple(_photo(one, audit.lang) for one in audit.photos)
    return Layer("举证照片", _PHOTO, rows, places, "Point", LONLAT, qml.photographs())


def _photo(photo: PhotoEvidence, lang: str) -> tuple[Cell, ...]:
    return (
        photo.id,
        photo.polygon_id,
        photo.taken_at.isoformat(" ") if photo.taken_at else None,
        photo.taken_by or None,
        photo.azimuth,
        None if photo.distance_m is None else round(photo.distance_m, 1),
        f"{photo.camera.make} {photo.camera.model}".strip() or None,
        say(photo.fault, lang) or None,
    )


def _links(audit: Audit, drawn: dict[str, Any]) -> Layer:
    """Join the polygons that one picture serves, as the finding names them."""
    import shapely

    def lines(ids: Sequence[str]) -> Iterator[Any]:
        at = [one.representative_point() for one in map(drawn.get, ids) if one]
        yield from (shapely.LineString([at[0], other]) for other in at[1:])

    shared = [one for one in audit.judgement.findings if one.rule == "PH01"]
    joined = [(one, shapely.MultiLineString([*lines(one.polygon_ids)])) for one in shared]
    shown = [(one, line) for one, line in joined if not line.is_empty]
    rows = tuple(
        (one.id, "、".join(one.polygon_ids), say(one.message, audit.lang)) for one, _ in shown
    )
    header, lines_only = ("id", ID, "核查说明"), [line for _, line in shown]
    crs = audit.batch.crs
    return Layer("一图多用连线", header, rows, lines_only, "MultiLineString", crs, qml.links())
