export { checkCommandLine, main } from './main.js';
export { EXIT } from './exit-codes.js';
