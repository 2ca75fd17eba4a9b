"""What else lies on the ground: water, fire scars, snow, haze, green that does not grow.

Each is a share of the polygon, and each is a reason to say less of mining. Lines are drawn against
what like ground became (`expected`), except for water and snow, which are known by their own
colour. Without a scale to reflectance only darkness is left to tell water by, and without near
infrared nothing.
"""

import numpy as np
from scipy import ndimage

from yanhu_satcheck.measure.figures import mean_of
from yanhu_satcheck.measure.spectral.indices import index
from yanhu_satcheck.measure.spectral.seen import Seen
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spectra import Cover, brightness, greenness, light, pick

BURNT_NBR = 0.27  # drop of NBR: moderate severity and above (Key & Benson 2006, table LA-1)
BURNT_NIR = 0.35  # drop of log near infrared: char reflects less than soil and rock do
DARKER = 0.05  # log brightness: without short-wave infrared, char must not have brightened
PALE = 0.15  # mean visible reflectance above which a surface is neither char nor ash on soil
RIVER = 5  # cells from a river within which new bare ground is its bank or bar
DARKEST = 0.35  # of the way from a scene's least infrared to where bare ground may begin
LEAFY = 0.1  # green to the eye (leaf index: nets 0.2 and more, sparse grass on soil below 0.08)
LEAFIER = 0.05  # and by so much more than before
SNOW = 0.4  # NDSI of snow, if it is brighter than this in near infrared (Hall et al. 1995)
SNOW_NIR = 0.11


def surface(seen: Seen, become: Floats) -> dict[str, Measured]:
    """Shares of a polygon that are water, burnt, snow, falsely green; and haze around it."""
    cells = seen.cells
    out = waters(seen) if "nir" in seen.model.roles else {}
    layers = {"burnt": burnt(seen, become), "snow": snow(seen), "fake_green": false_green(seen)}
    out |= {k: mean_of(layer, cells, "share") for k, layer in layers.items() if layer is not None}
    return out | haze(seen, become)


def waters(seen: Seen) -> dict[str, Measured]:
    """Shares of water, and of new bare ground that was water or lies along a river.

    Not asked of colour alone: in it, dark woods and slopes in shade look like water.
    """
    cells, new = seen.cells, seen.look.bare[1] & ~seen.look.bare[0]
    wet = [
        water(stack, cover)
        for stack, cover in zip((seen.before, seen.after), seen.model.cover, strict=True)
    ]
    out = {
        "water_before": mean_of(wet[0], cells, "share"),
        "water_gain": mean_of((wet[1] & ~wet[0]) * 1.0 - (wet[0] & ~wet[1]), cells, "share"),
    }
    fresh = new & cells.mask
    if fresh.sum() >= 5:
        drained = float(wet[0][fresh].mean())
        sigma = float(np.sqrt(max(drained * (1 - drained), 0.01) * 9 / fresh.sum()))
        out["from_water"] = Measured(drained, min(sigma, 1.0), int(fresh.sum()), "share")
        along = float(beside_river(wet[0] | wet[1])[fresh].mean())
        out["river_share"] = out["from_water"]._replace(value=along)
    return out


def water(stack: Floats, cover: Cover) -> Bools:
    """Cells (h, w) of open water; on digital numbers, the darkest, brighter in green than infrared.

    Woods in the shade are dark too, but green. Rock, soil and net in the shade are neither, but
    keep more infrared than green once the haze of both is taken off, and are not the darkest.
    """
    stack = np.nan_to_num(stack)
    near, middle = (pick(stack, cover.roles, role) for role in ("nir", "green"))
    if not cover.calibrated or near is None:
        dark = (light(stack, cover) <= darkest(cover)) & (greenness(stack, cover) < cover.bare)
        if near is not None and middle is not None:
            dark &= middle - cover.floor[cover.roles.index("green")] > near - least(cover)
        return np.asarray(dark)
    wet, green = index("ndwi", stack, cover.roles), index("ndvi", stack, cover.roles)
    wetter = index("mndwi", stack, cover.roles)
    if wet is None or green is None:
        return np.asarray(light(stack, cover) <= cover.dark)
    bright = brightness(stack, cover.roles) > 0.3  # snow and cloud
    if wetter is not None:  # silt makes ponds bright in near infrared, never in short-wave
        near = stack[cover.roles.index("nir")]
        frozen = (wetter > SNOW) & (near > SNOW_NIR)
        return np.asarray((wetter > 0) & (green < 0.2) & ~bright & ~frozen)
    return np.asarray((wet > 0) & (green < 0.05) & ~bright)


