// node dist/main.js RUN [PORT]: answers embeddings until it is asked to end. Port 0 is any that is free.
import type { AddressInfo } from 'node:net';
import { loadEncoder } from '@mochi/mochi';
import { createService, DEFAULTS } from './service.js';
import { warmUp } from './warm-up.js';

const [path = 'mochi.yaml', port = '8080'] = process.argv.slice(2);
const encoder = await loadEncoder(path);
await warmUp(encoder, DEFAULTS.maxBatch); // before the port is open
const { server, close } = createService(encoder);
server.listen(Number(port), () =>
  console.log(`${encoder.name} (${encoder.dims.backbone} numbers an image) on port ${(server.address() as AddressInfo).port}`),
);

const stop = async (): Promise<void> => {
  await close();
  await encoder.dispose();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
