"""What changed on the ground inside one polygon, beyond what ground like it did elsewhere."""

from yanhu_satcheck.measure.spectral.change import change_of
from yanhu_satcheck.measure.spectral.seen import Seen

__all__ = ["Seen", "change_of"]
