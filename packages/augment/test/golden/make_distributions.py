"""What torchvision's random transforms draw, 20,000 times each: distributions.json.

    pip install torch torchvision
    python make_distributions.py > distributions.json

`quantiles`: 201 of them, from the least to the greatest. `counts`: how often each outcome came.
"""

import json
import math
from collections import Counter

import torch
from PIL import Image
from torchvision import transforms as T
from torchvision.transforms import functional as F

DRAWS = 20_000


def quantiles(values: list[float]) -> list[float]:
    at = torch.linspace(0, 1, 201, dtype=torch.float64)
    return [round(float(x), 6) for x in torch.quantile(torch.tensor(values, dtype=torch.float64), at)]


def crops(height: int, width: int, scale: tuple[float, float]) -> dict[str, list[float]]:
    image = Image.new("RGB", (width, height))
    boxes = [T.RandomResizedCrop.get_params(image, list(scale), [3 / 4, 4 / 3]) for _ in range(DRAWS)]
    return {
        "area": quantiles([h * w / (height * width) for _, _, h, w in boxes]),
        "logRatio": quantiles([math.log(w / h) for _, _, h, w in boxes]),
        "top": quantiles([top for top, _, _, _ in boxes]),
        "left": quantiles([left for _, left, _, _ in boxes]),
    }


def jitter() -> dict[str, object]:
    made = T.ColorJitter(0.4, 0.4, 0.4, 0.1)
    drawn = [T.ColorJitter.get_params(made.brightness, made.contrast, made.saturation, made.hue) for _ in range(DRAWS)]
    names = ("brightness", "contrast", "saturation", "hue")
    orders = Counter("".join(str(int(op)) for op in order) for order, *_ in drawn)
    factors = {name: quantiles([float(one[at + 1]) for one in drawn]) for at, name in enumerate(names)}
    return {**factors, "order": dict(sorted(orders.items()))}


class Seen:
    """An operation that says that it happened."""

    def __call__(self, _: object) -> bool:
        return True


def happens(transform: object, given: object = False) -> int:
    return sum(transform(given) is True for _ in range(DRAWS))


def changed(transform: object, image: Image.Image) -> int:
    return sum(transform(image).tobytes() != image.tobytes() for _ in range(DRAWS))


def sigmas() -> list[float]:
    return quantiles([T.GaussianBlur.get_params(0.1, 2.0) for _ in range(DRAWS)])


def rand_augment() -> dict[str, dict[str, int]]:
    """Which operation its first round takes, and the sign of those with two directions."""
    kinds, signs = Counter(), Counter()
    made = T.RandAugment(num_ops=1)
    space = list(made._augmentation_space(31, (8, 8)))
    original = T.autoaugment._apply_op

    def record(image, name, magnitude, **_):
        kinds[space.index(name)] += 1
        if made._augmentation_space(31, (8, 8))[name][1]:
            signs["1" if magnitude > 0 else "-1"] += 1
        return image

    T.autoaugment._apply_op = record
    for _ in range(DRAWS):
        made(Image.new("RGB", (8, 8)))
    T.autoaugment._apply_op = original
    return {"kind": dict(sorted(kinds.items())), "sign": dict(signs)}


def main() -> None:
    torch.manual_seed(1)
    image = Image.new("RGB", (2, 1))
    image.putpixel((0, 0), (200, 30, 60))
    padded = [T.RandomCrop.get_params(F.pad(Image.new("RGB", (32, 32)), 4), (32, 32))[:2] for _ in range(DRAWS)]
    print(
        json.dumps(
            {
                "draws": DRAWS,
                "crop": {
                    "wide": crops(375, 500, (0.2, 1.0)),
                    "strip": crops(60, 200, (0.08, 1.0)),
                    "small": crops(32, 32, (0.05, 0.14)),
                },
                "jitter": jitter(),
                "chosen": {
                    "jitter": happens(T.RandomApply([Seen()], p=0.8)),
                    "blur": happens(T.RandomApply([Seen()], p=0.5)),
                    "grayscale": changed(T.RandomGrayscale(0.2), image),
                    "flip": changed(T.RandomHorizontalFlip(0.5), image),
                    "solarize": changed(T.RandomSolarize(128, 0.2), image),
                },
                "sigma": sigmas(),
                "padAndCrop": {"top": dict(sorted(Counter(t for t, _ in padded).items())), "left": dict(sorted(Counter(x for _, x in padded).items()))},
                "randAugment": rand_augment(),
            }
        )
    )


if __name__ == "__main__":
    main()
