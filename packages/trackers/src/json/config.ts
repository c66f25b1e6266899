import { z } from 'zod';

export const jsonConfig = z.strictObject({});
