import { readFileSync } from 'node:fs';
import { FakeClock, silentLogger } from '@gantry/async';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { servicePortsOf } from '../rules/from-objects.js';
import { TABLE } from '../rules/names.js';
import { EMPTY_RULESET, joinFragments } from '../rules/ruleset.js';
import type { Ruleset } from '../rules/ruleset.js';
import { serviceRules } from '../rules/service-rules.js';
import { NODE, service, slice } from '../testing/objects.suite.js';
import { TableApplier } from './table-applier.js';

/** Keeps transactions, in place of the kernel; each waits until the test lets it go. */
class FakeKernel {
  readonly transactions: string[] = [];
  handle: number | undefined;
  failures = 0;
  private held: (() => void) | undefined;
  private gate: Promise<void> = Promise.resolve();

  readonly run = async (program: string, args: readonly string[]): Promise<string> => {
    expect(program).toBe('nft');
    if (args[0] !== '-f') return JSON.stringify({ nftables: this.handle === undefined ? [] : [{ table: { family: 'ip', name: TABLE, handle: this.handle } }] });
    const text = readFileSync(args[1]!, 'utf8');
    await this.gate;
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('nft: No such file or directory');
    }
    this.transactions.push(text);
    if (text.startsWith('add table')) this.handle = (this.handle ?? 0) + 1;
    return '';
  };

  hold(): void {
    this.gate = new Promise((resolve) => (this.held = resolve));
  }

  release(): void {
    this.held?.();
  }
}

const rulesetOf = (...addresses: string[]): Ruleset =>
  joinFragments(new Map(addresses.map((address) => [address, serviceRules(servicePortsOf(service(`web-${address.split('.')[3]}`, { clusterIP: address }), [slice('web', ['10.244.1.2'])], NODE.name), NODE)])));

describe('the table of a node', () => {
  let kernel: FakeKernel;
  let clock: FakeClock;
  let applier: TableApplier;
  beforeEach(() => {
    kernel = new FakeKernel();
    clock = new FakeClock();
    applier = new TableApplier({ run: kernel.run, node: NODE, clock, logger: silentLogger });
  });
  afterEach(() => applier.stop());

  const isWhole = (text = '') => text.startsWith(`add table ip ${TABLE}\ndelete table ip ${TABLE}\n`);
  /** Moves the time until something is so. Files are written in real time. */
  const until = (holds: () => boolean) =>
    vi.waitFor(async () => {
      await clock.advanceAndSettle(500);
      expect(holds()).toBe(true);
    }, { timeout: 15_000, interval: 2 });
  const apply = async (ruleset: Ruleset) => {
    let isDone = false;
    void applier.apply(ruleset).then(() => (isDone = true));
    await until(() => isDone);
  };

  test('is made at once where there is none, with the rule that refuses', async () => {
    await applier.prepare();
    expect(kernel.transactions).toHaveLength(1);
    expect(kernel.transactions[0]).toContain('ip daddr @cluster-ips goto unmatched');
  });

  test('of an earlier life is left as it is until all is known, then replaced in one transaction', async () => {
    kernel.handle = 7;
    await applier.prepare();
    expect(kernel.transactions).toHaveLength(0);
    await apply(rulesetOf('10.96.0.1'));
    expect(kernel.transactions).toHaveLength(1);
    expect(isWhole(kernel.transactions[0])).toBe(true);
    expect(kernel.transactions[0]).toContain('10.96.0.1 . tcp . 80');
  });

  test('takes what is wanted while a transaction runs in the next one together', async () => {
    await applier.prepare();
    await apply(EMPTY_RULESET);
    kernel.hold();
    const changes = [['10.96.0.1'], ['10.96.0.1', '10.96.0.2'], ['10.96.0.2', '10.96.0.3']].map((addresses) => apply(rulesetOf(...addresses)));
    kernel.release();
    await Promise.all(changes);
    expect(kernel.transactions.slice(2).join('')).toContain('10.96.0.3 . tcp . 80');
    expect(kernel.transactions.slice(2).some(isWhole)).toBe(false);
    expect(kernel.transactions.length).toBeLessThanOrEqual(4);
  });

  test('is loaded as a whole after a refused change', async () => {
    await applier.prepare();
    await apply(rulesetOf('10.96.0.1'));
    kernel.failures = 2;
    const done = applier.apply(rulesetOf('10.96.0.2'));
    await until(() => kernel.transactions.length === 3);
    await done;
    expect(isWhole(kernel.transactions[2])).toBe(true);
    expect(kernel.transactions[2]).toContain('10.96.0.2 . tcp . 80');
  });

  test('is loaded as a whole where somebody made another', async () => {
    await applier.prepare();
    await apply(rulesetOf('10.96.0.1'));
    kernel.handle = undefined;
    await until(() => kernel.transactions.length === 3);
    expect(kernel.transactions[2]).toContain('10.96.0.1 . tcp . 80');
  });

  test('loses unused chains some time after the change, and those that are used again never', async () => {
    await applier.prepare();
    await apply(rulesetOf('10.96.0.1', '10.96.0.2'));
    await apply(rulesetOf());
    const back = applier.apply(rulesetOf('10.96.0.2'));
    await until(() => kernel.transactions.some((text) => text.startsWith('delete chain')));
    await back;
    expect(kernel.transactions.filter((text) => text.includes('delete chain'))).toEqual([`delete chain ip ${TABLE} cluster/default/web-1/tcp/80\n`]);
  });

  test('does not run what changes nothing', async () => {
    await applier.prepare();
    await apply(rulesetOf('10.96.0.1'));
    await apply(rulesetOf('10.96.0.1'));
    expect(kernel.transactions).toHaveLength(2);
  });

  test('keeps nobody waiting after a stop', async () => {
    await applier.prepare();
    kernel.failures = 100;
    const done = applier.apply(rulesetOf('10.96.0.1'));
    await applier.stop();
    await expect(done).rejects.toThrow('stopped');
  });
});
