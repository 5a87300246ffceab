/**
 * Who may import whom, by the `level:` tag in each project's package.json. Only lower levels, so a lib never imports one
 * of its own level; `LP` is the platform, `LT` the test kit.
 */
export const IMPORTS_OF_LEVEL = {
  L0: [],
  L1: ['L0'],
  L2: ['L0', 'L1'],
  L3: ['L0', 'L1', 'L2'],
  L4: ['L0', 'L1', 'L2', 'L3'],
  L5: ['L0', 'L1', 'L2', 'L3', 'L4'],
  LP: ['L0', 'L1'],
  LT: ['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'LP'],
  service: ['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'LP', 'LT'],
  composition: ['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'LP', 'LT', 'service'],
  app: ['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'LP', 'LT', 'composition'],
};

/** The same as constraints of `@nx/enforce-module-boundaries`. */
export const depConstraints = Object.entries(IMPORTS_OF_LEVEL).map(([level, allowed]) => ({
  sourceTag: `level:${level}`,
  onlyDependOnLibsWithTags: allowed.map((name) => `level:${name}`),
}));
