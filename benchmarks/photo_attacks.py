"""How a photograph is disguised: the attacks of the reuse bench, all simulated, all seeded.

Each takes RGB pixels and a generator and gives RGB pixels and the JPEG quality they are saved at.
Screens and prints are simulated too (stripes or paper, perspective, lens, glare, noise): real
re-shot photographs were not to be had.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Rng = np.random.Generator
Attack = Callable[[Pixels, Rng], Pixels]
FONT = cv2.FONT_HERSHEY_SIMPLEX


class Disguise(NamedTuple):
    """One attack at one strength."""

    name: str
    group: str  # plain, hard, reshot, combined
    does: Attack
    quality: int = 90


def bytes_of(rgb: NDArray[Any]) -> Pixels:
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def same(rgb: Pixels, rng: Rng) -> Pixels:
    return rgb


def resized(share: float) -> Attack:
    def does(rgb: Pixels, rng: Rng) -> Pixels:
        size = round(rgb.shape[1] * share), round(rgb.shape[0] * share)
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)

    return does


def cropped(away: float) -> Attack:
    """Cut a share of the area away, anywhere."""

    def does(rgb: Pixels, rng: Rng) -> Pixels:
        h, w = rgb.shape[:2]
        kept = (1 - away) ** 0.5
        ch, cw = int(h * kept), int(w * kept)
        top, left = (int(v) for v in rng.integers(0, [h - ch + 1, w - cw + 1]))
        return rgb[top : top + ch, left : left + cw]

    return does


def banner(share: float, appended: bool = False) -> Attack:
    def does(rgb: Pixels, rng: Rng) -> Pixels:
        h, w = rgb.shape[:2]
        thick = int(h * share)
        band = np.full(
            (thick, w, 3), rng.choice([(20, 60, 120), (250, 250, 250), (0, 0, 0)]), np.uint8
        )
        ink = (255, 255, 255) if band[0, 0].mean() < 128 else (10, 10, 10)
        lines = max(1, thick // 40)
        for line in range(lines):
            told = (f"{rng.integers(1e6):06d}" for _ in range(3))
            words = "No.{}  E111.{} N35.{}".format(*told)
            at = 12, int((line + 0.7) * thick / lines)
            cv2.putText(band, words, at, FONT, thick / lines / 45, ink, 2, cv2.LINE_AA)
        if appended:
            return np.concatenate([rgb, band])
        return np.concatenate([rgb[: h - thick], band])

    return does


def block(rgb: Pixels, rng: Rng) -> Pixels:
    """The field app's block of lines, half transparent, in a corner."""
    out, (h, w) = rgb.copy(), rgb.shape[:2]
    top, right = int(h * 0.68), int(w * 0.45)
    out[top : h - 10, 10:right] = out[top : h - 10, 10:right] // 2
    for line in range(5):
        words = f"{('BH', 'LON', 'LAT', 'AZ', 'TIME')[line]}: {rng.integers(1e9):09d}"
        at = 20, int(top + (line + 0.8) * (h - top) / 5.6)
        cv2.putText(out, words, at, FONT, h / 1100, (255, 255, 255), 2, cv2.LINE_AA)
    return out


def logo(rgb: Pixels, rng: Rng) -> Pixels:
    out, (h, w) = rgb.copy(), rgb.shape[:2]
    middle = int(w * 0.88), int(h * 0.12)
    cv2.circle(out, middle, int(h * 0.07), (220, 30, 30), -1, cv2.LINE_AA)
    cv2.putText(
        out, "YH", (middle[0] - 25, middle[1] + 12), FONT, 1.2, (255, 255, 255), 3, cv2.LINE_AA
    )
    return out


def tiled(rgb: Pixels, rng: Rng) -> Pixels:
    over = np.zeros_like(rgb)
    for y in range(40, rgb.shape[0], 130):
        for x in range(-60 + (y * 7) % 90, rgb.shape[1], 260):
            cv2.putText(over, "WATERMARK", (x, y), FONT, 1.0, (255, 255, 255), 2, cv2.LINE_AA)
    return bytes_of(rgb + 0.35 * over)


