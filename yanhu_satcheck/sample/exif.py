"""What a field phone or drone writes into a photograph, and the banner that its app burns in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

DECLINATION = -4.8  # degrees, true minus magnetic, 2022


@dataclass(frozen=True, slots=True)
class Device:
    """A camera; `ref` says which north its compass gives."""

    make: str
    model: str
    serial: str
    ref: str
    f35: int


@dataclass(frozen=True, slots=True)
class Shot:
    """Where, when and which way a photograph was taken."""

    lon: float
    lat: float
    height: float
    azimuth: float  # from true north, degrees
    moment: datetime
    device: Device
    f35: int

    @property
    def shown_azimuth(self) -> float:
        """The bearing as the device gives it."""
        away = DECLINATION if self.device.ref == "M" else 0.0
        return round((self.azimuth - away) % 360, 1)


PHONES = (
    Device("HUAWEI", "NOH-AN00", "H7K0221A15004417", "M", 27),
    Device("Xiaomi", "2201123C", "X2200911C38852", "T", 26),
    Device("HUAWEI", "JEF-AN00", "H7K0320C08001932", "M", 27),
)
DRONE = Device("DJI", "FC3582", "3Q4CHAR0015T7L", "T", 24)


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    """Degrees, minutes and seconds."""
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    return float(whole), float(minutes), round((degrees - whole - minutes / 60) * 3600, 3)


def metadata(shot: Shot) -> Image.Exif:
    """The EXIF block."""
    exif = Image.Exif()
    local = shot.moment.strftime("%Y:%m:%d %H:%M:%S")
    world = shot.moment - timedelta(hours=8)
    exif[271], exif[272], exif[306] = shot.device.make, shot.device.model, local
    detail = exif.get_ifd(0x8769)
    detail.update({36867: local, 36868: local, 36880: "+08:00", 36881: "+08:00"})
    detail.update({41989: shot.f35, 42033: shot.device.serial})
    place = exif.get_ifd(0x8825)
    place.update({0: b"\x02\x03\x00\x00", 1: "N", 2: _sexagesimal(shot.lat), 3: "E"})
    place.update(
        {4: _sexagesimal(shot.lon), 5: b"\x00", 6: round(shot.height, 1), 16: shot.device.ref}
    )
    place.update({7: (float(world.hour), float(world.minute), float(world.second))})
    place.update({17: shot.shown_azimuth, 29: world.strftime("%Y:%m:%d")})
    return exif


def stamped(picture: Image.Image, number: str, shot: Shot) -> Image.Image:
    """The picture with the app's banner at its foot."""
    wide, high = picture.size
    size = max(11, high // 40)
    font = ImageFont.load_default(size)
    lines = (
        f"No. {number}   Az {shot.shown_azimuth:.0f} {shot.device.ref}",
        f"Lat {shot.lat:.6f}  Lon {shot.lon:.6f}   {shot.moment:%Y-%m-%d %H:%M:%S}",
    )
    top = high - int(3.1 * size)
    shade = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(shade)
    draw.rectangle((0, top, wide, high), fill=(0, 0, 0, 120))
    for row, line in enumerate(lines):
        draw.text((size, top + 4 + row * 1.4 * size), line, font=font, fill=(255, 255, 255, 255))
    return Image.alpha_composite(picture.convert("RGBA"), shade).convert("RGB")


def jpeg(picture: Image.Image, quality: int, exif: Image.Exif | None = None) -> bytes:
    """A JPEG file."""
    out = BytesIO()
    extra = {} if exif is None else {"exif": exif}
    picture.save(out, "JPEG", quality=quality, **extra)
    return out.getvalue()


def rewritten(file: bytes, exif: Image.Exif) -> bytes:
    """The same compressed picture with other metadata: not a pixel changes."""
    parts = [file[:2]]
    at = 2
    block = exif.tobytes()
    parts.append(b"\xff\xe1" + (len(block) + 2).to_bytes(2) + block)
    while file[at + 1] != 0xDA:
        size = int.from_bytes(file[at + 2 : at + 4]) + 2
        if file[at + 1] != 0xE1:
            parts.append(file[at : at + size])
        at += size
    return b"".join([*parts, file[at:]])
