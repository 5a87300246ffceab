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

/** A vitest reporter that writes what `record.mjs` reads, to the file that GANTRY_TEST_RECORD names. */
export default class RecordReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const record = {
      tests: modules.flatMap((module) => [...module.children.allTests()].map((test) => describeTest(module, test))),
      errors: [...modules.flatMap(errorsOf), ...describeErrors('outside any test', unhandledErrors)],
    };
    writeFileSync(process.env.GANTRY_TEST_RECORD, JSON.stringify(record));
  }
}
