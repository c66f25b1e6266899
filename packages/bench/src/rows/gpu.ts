import { manyImages, PHOTOS, SMALL_IMAGES } from '../images.js';
import { gpuPhotoRun, gpuSmallRun, MOCHI, type TrainOptions } from '../options.js';
import { perSecond, runPairs } from '../pairs.js';
import { startOurs, startPeer } from '../peer.js';
import { LIGHTLY, type Bench, type Group, type Measured } from '../row.js';
import { checkLoss } from './check.js';

interface GpuRow {
  readonly name: string;
  readonly title: string;
  /** `fixed`: the step alone, on one batch that stays on the GPU; `train`: from JPEG files. */
  readonly task: 'fixed' | 'train';
  readonly run: (images: string) => TrainOptions;
  /** Steps of a turn. */
  readonly count: number;
}

const SMALL = 'ResNet-18 of width 64, 32 px, batch 256, bank 16,384';
const PHOTO = 'ResNet-50, 224 px, batch 256, bank 65,536';

const rows: GpuRow[] = [
  { name: 'gpu-step-small', title: `The step alone: ${SMALL}`, task: 'fixed', run: gpuSmallRun, count: 30 },
  {
    name: 'gpu-step-small-mochi',
    title: 'The same with MoCHi(1024, 1024, 128); the peer gathers and mixes explicitly',
    task: 'fixed',
    run: (images) => ({ ...gpuSmallRun(images), mochi: MOCHI }),
    count: 30,
  },
  { name: 'gpu-step-r50', title: `The step alone: ${PHOTO}`, task: 'fixed', run: gpuPhotoRun, count: 6 },
  {
    name: 'gpu-step-r50-mochi',
    title: 'The same with MoCHi(1024, 1024, 128); the peer gathers and mixes explicitly',
    task: 'fixed',
    run: (images) => ({ ...gpuPhotoRun(images), mochi: MOCHI }),
    count: 6,
  },
  {
    name: 'gpu-step-r50-float16',
    title: 'gpu-step-r50 in float16: automatic mixed precision of either side',
    task: 'fixed',
    run: (images) => ({ ...gpuPhotoRun(images), precision: 'float16' }),
    count: 6,
  },
  { name: 'gpu-train-small', title: `Training from JPEG files: ${SMALL}`, task: 'train', run: gpuSmallRun, count: 40 },
  { name: 'gpu-train-r50', title: `Training from JPEG files: ${PHOTO}`, task: 'train', run: gpuPhotoRun, count: 10 },
  {
    name: 'gpu-step-small-compiled',
    title: 'gpu-step-small, the peer through torch.compile',
    task: 'fixed',
    run: (images) => ({ ...gpuSmallRun(images), compile: true }),
    count: 30,
  },
];

/** Of 2,000 small images and 200 photos, by other names: batches are large there. */
const imagesOf = (photos: boolean, { say }: Bench): Promise<string> =>
  photos ? manyImages(PHOTOS, 10_000, say) : manyImages(SMALL_IMAGES, 40_000, say);

async function measure({ name, title, task, run, count }: GpuRow, bench: Bench): Promise<Measured> {
  const options = run(await imagesOf(task === 'train' && run === gpuPhotoRun, bench));
  const python = await bench.python();
  if (task === 'fixed' && !options.precision && !options.compile) await checkLoss(python, options, bench.say);
  const [ours, peer] = await Promise.all([startOurs(task, options), startPeer(python, task, options)]);
  try {
    const counts = bench.quick ? { pairs: 1, settle: 1, count: 2 } : { pairs: bench.pairs, settle: 5, count };
    const compared = await runPairs(ours, peer, counts, perSecond);
    const memory = { ours: ours.peakMiB(), peer: peer.peakMiB() };
    return { ...compared, name, title, unit: 'images/s', against: LIGHTLY, wanted: null, memory };
  } finally {
    await Promise.all([ours.end(), peer.end()]);
  }
}

/** Rows for a machine with a GPU. */
export const gpuGroups: Group[] = rows.map((row) => ({ names: [row.name], run: async (bench) => [await measure(row, bench)] }));
