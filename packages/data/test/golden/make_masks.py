"""Masks of polygons and packed run lengths by the COCO API, which ours are held to.

python -m pip install numpy pycocotools && python make_masks.py
"""
import json
import numpy as np
from pycocotools import mask

rng = np.random.default_rng(7)

def counts(rle):
    pixels = mask.decode(rle).flatten(order='F')
    edges = np.flatnonzero(np.diff(pixels)) + 1
    runs = np.diff(np.concatenate([[0], edges, [pixels.size]])).tolist()
    return runs if pixels[0] == 0 else [0, *runs]

cases = []
for height, width in [(20, 30), (64, 48), (7, 5), (480, 640)]:
    for corners in [3, 4, 9, 25]:
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        radius = rng.uniform(0.1, 0.7, corners)
        points = np.stack([width / 2 + width * radius * np.cos(angles), height / 2 + height * radius * np.sin(angles)], 1)
        polygon = np.round(points, 2).flatten().tolist()  # some corners lie outside of the image
        rle = mask.merge(mask.frPyObjects([polygon], height, width))
        cases.append({'height': height, 'width': width, 'polygons': [polygon], 'packed': rle['counts'].decode(), 'counts': counts(rle)})
for height, width in [(40, 50), (33, 21)]:
    polygons = [np.round(rng.uniform(-3, [width + 3, height + 3], (5, 2)), 1).flatten().tolist() for _ in range(3)]
    polygons.append([4, 4, 4, 4, 9, 4, 9, 9, 4, 9])  # a corner twice, whole numbers
    rle = mask.merge(mask.frPyObjects(polygons, height, width))
    cases.append({'height': height, 'width': width, 'polygons': polygons, 'packed': rle['counts'].decode(), 'counts': counts(rle)})
noise = np.asfortranarray(rng.random((90, 70)) < 0.3, dtype=np.uint8)
rle = mask.encode(noise)
cases.append({'height': 90, 'width': 70, 'polygons': [], 'packed': rle['counts'].decode(), 'counts': counts(rle)})
with open('masks.json', 'w') as file:
    json.dump(cases, file)
    file.write('\n')
