import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** From one network namespace to an address that leads to another. */
export interface Path {
  readonly name: string;
  /** A process whose network the client is in. */
  readonly from: number;
  readonly address: string;
  readonly port: number;
}

export interface EchoServer {
  end(): Promise<void>;
}

/** Where the ends of a path run. The scheduler's choice would decide a round trip: 13 µs where both share a core, 70 µs where one wakes the other. */
const CLIENT_CORE = 0;
const ECHO_CORE = 0;
const STREAM_CORE = Math.min(1, availableParallelism() - 1);

/** Sends every byte back. */
const ECHO = `
const [port] = process.argv.slice(1);
require('node:net').createServer({ noDelay: true }, (c) => { c.on('error', () => {}); c.pipe(c); }).listen(port, () => console.log('ready'));`;

/** Swallows what comes, and says at the end how many bytes there were. */
const SINK = `
const [port] = process.argv.slice(1);
require('node:net').createServer({ allowHalfOpen: true }, (c) => { let sum = 0; c.on('error', () => {}); c.on('data', (d) => (sum += d.length)); c.on('end', () => c.end(String(sum))); }).listen(port, () => console.log('ready'));`;

const ROUND_TRIPS = `
const [address, port, count] = process.argv.slice(1); const took = []; let began;
const c = require('node:net').connect({ host: address, port: Number(port), noDelay: true });
const send = () => { began = process.hrtime.bigint(); c.write('x'); };
c.on('connect', send); c.on('error', (e) => { throw e; });
c.on('data', () => { took.push(Number(process.hrtime.bigint() - began) / 1000); if (took.length < Number(count)) send(); else { console.log(JSON.stringify(took)); c.destroy(); } });`;

const STREAM = `
const [address, port, milliseconds] = process.argv.slice(1); const chunk = Buffer.alloc(256 * 1024); let answer = '';
const c = require('node:net').connect({ host: address, port: Number(port) + 1, allowHalfOpen: true }); const began = performance.now();
const write = () => { while (performance.now() - began < Number(milliseconds)) if (!c.write(chunk)) return; c.end(); };
c.on('connect', write); c.on('drain', write); c.on('error', (e) => { throw e; }); c.on('data', (d) => (answer += d));
c.on('end', () => console.log(String((Number(answer) * 8) / ((performance.now() - began) / 1000))));`;

function inNetworkOf(pid: number, core: number, script: string, args: readonly (string | number)[]): string[] {
  return [`--net=/proc/${pid}/ns/net`, 'taskset', '-c', String(core), process.execPath, '-e', script, ...args.map(String)];
}

/**
 * Answers `roundTrips` on `port` and `throughput` on the next one. Our own Node serves in the container's network, so no image needs one and both ends
 * of every path are the same program.
 */
export async function serveIn(pid: number, port: number): Promise<EchoServer> {
  const servers = [await start(pid, ECHO_CORE, ECHO, port), await start(pid, STREAM_CORE, SINK, port + 1)];
  return { end: async () => void (await Promise.all(servers.map((server) => server.end()))) };
}

async function start(pid: number, core: number, script: string, port: number): Promise<EchoServer> {
  const child = spawn('nsenter', inNetworkOf(pid, core, script, [port]), { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('the server of the benchmark ended')))]);
  return {
    end: async () => {
      child.kill();
      await ended;
    },
  };
}

/** Microseconds of each round trip of one byte over one connection, both ends on one core: what the path costs, without waking another core. */
export async function roundTrips({ from, address, port }: Path, count: number): Promise<number[]> {
  const { stdout } = await execute('nsenter', inNetworkOf(from, CLIENT_CORE, ROUND_TRIPS, [address, port, count]), { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as number[];
}

/** Bits a second of one connection, its ends on two cores where there are two. */
export async function throughput({ from, address, port }: Path, milliseconds: number): Promise<number> {
  const { stdout } = await execute('nsenter', inNetworkOf(from, CLIENT_CORE, STREAM, [address, port, milliseconds]));
  return Number(stdout);
}
