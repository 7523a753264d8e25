export { openPostgresStore } from './store.js';
