import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { run, type RunResult } from '../kit/run.js';
import type { AccessLog } from '../kit/access-log.js';
import type { Step } from './parse-tour.js';
import { missingRequests, strangeRequests } from './requests.js';

/**
 * What commands of a tour may call. `begin COMMAND` lets a command run beside the others until they are done; `seen PATTERN` prints what it prints until a
 * line matches, which is then in `$line`; `asked TEXT` waits until this kubectl was answered a request whose URI contains the text.
 */
const FUNCTIONS = `
begin() { exec 3< <(exec "$@"); beside=$!; trap 'kill $beside 2> /dev/null' EXIT; }
seen() { while read -t 60 -r line; do echo "$line"; [[ $line =~ $1 ]] && return; done <&3; return 1; }
asked() { timeout 60 tail -n +1 -f "$ACCESS_LOG" | grep -m 1 -e "$1.*$USER_AGENT" > /dev/null; }
`;

export interface TourOptions {
  readonly program: string;
  readonly version: string;
  /** Of the cluster; a copy is used. */
  readonly kubeconfig: string;
  /** Empty, and this tour's own. */
  readonly folder: string;
  readonly log: AccessLog;
  readonly variables: Readonly<Record<string, string>>;
}

/** Runs steps of one kubectl in one folder. */
export class TourRunner {
  readonly #env: NodeJS.ProcessEnv;
  readonly #userAgent: string;

  private constructor(private readonly options: TourOptions, userAgent: string) {
    const { folder, variables, log } = options;
    this.#userAgent = userAgent;
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|KUBE)/i.test(name));
    this.#env = { ...Object.fromEntries(own), ...variables, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig'), PATH: `${join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`, ACCESS_LOG: log.path, USER_AGENT: userAgent };
  }

  static async start(options: TourOptions): Promise<TourRunner> {
    const { folder, program, kubeconfig } = options;
    await mkdir(join(folder, 'bin'));
    await symlink(program, join(folder, 'bin/kubectl'));
    await run('cp', [kubeconfig, join(folder, 'kubeconfig')]);
    const version = JSON.parse((await run(program, ['version', '--client', '--output=json'])).stdout) as { clientVersion: { gitVersion: string } };
    return new TourRunner(options, `kubectl/${version.clientVersion.gitVersion} `);
  }

  /** What is wrong with it; nothing where all is as the tour says. */
  async problems(step: Step): Promise<string[]> {
    const result = await run('bash', ['-c', `${FUNCTIONS}${step.command}`], { env: this.#env, cwd: this.options.folder, timeoutMs: 90_000 });
    const log = await this.options.log.since(this.#userAgent);
    const found = [...wrongOutput(step, result), ...missingRequests(step.requests, log, this.options.version), ...strangeRequests(log).map((line) => `a request is strange: ${line}`)];
    return found.map((problem) => `line ${step.line}: ${step.command}\n${problem}`);
  }
}

function wrongOutput(step: Step, { code, stdout, stderr }: RunResult): string[] {
  const output = `${stdout}${stderr}`;
  const lines = new Set(output.split('\n').map(squeezed));
  const missing = step.prints.filter((expected) => (typeof expected === 'string' ? !lines.has(squeezed(expected)) : !expected.test(output))).map((expected) => `it does not print ${String(expected)}`);
  const problems = [...(code === step.code ? [] : [`it ends with ${code}, not with ${step.code}`]), ...missing, ...(step.printsNothing && output !== '' ? ['it prints something'] : [])];
  return problems.length === 0 ? [] : [`${problems.join('\n')}\n--- ${output}`];
}

function squeezed(line: string): string {
  return line.trim().replaceAll(/\s+/g, ' ');
}