def bordered(rgb: Pixels, rng: Rng) -> Pixels:
    n = int(0.04 * max(rgb.shape))
    return np.pad(rgb, ((n, n), (n, n), (0, 0)), constant_values=255)


def page(rgb: Pixels, rng: Rng) -> Pixels:
    h, w = rgb.shape[:2]
    out = np.full((int(h * 1.9), int(w * 1.35), 3), 248, np.uint8)
    top, left = int(h * rng.uniform(0.25, 0.5)), int(w * 0.17)
    out[top : top + h, left : left + w] = rgb
    for y in [*range(60, top - 50, 60), *range(top + h + 70, out.shape[0] - 60, 60)]:
        words = " ".join(f"{rng.integers(1e5)}" for _ in range(9))
        cv2.putText(out, words, (left, y), FONT, 0.9, (30, 30, 30), 2, cv2.LINE_AA)
    return bytes_of(out + rng.normal(0, 1.5, out.shape))


def phone(rgb: Pixels, rng: Rng) -> Pixels:
    """A screenshot: the photograph across a tall screen, bars above and below."""
    h, w = rgb.shape[:2]
    tall = int(max(w * 1.9, h * 1.3))
    out = np.full((tall, w, 3), 16, np.uint8)
    top = (tall - h) // 2
    out[top : top + h] = rgb
    for y in (50, tall - 60):
        cv2.putText(
            out,
            f"12:{rng.integers(10, 60)}   5G   87%",
            (40, y),
            FONT,
            1.1,
            (235, 235, 235),
            2,
            cv2.LINE_AA,
        )
    return out


def mirror(rgb: Pixels, rng: Rng) -> Pixels:
    return np.ascontiguousarray(rgb[:, ::-1])


def turned(quarters: int) -> Attack:
    return lambda rgb, rng: np.ascontiguousarray(np.rot90(rgb, quarters))


