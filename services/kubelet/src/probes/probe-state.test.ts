import { describe, expect, test } from 'vitest';
import { firstDue, firstState, followingDue, isDecided, nextState } from './probe-state.js';
import type { Probe, ProbeType } from './probe-state.js';

/** The verdicts after each of some answers: `+` success, `-` failure. */
function verdicts(type: ProbeType, spec: Probe, answers: string): string[] {
  let state = firstState(type);
  return [...answers].map((answer) => {
    state = nextState(spec, state, answer === '+' ? 'success' : 'failure');
    return state.verdict;
  });
}

describe('a verdict', () => {
  test.each<[string, ProbeType, Probe, string, string[]]>([
    ['of readiness turns good with the first success', 'readiness', {}, '+', ['success']],
    ['of readiness waits for as many as are asked for', 'readiness', { successThreshold: 2 }, '+-++', ['failure', 'failure', 'failure', 'success']],
    ['of readiness turns bad with the third failure in a row', 'readiness', {}, '+--+---', ['success', 'success', 'success', 'success', 'success', 'success', 'failure']],
    ['of liveness is good until then', 'liveness', { failureThreshold: 2 }, '-+--', ['success', 'success', 'success', 'failure']],
    ['of startup is open until then', 'startup', { failureThreshold: 3 }, '--+', ['unknown', 'unknown', 'success']],
    ['of startup fails for good', 'startup', { failureThreshold: 1 }, '-', ['failure']],
  ])('%s', (_, type, spec, answers, expected) => {
    expect(verdicts(type, spec, answers)).toEqual(expected);
  });

  test.each<[ProbeType, 'success' | 'failure' | 'unknown', boolean]>([
    ['startup', 'unknown', false], ['startup', 'success', true], ['startup', 'failure', true],
    ['liveness', 'success', false], ['liveness', 'failure', true], ['readiness', 'failure', false],
  ])('of %s that is %s ends the questions: %s', (type, verdict, decided) => {
    expect(isDecided(type, { verdict, run: 1 })).toBe(decided);
  });

  test('that an earlier kubelet reported goes on', () => {
    expect(firstState('readiness', { ready: true, started: true }).verdict).toBe('success');
    expect(firstState('startup', { ready: false, started: true }).verdict).toBe('success');
    expect(firstState('readiness', { ready: false, started: true }).verdict).toBe('failure');
  });
});

describe('a probe', () => {
  const spec = { initialDelaySeconds: 5, periodSeconds: 10 };
  test.each([
    ['is asked first after its delay', { startedAt: 2000, now: 2000, kubeletSince: 0 }, 7000],
    ['is asked at once when that is over', { startedAt: 2000, now: 9000, kubeletSince: 0 }, 9000],
    ['of a container that was found running is spread over its period', { startedAt: 2000, now: 60_000, kubeletSince: 60_000 }, 65_000],
    ['of one is not spread when the kubelet has run for long', { startedAt: 2000, now: 90_000, kubeletSince: 60_000 }, 90_000],
  ])('%s', (_, times, due) => {
    expect(firstDue({ spec, ...times, random: 0.5 })).toBe(due);
  });

  test.each([[1000, 1000, 11_000], [1000, 4000, 11_000], [1000, 11_000, 11_000], [1000, 34_000, 41_000]])('due at %i and answered at %i is due at %i', (due, now, next) => {
    expect(followingDue(spec, due, now)).toBe(next);
  });
});
