"""Run by the Python that has QGIS: opens every layer of a geopackage and says how it looks."""

import json
import os
import sys
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsDataProvider,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize  # type: ignore[import-not-found]


def opened(path: str, name: str) -> Any:
    return QgsVectorLayer(f"{path}|layername={name}", name, "ogr")


def look(layer: Any) -> dict[str, Any]:
    renderer = layer.renderer()
    categorised = renderer is not None and renderer.type() == "categorizedSymbol"
    return {
        "valid": layer.isValid(),
        "rows": layer.featureCount(),
        "crs": layer.crs().authid(),
        "renderer": renderer.type() if renderer else "",
        "by": renderer.classAttribute() if categorised else "",
        "colours": {c.value(): c.symbol().color().name() for c in renderer.categories()}
        if categorised
        else {},
        "labels": layer.labeling().settings().fieldName if layer.labelsEnabled() else "",
        "names": {f.name(): layer.attributeDisplayName(i) for i, f in enumerate(layer.fields())},
    }


def inked(layers: list[Any]) -> list[str]:
    """Count the colours of a drawn map."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setOutputSize(QSize(400, 300))
    settings.setDestinationCrs(layers[0].crs())
    extent = layers[0].extent()
    extent.scale(1.2)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return sorted({image.pixelColor(x, y).name() for x in range(400) for y in range(300)})


app = QgsApplication([], False)
app.initQgis()
path = sys.argv[1]
whole = QgsVectorLayer(path, "whole", "ogr")
parts = [
    one.split(QgsDataProvider.sublayerSeparator())[1] for one in whole.dataProvider().subLayers()
]
layers = {name: opened(path, name) for name in parts}
told: dict[str, Any] = {name: look(layer) for name, layer in layers.items()}
told["map"] = inked([one for one in layers.values() if one.isSpatial() and one.featureCount()])
print("LOOK" + json.dumps(told, ensure_ascii=False), flush=True)
os._exit(0)  # QGIS may crash on its way out
