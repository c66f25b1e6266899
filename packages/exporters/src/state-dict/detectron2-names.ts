/**
 * Name of a weight in detectron2's ResNet, from torchvision's. Undefined: detectron2's backbone has no such weight (the head).
 *
 * @throws RangeError for a name that is no ResNet's
 * @see detectron2/modeling/backbone/resnet.py; the rules are those of MoCo's convert-pretrain-to-detectron2.py
 */
export function detectron2Name(name: string): string | undefined {
  if (/^fc\./.test(name)) return undefined;
  const [, stage, block, rest] = /^layer(\d)\.(\d+)\.(.+)$/.exec(name) ?? [];
  const [prefix, inner] = stage === undefined ? ['stem', name] : [`res${Number(stage) + 1}.${block}`, rest!];
  const [, layer, index, field] = /^(conv|bn|downsample\.)(\d)\.(\w+)$/.exec(inner) ?? [];
  const one = stage !== undefined || (layer !== 'downsample.' && index === '1'); // the stem has one convolution
  if (layer === undefined || !one) throw new RangeError(`${name} is no weight of a ResNet`);
  if (layer === 'downsample.') return `${prefix}.shortcut${index === '0' ? '' : '.norm'}.${field}`;
  return `${prefix}.conv${index}${layer === 'bn' ? '.norm' : ''}.${field}`;
}
