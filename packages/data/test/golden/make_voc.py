"""Segmentation images as VOC has them: PNG of 8 bits with the VOC palette; two objects, the border of 255 between them and the background.

python -m pip install numpy pillow && python make_voc.py
"""
import numpy as np
from PIL import Image

palette = [0] * 768
for index in range(256):
    colour = index
    for bit in range(8):
        for channel in range(3):
            palette[3 * index + channel] |= ((colour >> channel) & 1) << (7 - bit)
        colour >>= 3

objects = np.zeros((6, 8), dtype=np.uint8)
objects[1:4, 1:3] = 1
objects[2:6, 5:8] = 2
objects[1:4, 3] = 255
classes = np.zeros_like(objects)
classes[objects == 1] = 15  # person
classes[objects == 2] = 8  # cat
classes[objects == 255] = 255
for name, labels in [('voc-object.png', objects), ('voc-class.png', classes)]:
    image = Image.fromarray(labels, mode='P')
    image.putpalette(palette)
    image.save(name, optimize=False)
