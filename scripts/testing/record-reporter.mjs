import { writeFileSync } from 'node:fs';

function describeTest(module, test) {
  const result = test.result();
  return {
    name: `${module.relativeModuleId} > ${test.fullName}`,
    state: result.state,
    note: result.note,
    error: result.errors?.map((error) => error.message).join('\n'),
  };
}

function describeErrors(name, errors) {
  return errors.map((error) => ({ name, message: String(error.message ?? error) }));
}

function errorsOf(module) {
  const suites = [...module.children.allSuites()];
  return [
    ...describeErrors(module.relativeModuleId, module.errors()),
    ...suites.flatMap((suite) => describeErrors(`${module.relativeModuleId} > ${suite.fullName}`, suite.errors())),
  ];
}

/**
 * A vitest reporter that writes what `record.mjs` reads, to the file that GANTRY_TEST_RECORD names. It writes after each test
 * file, so that a run that hangs and is ended leaves what it had done, and the names of the files that were at it.
 */
export default class RecordReporter {
  #running = new Set();
  #record = { tests: [], errors: [] };

  onTestModuleStart(module) {
    this.#running.add(module.relativeModuleId);
    this.#write();
  }

  onTestModuleEnd(module) {
    this.#running.delete(module.relativeModuleId);
    this.#record.tests.push(...[...module.children.allTests()].map((test) => describeTest(module, test)));
    this.#record.errors.push(...errorsOf(module));
    this.#write();
  }

  onTestRunEnd(modules, unhandledErrors) {
    this.#running.clear();
    this.#record = {
      tests: modules.flatMap((module) => [...module.children.allTests()].map((test) => describeTest(module, test))),
      errors: [...modules.flatMap(errorsOf), ...describeErrors('outside any test', unhandledErrors)],
    };
    this.#write();
  }

  #write() {
    const hung = [...this.#running].map((name) => ({ name, message: 'had begun and did not end' }));
    writeFileSync(process.env.GANTRY_TEST_RECORD, JSON.stringify({ ...this.#record, errors: [...this.#record.errors, ...hung] }));
  }
}
