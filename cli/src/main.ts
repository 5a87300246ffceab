import { buildProgram } from './program.js';
import { reportFailure } from './output/failure.js';

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportFailure(error);
}
