export { createPlugin, type CreateOptions, type Created } from './create-plugin.js';
export { kindOf, KINDS, type TemplateKind } from './kinds.js';
