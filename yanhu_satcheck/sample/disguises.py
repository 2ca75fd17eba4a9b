"""What is done to a photograph before it is handed in for another place."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .noise import Field

Picture = Image.Image
Rng = np.random.Generator


def half(picture: Picture, rng: Rng) -> Picture:
    """Resized to half."""
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def cut(picture: Picture, rng: Rng) -> Picture:
    """Three tenths of its area cut away, the banner among them."""
    wide, high = (round(side * 0.7**0.5) for side in picture.size)
    left = int(rng.integers(0, picture.width - wide))
    return picture.crop((left, 0, left + wide, high))


def mirrored(picture: Picture, rng: Rng) -> Picture:
    """Left for right."""
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def turned(picture: Picture, rng: Rng) -> Picture:
    """On its side."""
    return picture.transpose(Image.Transpose.ROTATE_90)


def grey(picture: Picture, rng: Rng) -> Picture:
    """Without colour."""
    return picture.convert("L").convert("RGB")


def banner(picture: Picture, rng: Rng) -> Picture:
    """A new banner over the lowest eighth."""
    out, top = picture.copy(), round(picture.height * 0.88)
    draw = ImageDraw.Draw(out)
    draw.rectangle((0, top, out.width, out.height), fill=(20, 60, 120))
    words = f"FIELD SURVEY {int(rng.integers(1_000_000)):06d}"
    draw.text((12, top + 8), words, font=_font(out.height / 18), fill=(255, 255, 255))
    return out


def stamp(picture: Picture, rng: Rng) -> Picture:
    """A block of an app's lines in the upper corner, and a round mark."""
    out, (wide, high) = picture.copy(), picture.size
    draw = ImageDraw.Draw(out)
    draw.rectangle((8, 8, wide * 0.42, high * 0.26), fill=(30, 30, 30))
    for line, name in enumerate(("TIME", "LON", "LAT", "AZ")):
        words = f"{name} {int(rng.integers(100_000_000)):08d}"
        at = 16, 12 + line * high * 0.058
        draw.text(at, words, font=_font(high / 26), fill=(255, 255, 255))
    middle, radius = (wide * 0.87, high * 0.2), high * 0.08
    box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
    draw.ellipse(box, fill=(200, 30, 30))
    return out


def page(picture: Picture, rng: Rng) -> Picture:
    """Pasted into a page of text."""
    wide, high = picture.size
    out = Image.new("RGB", (round(wide * 1.3), round(high * 1.8)), (248, 248, 246))
    out.paste(picture, (round(wide * 0.15), round(high * 0.4)))
    draw, font = ImageDraw.Draw(out), _font(high / 26)
    rows = [*np.arange(0.06, 0.36, 0.06), *np.arange(1.46, 1.74, 0.06)]
    for row in rows:
        words = " ".join(f"{int(n):05d}" for n in rng.integers(0, 100_000, 7))
        draw.text((wide * 0.15, high * row), words, font=font, fill=(40, 40, 40))
    return out


def collage(picture: Picture, rng: Rng) -> Picture:
    """One of four beside each other; the three others show nothing that is here."""
    wide, high = picture.size
    out = Image.new("RGB", (2 * wide, 2 * high))
    for n, (x, y) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        coarse = rng.integers(40, 210, (high // 12, wide // 12, 3), dtype=np.uint8)
        other = Image.fromarray(coarse).resize((wide, high), Image.Resampling.BICUBIC)
        out.paste(picture if n == 1 else other, (x * wide, y * high))
    return out


def screen(picture: Picture, rng: Rng) -> Picture:
    """Shot again from a screen: leaning, striped, with its frame and the desk around."""
    wide, high = picture.size
    lit = np.asarray(picture, np.float64)
    lit = 255 * (lit / 255) ** 1.08
    stripes: Field = 1 + 0.03 * np.sin(np.arange(wide) * 2.1)
    lit = lit * stripes[None, :, None]
    out = Image.new("RGB", (round(wide * 1.16), round(high * 1.16)), (70, 62, 55))
    edge = round(0.05 * wide), round(0.05 * high)
    dark = Image.new("RGB", (wide + 2 * edge[0], high + 2 * edge[1]), (12, 12, 13))
    dark.paste(Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8)), edge)
    out.paste(dark, (round(0.03 * wide), round(0.03 * high)))
    lean = rng.uniform(0.0, 0.025, 8) * wide
    corners = [0, 0, 0, out.height, out.width, out.height, out.width, 0]
    quad = [
        corner + (push if corner == 0 else -push)
        for corner, push in zip(corners, lean, strict=True)
    ]
    shot = out.transform(out.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    noise = rng.normal(0, 2.5, (out.height, out.width, 3))
    return Image.fromarray(np.clip(np.asarray(shot) + noise, 0, 255).astype(np.uint8))


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(9, round(size)))


DISGUISES: dict[str, tuple[Callable[[Picture, Rng], Picture], int]] = {
    "half": (half, 88), "cut": (cut, 88), "mirrored": (mirrored, 88), "turned": (turned, 88),
    "grey": (grey, 86), "banner": (banner, 88), "stamp": (stamp, 88), "page": (page, 84),
    "collage": (collage, 84), "screen": (screen, 82),
}  # fmt: skip
"""Each with the quality that it is saved at."""
