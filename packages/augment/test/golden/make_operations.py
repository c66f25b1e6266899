"""Reference values of the operations that make_reference.py lacks, from torchvision on PIL images.

    pip install torch torchvision safetensors numpy pillow
    python make_operations.py FOLDER     # with augment-0.safetensors ...: writes operations-0.safetensors ... beside them

Images are parts of those of augment-N, uint8 [h, w, 3]. Names: see CASES in ../operations.test.ts.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import load_file, save_file
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F
from torchvision.transforms.autoaugment import RandAugment, _apply_op

LARGEST = 44
SIGNED = {"ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness"}


def rand_augment(image: Image.Image, magnitude: int) -> dict[str, Image.Image]:
    space = RandAugment(magnitude=magnitude)._augmentation_space(31, (image.height, image.width))
    made = {}
    for at, (name, (levels, signed)) in enumerate(space.items()):
        assert signed == (name in SIGNED)
        level = float(levels[magnitude].item()) if levels.ndim > 0 else 0.0
        for sign in (1, -1) if signed else (1,):
            made[f"rand_{magnitude}_{at}_{sign}"] = _apply_op(image, name, sign * level, InterpolationMode.NEAREST, None)
    return made


def erased(image: Image.Image, top: int, left: int, height: int, width: int, fill: list[int]) -> np.ndarray:
    x = torch.from_numpy(np.array(image)).permute(2, 0, 1)
    return F.erase(x, top, left, height, width, torch.tensor(fill, dtype=torch.uint8).reshape(3, 1, 1)).permute(1, 2, 0).numpy()


def cases(image: Image.Image) -> dict[str, object]:
    def padded(top: int, left: int, mode: str) -> Image.Image:
        return F.crop(F.pad(image, 4, padding_mode=mode), top, left, image.height, image.width)

    return {
        "image": image,
        "equalize": F.equalize(image),
        "autocontrast": F.autocontrast(image),
        "posterize_3": F.posterize(image, 3),
        "invert": F.invert(image),
        "solarize_77": F.solarize(image, 77),
        "sharpness_1_7": F.adjust_sharpness(image, 1.7),
        "sharpness_0_2": F.adjust_sharpness(image, 0.2),
        "erase": erased(image, 5, 0, 9, 12, [7, 100, 250]),
        "pad_crop_constant": padded(1, 7, "constant"),
        "pad_crop_reflect": padded(8, 0, "reflect"),
        **rand_augment(image, 9),
        **rand_augment(image, 27),
    }


def flat(image: Image.Image) -> Image.Image:
    """Few values in one colour, one value in another: where equalize and autocontrast have their exceptions."""
    x = np.array(image)
    x[:, :, 0] = 31
    x[:, :, 1] = 100 + x[:, :, 1] // 128
    return Image.fromarray(x)


def main(folder: Path) -> None:
    for path in sorted(folder.glob("augment-*.safetensors")):
        whole = load_file(path)["image"]
        image = Image.fromarray(np.ascontiguousarray(whole[:LARGEST, : LARGEST - 5]))
        made = cases(image)
        made |= {"flat": flat(image), "flat_equalize": F.equalize(flat(image)), "flat_autocontrast": F.autocontrast(flat(image))}
        save_file({name: np.ascontiguousarray(x) for name, x in made.items()}, folder / path.name.replace("augment", "operations"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