def rotated(degrees: float, fill: bool = False) -> Attack:
    def does(rgb: Pixels, rng: Rng) -> Pixels:
        h, w = rgb.shape[:2]
        angle = degrees * rng.choice([-1, 1])
        turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1.0)
        out = cv2.warpAffine(rgb, turn, (w, h), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
        if fill:
            return np.asarray(out, np.uint8)
        # The largest upright rectangle of this shape inside the turned picture.
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        kept = min(w / (w * c + h * s), h / (w * s + h * c)) * 0.995
        ch, cw = int(h * kept), int(w * kept)
        top, left = (h - ch) // 2, (w - cw) // 2
        return np.asarray(out[top : top + ch, left : left + cw], np.uint8)

    return does


def toned(gain: float = 1.0, gamma: float = 1.0, saturation: float = 1.0) -> Attack:
    def does(rgb: Pixels, rng: Rng) -> Pixels:
        out = 255 * np.clip(rgb / 255 * gain, 0, 1) ** gamma
        mean = (out @ np.array([0.299, 0.587, 0.114]))[..., None]
        return bytes_of(mean + (out - mean) * saturation)

    return does


def blurred(sigma: float) -> Attack:
    return lambda rgb, rng: np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


def noisy(sigma: float) -> Attack:
    return lambda rgb, rng: bytes_of(rgb + rng.normal(0, sigma, rgb.shape))


def _perspective(
    shape: tuple[int, ...], rng: Rng, lean: float, margin: float
) -> tuple[NDArray[Any], tuple[int, int]]:
    """A mapping that lays a frame, leaning, into a picture with a margin around."""
    h, w = shape[:2]
    size = int(w * (1 + 2 * margin)), int(h * (1 + 2 * margin))
    frame = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    there = frame + [w * margin, h * margin] + rng.uniform(-lean, lean, (4, 2)) * w
    return cv2.getPerspectiveTransform(frame, np.float32(there)), size


def _through_lens(rgb: NDArray[Any], k: float) -> NDArray[Any]:
    h, w = rgb.shape[:2]
    y, x = np.mgrid[:h, :w].astype(np.float32)
    u, v = (x - w / 2) / (w / 2), (y - h / 2) / (w / 2)
    bend = 1 + k * (u * u + v * v)
    xy = ((t * bend * w / 2 + n / 2).astype(np.float32) for t, n in ((u, w), (v, h)))
    return cv2.remap(rgb, *xy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def screen(strong: bool) -> Attack:
    """A monitor, shot by a phone: stripes of colour, lean, glare, lens, noise."""

    def does(rgb: Pixels, rng: Rng) -> Pixels:
        stripes = np.ones((1, rgb.shape[1] * 3, 3), np.float32) * 0.8
        for c in range(3):
            stripes[0, c::3, c] = 1.2
        big = cv2.resize(rgb, None, fx=3, fy=1, interpolation=cv2.INTER_LINEAR) * stripes
        lit = cv2.resize(big, rgb.shape[1::-1], interpolation=cv2.INTER_AREA)
        lean, margin = (0.03, 0.08) if strong else (0.012, 0.05)
        to, size = _perspective(rgb.shape, rng, lean, margin)
        desk = tuple(float(v) for v in rng.uniform(15, 60, 3))
        out = cv2.warpPerspective(lit, to, size, flags=cv2.INTER_CUBIC, borderValue=desk)
        y, x = np.mgrid[: size[1], : size[0]]
        cx, cy = rng.uniform(0, size[0]), rng.uniform(0, size[1])
        glare = np.exp(-(((x - cx) / size[0]) ** 2 + ((y - cy) / size[1]) ** 2) / 0.08)
        out = out + (45 if strong else 20) * glare[..., None]
        out = 255 * np.clip(out / 255, 0, 1) ** rng.uniform(0.8, 1.25)
        out = _through_lens(
            out.astype(np.float32), rng.choice([-1, 1]) * (0.015 if strong else 0.005)
        )
        out = cv2.GaussianBlur(out, (0, 0), 0.9 if strong else 0.6)
        return bytes_of(out + rng.normal(0, 4 if strong else 2.5, out.shape))

    return does


def printed(rgb: Pixels, rng: Rng) -> Pixels:
    """A print on paper that curls, shot by a phone."""
    to, size = _perspective(rgb.shape, rng, 0.015, 0.09)
    ink = cv2.GaussianBlur(rgb, (0, 0), 0.8).astype(np.float32) * 0.78 + 28
    out = cv2.warpPerspective(ink, to, size, flags=cv2.INTER_CUBIC, borderValue=(232, 230, 224))
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    curl = rng.uniform(2, 6) * np.sin(np.pi * x / size[0] + rng.uniform(0, 1))
    out = cv2.remap(
        out, x, y + curl.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    out = out * (0.9 + 0.15 * (x / size[0]))[..., None]
    return bytes_of(out + rng.normal(0, 3, out.shape))


def collage(others: list[Pixels]) -> Attack:
    """Four photographs in one picture, this one anywhere."""

    def does(rgb: Pixels, rng: Rng) -> Pixels:
        h, w = rgb.shape[0] // 2, rgb.shape[1] // 2
        picked = [others[n] for n in rng.choice(len(others), 3, replace=False)]
        tiles = [rgb, *picked]
        tiles = [np.asarray(cv2.resize(one, (w, h), interpolation=cv2.INTER_AREA)) for one in tiles]
        a, b, c, d = (tiles[n] for n in rng.permutation(4))
        return np.concatenate([np.concatenate([a, b], 1), np.concatenate([c, d], 1)])

    return does


def chained(*attacks: Attack) -> Attack:
    def does(rgb: Pixels, rng: Rng) -> Pixels:
        for attack in attacks:
            rgb = attack(rgb, rng)
        return rgb

    return does


def disguises(others: list[Pixels]) -> list[Disguise]:
    """Give every attack; `others` are strangers that fill a collage."""
    plain = [
        *(Disguise(f"jpeg q{q}", "plain", same, q) for q in (90, 75, 50, 20)),
        Disguise("resize 50%", "plain", resized(0.5)),
        *(Disguise(f"crop {c}%", "plain", cropped(c / 100)) for c in (5, 15, 30)),
        *(Disguise(f"banner {b}%", "plain", banner(b / 100)) for b in (8, 12)),
        Disguise("banner 12% appended", "plain", banner(0.12, appended=True)),
        Disguise("block", "plain", block),
        Disguise("logo", "plain", logo),
        Disguise("mirror", "plain", mirror),
        Disguise("quarter turn", "plain", turned(1)),
        Disguise("half turn", "plain", turned(2)),
        Disguise("grey", "plain", toned(saturation=0)),
    ]
    hard = [
        Disguise("crop 50%", "hard", cropped(0.5)),
        Disguise("banner 25%", "hard", banner(0.25)),
        *(Disguise(f"rotate {d}, cut", "hard", rotated(d)) for d in (1, 3, 10)),
        Disguise("rotate 5, filled", "hard", rotated(5, fill=True)),
        Disguise("border", "hard", bordered),
        Disguise("page scan", "hard", page),
        Disguise("phone frame", "hard", phone),
        Disguise("collage of 4", "hard", collage(others)),
    ]
    tones = [
        Disguise("tiled mark", "tone", tiled),
        Disguise("saturation 1.8", "tone", toned(saturation=1.8)),
        Disguise("brightness 1.4", "tone", toned(gain=1.4)),
        *(Disguise(f"gamma {g}", "tone", toned(gamma=g)) for g in (0.5, 2.0)),
        *(Disguise(f"blur {b}", "tone", blurred(b)) for b in (1, 2, 4)),
        *(Disguise(f"noise {n}", "tone", noisy(n)) for n in (8, 20)),
        Disguise("resize 25%", "tone", resized(0.25)),
    ]
    mixed = [
        Disguise(
            "mirror+crop 15+banner 12+q50",
            "mixed",
            chained(mirror, cropped(0.15), banner(0.12)),
            50,
        ),
        Disguise(
            "crop 30+half+gamma+q40",
            "mixed",
            chained(cropped(0.3), resized(0.5), toned(gamma=1.4)),
            40,
        ),
        Disguise(
            "rotate 3+banner 8+colour+q60",
            "mixed",
            chained(rotated(3), toned(1.1, 0.9, 1.3), banner(0.08)),
            60,
        ),
        Disguise("screenshot+crop 30+60%", "mixed", chained(cropped(0.3), phone, resized(0.6)), 80),
        Disguise("mirror+screen+banner", "mixed", chained(mirror, screen(False), banner(0.08)), 80),
    ]
    shot = [
        Disguise("screen mild", "reshot", screen(False), 80),
        Disguise("screen strong", "reshot", screen(True), 80),
        Disguise("print re-shot", "reshot", printed, 80),
    ]
    return [*plain, *hard, *tones, *mixed, *shot]


def exposed_again(
    rgb: Pixels, rng: Rng, tone: float = 1.0, noise: float = 1.5, motion: float = 0.0
) -> Pixels:
    """A fixed camera's next shot of the same view: its own sensor noise, light, and a slight move.

    Noise grows with the root of the light, as photons do; `motion` is in pixels.
    """
    h, w = rgb.shape[:2]
    out = rgb.astype(np.float32)
    if motion:
        shift = rng.normal(0, motion, 2)
        out = cv2.warpAffine(
            out,
            np.float32([[1, 0, shift[0]], [0, 1, shift[1]]]),
            (w, h),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT,
        )
    out = 255 * np.clip(out / 255, 0, 1) ** tone
    grain = cv2.GaussianBlur(rng.normal(0, 1, out.shape).astype(np.float32), (0, 0), 0.6)
    grain *= noise / max(float(grain.std()), 1e-6)
    return bytes_of(out + grain * np.sqrt(np.maximum(out, 8) / 128))
