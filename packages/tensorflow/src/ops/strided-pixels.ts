import { attr, type Attr } from '../native/attributes.js';

/** Of `AvgPool` with windows of one pixel: every so many pixels of [B, h, w, C], much sooner than `StridedSlice` takes them. */
export const stridedPixels = (down: number, across = down): Attr[] => [
  attr.type('T', 'float32'),
  attr.string('data_format', 'NHWC'),
  attr.ints('ksize', [1, 1, 1, 1]),
  attr.ints('strides', [1, down, across, 1]),
  attr.string('padding', 'VALID'),
];
