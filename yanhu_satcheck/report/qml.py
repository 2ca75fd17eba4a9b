"""The styles that QGIS finds in ledger.gpkg, so that every layer opens coloured and named.

Written in the form of QGIS 3.22, with `<prop>`, which older and newer versions read too.
"""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from yanhu_satcheck.report.columns import ID, STATUS, state
from yanhu_satcheck.report.style import LOOKS

AZIMUTH = "方位角"
RULE = "规则"
_INK = "#344054"


def ledger() -> str:
    """Colour polygons by 审核状态 and write their number on each."""
    symbols = [_area(look.colour, 80, "solid") for look in LOOKS.values()]
    return _style(_by(STATUS, [state(one) for one in LOOKS], symbols), _label(ID))


def problems() -> str:
    """Draw findings as outlines over the polygons, with the code of their rule below."""
    symbols = [_area(look.colour, 0, "no", "dash") for look in LOOKS.values()]
    return _style(_by(STATUS, [state(one) for one in LOOKS], symbols), _label(RULE, below=3.5))


def measured(aliases: Mapping[str, str]) -> str:
    """Draw outlines alone; every figure's column is shown under its Chinese name."""
    return _style(_single(_area(_INK, 0, "no", "dot")), aliases=aliases)


def photographs() -> str:
    """Draw an arrow where a bearing is known and a dot where it is not."""
    pointing = f"if({_field(AZIMUTH)} is null, '未填方位角', '按方位角')"
    arrow = _layer("SimpleMarker", name="arrow", size="5", **_inked("#175cd3"))
    turned = arrow.replace("</layer>", f"{_turned(AZIMUTH)}</layer>")
    dot = _layer("SimpleMarker", name="circle", size="2.4", **_inked("#175cd3"))
    symbols = [_symbol("marker", turned), _symbol("marker", dot)]
    return _style(_by(pointing, ["按方位角", "未填方位角"], symbols))


def links() -> str:
    """Draw a red line between polygons that one photograph serves."""
    line = {"line_color": _rgba("#b42318", 200), "line_width": "0.5", "line_style": "dash"}
    return _style(_single(_symbol("line", _layer("SimpleLine", **line))))


def _style(renderer: str, labels: str = "", aliases: Mapping[str, str] | None = None) -> str:
    named = "".join(
        f"<alias index={quoteattr(str(at))} field={quoteattr(field)} name={quoteattr(name)}/>"
        for at, (field, name) in enumerate((aliases or {}).items(), start=1)
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.22.0" styleCategories="Symbology|Labeling|Fields"'
        f' labelsEnabled="{1 if labels else 0}">{renderer}{labels}<blendMode>0</blendMode>'
        f"{f'<aliases>{named}</aliases>' if named else ''}</qgis>"
    )


def _by(expression: str, values: list[str], symbols: list[str]) -> str:
    categories = "".join(
        f'<category render="true" symbol="{at}" value={quoteattr(value)} label={quoteattr(value)}/>'
        for at, value in enumerate(values)
    )
    numbered = "".join(one.replace('name="0"', f'name="{at}"', 1) for at, one in enumerate(symbols))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(expression)} enableorderby="0">'
        f"<categories>{categories}</categories><symbols>{numbered}</symbols></renderer-v2>"
    )


def _single(symbol: str) -> str:
    return (
        '<renderer-v2 type="singleSymbol" enableorderby="0">'
        f"<symbols>{symbol}</symbols></renderer-v2>"
    )


def _symbol(kind: str, layer: str) -> str:
    return (
        f'<symbol name="0" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f"{layer}</symbol>"
    )


def _layer(kind: str, **props: str) -> str:
    said = "".join(f'<prop k="{k}" v="{v}"/>' for k, v in props.items())
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0">{said}</layer>'


def _area(colour: str, fill: int, brush: str, edge: str = "solid") -> str:
    props = {"color": _rgba(colour, fill), "style": brush}
    props |= {"outline_color": _rgba(colour, 255), "outline_style": edge, "outline_width": "0.6"}
    return _symbol("fill", _layer("SimpleFill", **props))


def _inked(colour: str) -> dict[str, str]:
    return {"color": _rgba(colour, 255), "outline_color": _rgba("#ffffff", 255)}


def _turned(field: str) -> str:
    """Let a column turn the marker, degrees clockwise from north."""
    active = '<Option name="active" type="bool" value="true"/>'
    by = f'<Option name="field" type="QString" value={quoteattr(field)}/>'
    angle = f'<Option name="angle" type="Map">{active}{by}'
    angle += '<Option name="type" type="int" value="2"/></Option>'
    return (
        '<data_defined_properties><Option type="Map">'
        '<Option name="name" type="QString" value=""/>'
        f'<Option name="properties" type="Map">{angle}</Option>'
        '<Option name="type" type="QString" value="collection"/>'
        "</Option></data_defined_properties>"
    )


def _label(field: str, below: float = 0.0) -> str:
    """Write a column on every polygon; no other layer's outline may push it away."""
    style = f'fieldName={quoteattr(field)} fontSize="9" textColor="40,40,40,255" isExpression="0"'
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f"<text-style {style}>"
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferColor="255,255,255,255"/>'
        f'</text-style><placement placement="1" quadOffset="4" yOffset="{below}"'
        ' offsetUnits="MM"/>'
        '<rendering obstacle="0" displayAll="1" labelPerPart="1"/></settings></labeling>'
    )


def _field(name: str) -> str:
    return f'"{name}"'


def _rgba(colour: str, alpha: int) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
