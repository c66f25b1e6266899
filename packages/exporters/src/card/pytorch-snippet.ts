interface ResnetSection {
  readonly name?: string;
  readonly stem?: string;
  readonly width?: number;
  readonly stages?: number;
  readonly norm?: string;
  readonly head?: { readonly kind?: string; readonly hidden?: number; readonly dim?: number };
}

const FEATURES: Readonly<Record<string, number>> = { resnet18: 512, resnet34: 512, resnet50: 2048 };

const STEMS: Readonly<Record<string, readonly string[]>> = {
  imagenet: [],
  cifar: ['model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)', 'model.maxpool = nn.Identity()'],
  small: ['model.conv1 = nn.Conv2d(3, 64, 3, 2, 1, bias=False)', 'model.maxpool = nn.Identity()'],
};

/** Python that loads the `torchvision` export of an encoder, where torchvision has the network. @param section `encoder` of the config. */
export function pytorchSnippet(encoder: string, section: unknown): string {
  const { stem = 'imagenet', width = 64, stages = 4, norm = 'batch', head = {} } = (section ?? {}) as ResnetSection;
  const features = FEATURES[encoder];
  if (features === undefined || width !== 64 || stages !== 4 || norm !== 'batch')
    return 'torchvision has no ready network of this width, depth or norm: use the ONNX export, which carries the network.';
  const { kind = 'mlp', hidden = features, dim = 128 } = head;
  const fc =
    kind === 'linear'
      ? `nn.Linear(${features}, ${dim})`
      : `nn.Sequential(nn.Linear(${features}, ${hidden}), nn.ReLU(), nn.Linear(${hidden}, ${dim}))`;
  return [
    '```python',
    'from safetensors.torch import load_file',
    'from torch import nn',
    'from torchvision import models',
    '',
    `model = models.${encoder}()`,
    ...STEMS[stem]!,
    `model.fc = ${fc}`,
    'model.load_state_dict(load_file("encoder.safetensors"), strict=True)  # mochi export RUN --format torchvision --to encoder.safetensors',
    'model.fc = nn.Identity()  # features of the backbone',
    '```',
  ].join('\n');
}
