import { simulateCommand } from '../../../src/cli/simulate.js';

/** A program of nothing but `simulate`, for tests to start as a process. */
await simulateCommand().parseAsync();
