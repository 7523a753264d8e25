export { openCopyTarget } from './copyTarget.js';
export { openPostgresStore } from './store.js';
