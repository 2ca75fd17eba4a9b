"""Seeded randomness: named streams, spectral fields, and noise that has a value anywhere."""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]
Cells = NDArray[np.int64]


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each purpose, so that one more draw here moves nothing there."""
    return np.random.default_rng(int.from_bytes(sha256(f"{seed}/{name}".encode()).digest()[:8]))


def salt_of(seed: int, name: str) -> int:
    """A 31-bit salt for the lattice noise of one purpose."""
    return int.from_bytes(sha256(f"{seed}/{name}".encode()).digest()[:4]) >> 1


def fractal(
    rng: np.random.Generator, shape: tuple[int, int], slope: float, low: float = 0.0
) -> Field:
    """Gaussian field of unit variance with amplitude falling as frequency**-slope above `low`."""
    rows = np.fft.fftfreq(shape[0])[:, None]
    cols = np.fft.rfftfreq(shape[1])[None, :]
    radius = np.hypot(rows, cols)
    radius[0, 0] = np.inf
    amplitude = np.maximum(radius, low) ** -slope
    amplitude[0, 0] = 0.0
    white = np.fft.rfft2(rng.standard_normal(shape))
    field: Field = np.fft.irfft2(white * amplitude, s=shape)
    field = (field - field.mean()) / field.std()
    return field


def hashed(salt: int, *parts: Cells) -> Field:
    """Uniform [0, 1) values that depend on whole numbers only (a 32-bit finaliser per part)."""
    state: NDArray[np.uint32] = np.asarray(np.uint32(salt & 0x7FFFFFFF))
    for part in parts:
        state = state ^ (np.asarray(part).astype(np.uint32) * np.uint32(0x9E3779B1))
        state = (state ^ (state >> np.uint32(15))) * np.uint32(0x85EBCA6B)
        state = (state ^ (state >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        state = state ^ (state >> np.uint32(16))
    return state.astype(np.float64) / 4294967296.0


def value_noise(x: Field, y: Field, wavelength: float, salt: int) -> Field:
    """Smooth lattice noise, zero mean and about unit variance, with a value at any position."""
    u, v = x / wavelength, y / wavelength
    i, j = np.floor(u), np.floor(v)
    a, b = u - i, v - j
    a, b = a * a * (3 - 2 * a), b * b * (3 - 2 * b)
    col, row = i.astype(np.int64), j.astype(np.int64)
    south = hashed(salt, col, row) * (1 - a) + hashed(salt, col + 1, row) * a
    north = hashed(salt, col, row + 1) * (1 - a) + hashed(salt, col + 1, row + 1) * a
    noise: Field = (south * (1 - b) + north * b - 0.5) * 4.6
    return noise


def fbm(x: Field, y: Field, wavelength: float, octaves: int, salt: int, gain: float = 0.5) -> Field:
    """Sum of value noises, each half the wavelength and `gain` times the amplitude of the last."""
    total, weight, power = np.zeros(np.broadcast(x, y).shape), 1.0, 0.0
    for octave in range(octaves):
        total = total + weight * value_noise(x, y, wavelength / 2**octave, salt + 7919 * octave)
        power += weight * weight
        weight *= gain
    return np.asarray(total / np.sqrt(power))


def smooth(edge0: float, edge1: float, value: Field) -> Field:
    """0 below `edge0`, 1 above `edge1`, an S-curve between (either order)."""
    t: Field = np.clip((value - edge0) / (edge1 - edge0), 0.0, 1.0)
    curve: Field = t * t * (3 - 2 * t)
    return curve
