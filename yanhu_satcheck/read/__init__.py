"""A batch folder becomes a `Batch`; everything that could not be read as meant is told at once."""

import os

# Set before GDAL is loaded: nothing here needs the network, and tables of another installation's
# PROJ or GDAL, which PostGIS and old QGIS set machine-wide, break ours.
os.environ.setdefault("GDAL_HTTP_PROXY", "127.0.0.1:9")
os.environ.setdefault("CPL_VSIL_CURL_ALLOWED_EXTENSIONS", ".none")
for _machine_wide in ("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH"):
    os.environ.pop(_machine_wide, None)

from yanhu_satcheck.read.answers import read_answers  # noqa: E402  after GDAL's environment
from yanhu_satcheck.read.whole import read_batch  # noqa: E402

__all__ = ["read_answers", "read_batch"]
