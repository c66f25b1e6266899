// node dist/main.js RUN [PORT]: answers embeddings until it is asked to end.
import { loadEncoder } from '@mochi/mochi';
import { createService } from './service.js';

const [path = 'mochi.yaml', port = '8080'] = process.argv.slice(2);
const encoder = await loadEncoder(path);
const { server, close } = createService(encoder);
server.listen(Number(port), () => console.log(`${encoder.name} (${encoder.dims.backbone} numbers an image) on port ${port}`));

const stop = async (): Promise<void> => {
  await close();
  await encoder.dispose();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
