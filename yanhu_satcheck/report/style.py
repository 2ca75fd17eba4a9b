"""How a state looks: its colour, its mark, and the style that QGIS reads."""

from collections.abc import Mapping
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from yanhu_satcheck.report.columns import ID, STATUS, state
from yanhu_satcheck.terms import Status


class Look(NamedTuple):
    """Colour and mark of a state; the mark tells them apart where colour does not print."""

    key: str
    colour: str  # of text and outline
    pale: str  # behind text
    mark: str  # SVG path about the origin, 10 units wide


LOOKS: Mapping[Status | None, Look] = {
    Status.INCONSISTENT: Look("inconsistent", "#b42318", "#fdeceb", "M-5-5H5V5H-5Z"),
    Status.UNSUPPORTED: Look("unsupported", "#b85c00", "#fff1e0", "M0-6L6 5H-6Z"),
    Status.DOUBTFUL: Look("doubtful", "#8a6a00", "#fdf6d8", "M0-6.5L6.5 0L0 6.5L-6.5 0Z"),
    Status.UNASSESSABLE: Look(
        "unassessable",
        "#667085",
        "#f0f2f5",
        "M-5-3L-3-5L0-2L3-5L5-3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0Z",
    ),
    None: Look(
        "consistent", "#1a6b42", "#e7f4ec", "M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0-4.5 0Z"
    ),
}


def qml() -> str:
    """Give the style of a layer: categories by 审核状态, labels by 图斑编号.

    Written in the form of QGIS 3.22, with `<prop>`, which older and newer versions read too.
    """
    looks = tuple(LOOKS.items())
    categories = "".join(
        f'<category render="true" symbol="{at}" value={quoteattr(state(status))}'
        f" label={quoteattr(state(status))}/>"
        for at, (status, _) in enumerate(looks)
    )
    symbols = "".join(_symbol(at, look) for at, (_, look) in enumerate(looks))
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="1">'
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(STATUS)} enableorderby="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
        f"{_labels()}<blendMode>0</blendMode></qgis>"
    )


def _symbol(at: int, look: Look) -> str:
    fill = {"color": _rgba(look.colour, 80), "outline_color": _rgba(look.colour, 255)}
    fill |= {"outline_width": "0.6", "outline_style": "solid", "style": "solid"}
    props = "".join(f'<prop k="{k}" v="{v}"/>' for k, v in fill.items())
    return (
        f'<symbol name="{at}" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleFill" enabled="1" locked="0" pass="0">{props}</layer></symbol>'
    )


def _labels() -> str:
    style = f'fieldName={quoteattr(ID)} fontSize="9" textColor="40,40,40,255" isExpression="0"'
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f"<text-style {style}>"
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferColor="255,255,255,255"/>'
        '</text-style><placement placement="1"/></settings></labeling>'
    )


def _rgba(colour: str, alpha: int) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