def darkest(cover: Cover) -> float:
    """The light below which ground is water or nothing: of digital numbers, near their least."""
    if cover.calibrated or "nir" not in cover.roles:
        return cover.dark
    return least(cover) + DARKEST * (cover.dark - cover.floor[cover.roles.index("nir")])


def least(cover: Cover) -> float:
    """The infrared of open water, or of the air alone, in digital numbers.

    The least of a scene, where it holds water. In summer without any, its darkest land is far
    lighter in infrared than in green; air and water never are.
    """
    floor = dict(zip(cover.roles, cover.floor, strict=True))
    return min(floor["nir"], floor.get("green", floor["nir"]))


def beside_river(wet: Bools) -> Bools:
    """Cells (h, w) within five of water that runs through the window from one side to another."""
    labels, count = ndimage.label(wet, np.ones((3, 3), bool))
    sides = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    touched = np.zeros(count + 1, dtype=np.int64)
    for side in sides:
        touched[np.unique(side)] += 1
    through = touched >= 2
    through[0] = False
    river = through[labels]
    return np.asarray(ndimage.binary_dilation(river, np.ones((3, 3), bool), iterations=RIVER))


def burnt(seen: Seen, become: Floats) -> Bools | None:
    """Cells (h, w) that burnt: the canopy's near infrared is gone and no pale surface took over.

    Soil and rock reflect near infrared about as well as leaves do, char and ash on soil do not.
    `None`: no infrared.
    """
    roles, cover = seen.model.roles, seen.model.cover
    was, now = (index("nbr", stack, roles) for stack in (become, seen.after))
    near = [pick(stack, roles, "nir") for stack in (become, seen.after)]
    if near[0] is None or near[1] is None:
        return None
    soft = seen.model.likes.soft[roles.index("nir")]
    nir = np.log(np.maximum(np.nan_to_num(near[1]), 0) + soft) - np.log(near[0] + soft)
    fell = nir < -BURNT_NIR
    if was is None or now is None:
        fell &= seen.look.brighter < DARKER
    else:
        fell &= was - now > BURNT_NBR
        if cover[1].calibrated:
            fell &= np.nan_to_num(brightness(seen.after, roles)) < PALE
    grew = seen.look.green[0] > cover[0].bare
    return np.asarray(fell & grew & ~water(seen.after, cover[1]))


def snow(seen: Seen) -> Bools | None:
    """Cells (h, w) of snow after; `None` where the bands do not tell it from cloud."""
    roles, cover = seen.model.roles, seen.model.cover[1]
    ice, near = index("mndwi", seen.after, roles), pick(seen.after, roles, "nir")
    if ice is None or near is None or not cover.calibrated:
        return None
    return np.asarray((ice > SNOW) & (np.nan_to_num(near) > SNOW_NIR))


def false_green(seen: Seen) -> Bools | None:
    """Cells (h, w) green to the eye without a plant's near infrared, and not so before: net, paint.

    Leaves that look green reflect near infrared (red edge); dyed film, net and paint over rock
    stay where bare ground lies. Green water is left out. `None`: no infrared, or a colour missing.
    """
    roles, cover = seen.model.roles, seen.model.cover[1]
    was, now = (index("leafiness", stack, roles) for stack in (seen.before, seen.after))
    if was is None or now is None or not {"nir", "red"} <= set(roles):
        return None
    leafless = seen.look.green[1] < cover.green
    dry = ~water(seen.after, cover) & (light(np.nan_to_num(seen.after), cover) > darkest(cover))
    return np.asarray((now > LEAFY) & (now - was > LEAFIER) & leafless & dry)


def haze(seen: Seen, become: Floats) -> dict[str, Measured]:
    """How much more the surroundings gained in blue than in red, beyond their like (log ratio).

    Haze scatters blue most, and it does not keep to an outline.
    """
    roles, ring = seen.model.roles, seen.ring
    if not {"blue", "red"} <= set(roles) or ring.sum() < 20:
        return {}
    tones = []
    for role in ("blue", "red"):
        i, soft = roles.index(role), seen.model.likes.soft[roles.index(role)]
        after = np.maximum(np.nan_to_num(seen.after[i]), 0)
        tones.append(np.log((after + soft) / (become[i] + soft))[ring])
    apart = tones[0] - tones[1]
    middle = float(np.median(apart))
    spread = 1.4826 * float(np.median(np.abs(apart - middle)))
    return {
        "haze": Measured(middle, spread / max(1.0, len(apart) / 9) ** 0.5, len(apart), "log ratio")
    }
