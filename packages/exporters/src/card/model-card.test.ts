import { disposeTree, startTensorFlow } from '@mochi/tensorflow';
import type { ModelFacts } from '@mochi/contract';
import { afterAll, expect, test } from 'vitest';
import { trainedTiny } from '../../test/tiny-encoder.js';
import { modelCard } from './model-card.js';
import { pytorchSnippet } from './pytorch-snippet.js';

await startTensorFlow();
const trained = trainedTiny();
afterAll(() => disposeTree(trained.weights as never));

const cardOf = (changes: Partial<ModelFacts> = {}) =>
  modelCard({ ...trained, facts: { ...trained.facts, ...changes } }, { licence: 'CC-BY-4.0', dataLicence: 'own photos' });
const initialWeights = { file: 'moco.pth.tar', sha256: 'beef' };
const UNKNOWN = 'weights of `moco.pth.tar` (SHA-256 `beef`), whose data and licence are not known to mochi';

test('data, recipe, metrics with chance, start and interval, licence, version and date', async () => {
  const card = await cardOf();
  for (const text of [
    '# tiny-run',
    'trained contrastively by mochi: method moco-v2, negatives by mochi.',
    'CC-BY-4.0',
    'own photos',
    '`abc`',
    '| metric | value | by chance | at the start | better | measured with |',
    '| knn/top1 | 12.35 % [10.00, 14.50], n 80 | 5.00 % | 11.00 % | higher | k 5, temperature 0.07, test val |',
    '| rank | 3.00 |  |  | higher |  |',
    'the 95 % interval',
    '"root": ".../photos"',
    '| trained for | 7 steps, 2 epochs |',
    '| training began | 2026-01-02 |',
    '| version of mochi | 1.2.3 |',
    '| begun from | weights as drawn |',
    '"n": 4',
  ])
    expect(card).toContain(text);
  expect(card).not.toMatch(/somebody|somewhere|known to mochi/);
  expect(await cardOf({ step: 1, epoch: 0, seen: 1 })).toContain('| trained for | 1 step, 0.33 epochs |');
});

test('weights of others are named, and nothing is said of what they learnt from', async () => {
  const card = await cardOf({ initialWeights });
  expect(card).toContain(`trained contrastively by mochi: method moco-v2, negatives by mochi. Begun from ${UNKNOWN}.`);
  expect(card).toContain('those behind the weights that it began from lack or favour');
  expect(card).toContain('| begun from | `moco.pth.tar` (SHA-256 `beef`) |');
  expect(await cardOf({ initialWeights: { file: 'a.pth', sha256: null } })).toContain('`a.pth` (SHA-256 not recorded)');
});

test('options that changed on the way are named, and the last config is not said to be the recipe', async () => {
  const card = await cardOf({ changes: [{ step: 3, options: ['sampler', 'method.temperature'] }] });
  expect(card).toContain('negatives by mochi, at the end (see Recipe).');
  expect(card).toContain('Until step 3 the run had other options: `sampler`, `method.temperature`.');
  expect(card).not.toContain('gives the same weights');
});

test('where nothing was trained, nothing is claimed to be', async () => {
  const untrained = { step: 0, epoch: 0, seen: 0, begun: null, metrics: {} };
  const card = await cardOf({ ...untrained, initialWeights });
  expect(card).toContain(`An image encoder with ${UNKNOWN}. Nothing was trained here.`);
  expect(card).toContain('| trained for | nothing was trained |');
  expect(card).not.toMatch(/trained contrastively|negatives by|`abc`|trained on|gives the same weights|training began/);
  const drawn = await cardOf(untrained);
  expect(drawn).toContain('An image encoder with weights as they were drawn. Nothing was trained here.');
  expect(drawn).toContain('It has learnt nothing yet.');
});

test.each([
  { name: 'resnet18', section: {}, says: ['ResNet(BasicBlock, [2, 2, 2, 2])', 'nn.Sequential(nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 128))'] },
  { name: 'resnet18', section: { stem: 'cifar', head: { hidden: 32, dim: 16 } }, says: ['nn.Conv2d(3, 64, 3, 1, 1, bias=False)', 'nn.Linear(512, 32), nn.ReLU(), nn.Linear(32, 16)'] },
  { name: 'resnet10', section: { stem: 'small', width: 16, stages: 3 }, says: ['nn.Conv2d(3, 16, 3, 2, 1, bias=False)', 'model.layer2 = model._make_layer(BasicBlock, 32, 1, stride=2)', 'model.layer4 = nn.Identity()', 'nn.Linear(64, 64)'] },
  { name: 'resnet50', section: { norm: 'group', head: { kind: 'linear', dim: 7 } }, says: ['norm_layer=lambda c: nn.GroupNorm(', 'model.fc = nn.Linear(2048, 7)'] },
  { name: 'tiny', section: {}, says: ['torchvision has no such network'] },
])('Python builds a $name of $section', ({ name, section, says }) => {
  for (const text of says) expect(pytorchSnippet(name, section)).toContain(text);
}); // prettier-ignore
