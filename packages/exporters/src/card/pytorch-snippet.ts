interface ResnetSection {
  readonly stem?: string;
  readonly width?: number;
  readonly stages?: number;
  readonly norm?: string;
  readonly head?: { readonly kind?: string; readonly hidden?: number; readonly dim?: number };
}

const NETWORKS: Readonly<
  Record<string, { readonly block: string; readonly depths: readonly number[]; readonly expands: number }>
> = {
  resnet10: { block: 'BasicBlock', depths: [1, 1, 1, 1], expands: 1 },
  resnet18: { block: 'BasicBlock', depths: [2, 2, 2, 2], expands: 1 },
  resnet34: { block: 'BasicBlock', depths: [3, 4, 6, 3], expands: 1 },
  resnet50: { block: 'Bottleneck', depths: [3, 4, 6, 3], expands: 4 },
};

/** Size, stride and padding of the first convolution. */
const STEMS: Readonly<Record<string, string>> = { imagenet: '7, 2, 3', cifar: '3, 1, 1', small: '3, 2, 1' };

/** 32 groups, or groups of 2 where channels are fewer, as the encoder has them. */
const GROUP_NORM = 'lambda c: nn.GroupNorm(next(g for g in range(max(1, min(32, c // 2)), 0, -1) if c % g == 0), c)';

/** Python that loads the `torchvision` export of a ResNet, of any width, depth and norm. @param section `encoder` of the config. */
export function pytorchSnippet(encoder: string, section: unknown): string {
  const network = NETWORKS[encoder];
  if (!network) return 'torchvision has no such network: use the ONNX export, which carries it.';
  const { stem = 'imagenet', width = 64, stages = 4, norm = 'batch', head = {} } = (section ?? {}) as ResnetSection;
  const { block, depths, expands } = network;
  const grouped = norm === 'group';
  return [
    '```python',
    'from safetensors.torch import load_file',
    'from torch import nn',
    `from torchvision.models.resnet import ${block}, ResNet`,
    '',
    `model = ResNet(${block}, [${depths.join(', ')}]${grouped ? `, norm_layer=${GROUP_NORM}` : ''})`,
    ...(stem !== 'imagenet' || width !== 64 ? [`model.conv1 = nn.Conv2d(3, ${width}, ${STEMS[stem]}, bias=False)`] : []),
    ...(stem === 'imagenet' ? [] : ['model.maxpool = nn.Identity()']),
    ...(width === 64 ? [] : stagesOf(width, depths, block)),
    ...depths.slice(stages).map((_, at) => `model.layer${stages + at + 1} = nn.Identity()`),
    `model.fc = ${headOf(head, width * 2 ** (stages - 1) * expands)}`,
    'model.load_state_dict(load_file("encoder.safetensors"), strict=True)  # mochi export RUN --format torchvision --to encoder.safetensors',
    'model.eval()',
    'model.fc = nn.Identity()  # features of the backbone',
    '```',
  ].join('\n');
}

const stagesOf = (width: number, depths: readonly number[], block: string): string[] => [
  `model.inplanes, model.bn1 = ${width}, model._norm_layer(${width})`,
  ...depths.map(
    (depth, at) => `model.layer${at + 1} = model._make_layer(${block}, ${width * 2 ** at}, ${depth}, stride=${at === 0 ? 1 : 2})`,
  ),
];

function headOf({ kind = 'mlp', hidden, dim = 128 }: NonNullable<ResnetSection['head']>, features: number): string {
  if (kind === 'linear') return `nn.Linear(${features}, ${dim})`;
  const inner = hidden ?? features;
  return `nn.Sequential(nn.Linear(${features}, ${inner}), nn.ReLU(), nn.Linear(${inner}, ${dim}))`;
}
