"""What a mask's cloth looks like: colours and opacity over its sheet, without light."""

import numpy as np
from numpy.typing import NDArray

from fsanet.rendering.masks.kinds import SHIELD
from fsanet.rendering.masks.look import MaskLook
from fsanet.rendering.masks.sheet import Sheet
from fsanet.rendering.noise import noise, ramp

_VALVE_AT, _VALVE_RADIUS = (0.38, 0.52), 0.13  # across and down; decimetres


def paint_sheet(look: MaskLook, sheet: Sheet) -> tuple[NDArray, NDArray]:
    """Albedo (R, C, 3), linear RGB, and opacity (R, C) of a mask."""
    if look.kind == SHIELD:
        return _painted_shield(look, sheet)
    colour = _pattern(look, sheet)[..., None] * (look.other - look.colour) + look.colour
    colour = colour * (1 - 0.18 * _seams(look, sheet))[..., None]
    if look.valve:
        colour = _with_valve(look, sheet, colour)
    return colour, np.ones(sheet.across.shape)


def _along(sheet: Sheet) -> tuple[NDArray, NDArray]:
    """Lengths on the cloth from its middle, decimetres: across and down."""
    flat = sheet.points
    return np.arctan2(flat[..., 0], flat[..., 2] - 0.3) * 1.1, -flat[..., 1]


def _pattern(look: MaskLook, sheet: Sheet) -> NDArray:
    """Share (R, C) of the second colour."""
    if look.pattern == "plain":
        return np.zeros(sheet.across.shape)
    x, y = _along(sheet)
    turn = np.radians(look.tilt_deg)
    s, t = (x * np.cos(turn) + y * np.sin(turn)) / look.pitch, (y * np.cos(turn) - x * np.sin(turn)) / look.pitch
    wave_s, wave_t = np.sin(2 * np.pi * s), np.sin(2 * np.pi * t)
    if look.pattern == "stripes":
        return ramp(-0.25, 0.25, wave_s)
    if look.pattern == "checks":
        return 0.5 * ramp(-0.25, 0.25, wave_s) + 0.5 * ramp(-0.25, 0.25, wave_t)
    if look.pattern == "dots":
        return ramp(0.75, 1.1, 0.5 * (wave_s + wave_t) + 0.5)
    if look.pattern == "halves":
        return ramp(-0.02, 0.02, sheet.across * np.cos(turn) + (sheet.down - 0.5) * np.sin(turn))
    lumps = noise(sheet.points.reshape(-1, 3), 0.5 / look.pitch, look.seed).reshape(x.shape)
    return ramp(0.1, 0.6, lumps)


def _seams(look: MaskLook, sheet: Sheet) -> NDArray:
    """Darkness (R, C) of hems, of the seam in the middle and between pleats."""
    edge = np.minimum(np.minimum(sheet.down, 1 - sheet.down) * 1.0, (1 - np.abs(sheet.across)) * 0.6)
    dark = 0.8 * np.exp(-np.square((edge - 0.07) / 0.022))
    if look.ridge > 0.3:
        dark = np.maximum(dark, np.exp(-np.square(sheet.across / 0.035)))
    if look.pleats:
        phase = np.mod((sheet.down - 0.18) / 0.64 * look.pleats, 1.0)
        inner = (sheet.down > 0.16) & (sheet.down < 0.84) & (np.abs(sheet.across) < 0.92)
        dark = np.maximum(dark, 1.3 * np.clip(1 - 5 * np.minimum(phase, 1 - phase), 0, 1) * inner)
    return dark


def _with_valve(look: MaskLook, sheet: Sheet, colour: NDArray) -> NDArray:
    x, y = _along(sheet)
    row = int(_VALVE_AT[1] * (len(x) - 1))
    column = int((0.5 + 0.5 * _VALVE_AT[0]) * (x.shape[1] - 1))
    away = np.hypot(x - x[row, column], y - y[row, column]) / _VALVE_RADIUS
    tone = look.other if look.seed < 12 else np.array([0.62, 0.62, 0.6])
    inside = ramp(1.05, 0.9, away)[..., None]
    ring = 1 - 0.4 * np.exp(-np.square((away - 0.75) / 0.15))
    return colour * (1 - inside) + tone * ring[..., None] * inside


def _painted_shield(look: MaskLook, sheet: Sheet) -> tuple[NDArray, NDArray]:
    """A plate that mirrors the sky in streaks, with a rim, under a band along the forehead."""
    streaks = np.sin(4.1 * sheet.across + look.seed) + 0.6 * np.sin(9.7 * sheet.across + 2 * look.seed + sheet.down)
    shine = ramp(0.5, 1.6, streaks) * (0.5 + 0.5 * np.cos(2.2 * sheet.down + look.seed))
    rim = np.maximum(ramp(0.97, 0.995, np.abs(sheet.across)), ramp(0.97, 0.995, sheet.down))
    band = ramp(0.13, 0.11, sheet.down)[..., None]
    opacity = np.clip((1 - look.clear) + 0.45 * np.clip(shine, 0, 1) + 0.35 * rim, 0, 0.9)
    colour = np.array([0.72, 0.75, 0.78]) * (1 - band) + look.other * band
    return colour, opacity + (1 - opacity) * band[..., 0]
