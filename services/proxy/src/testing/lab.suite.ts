import { newNamespace } from './namespaces.suite.js';
import type { Namespace } from './namespaces.suite.js';

/** Two nodes, their pods and a machine outside, on one network: each a network namespace, with nothing of the machine's own network in it. */
export interface Lab {
  /** 192.0.2.1, pods in 10.244.1.0/24. */
  readonly node: Namespace;
  /** 192.0.2.2, pods in 10.244.2.0/24. */
  readonly otherNode: Namespace;
  /** 192.0.2.9: where the nodes send everything that they know no way for. It knows none to pods. */
  readonly outside: Namespace;
  /** 10.244.1.2, 10.244.1.3 and 10.244.2.2: each answers on 8080, TCP and UDP, with its name and the client's address. */
  readonly pods: { readonly a: Namespace; readonly b: Namespace; readonly far: Namespace };
  close(): Promise<void>;
}

/** Answers on TCP and UDP 8080 until it is killed. */
const SERVER = `
const name = process.argv[1];
const net = require('net'), dgram = require('dgram');
const answer = (address) => name + ' ' + address.replace('::ffff:', '');
net.createServer((c) => { c.on('error', () => {}); c.on('data', () => c.write(answer(c.remoteAddress) + '\\n')); }).listen(8080, '0.0.0.0', () => {
  const u = dgram.createSocket('udp4', (m, from) => u.send(answer(from.address), from.port, from.address)).bind(8080, '0.0.0.0', () => console.log('ready'));
});`;

async function plug(lan: Namespace, machine: Namespace, link: string, address: string): Promise<void> {
  await lan.run('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(machine.pid)]);
  await lan.run('ip', ['link', 'set', link, 'master', 'br0', 'up']);
  await machine.run('ip', ['addr', 'add', `${address}/24`, 'dev', 'eth0']);
  await machine.run('ip', ['link', 'set', 'eth0', 'up']);
}

async function makeNode(lan: Namespace, node: Namespace, number: number): Promise<void> {
  await plug(lan, node, `node${number}`, `192.0.2.${number}`);
  // A redirect to a pod that reaches itself uses up what the kernel allows that pod in refusals.
  await node.run('sh', ['-c', 'cd /proc/sys/net/ipv4; echo 1 > ip_forward; echo 0 > conf/all/send_redirects; echo 0 > conf/default/send_redirects']);
  await node.run('ip', ['addr', 'add', `10.244.${number}.1/32`, 'dev', 'lo']);
  await node.run('ip', ['route', 'add', 'default', 'via', '192.0.2.9']);
  await node.run('ip', ['route', 'add', `10.244.${3 - number}.0/24`, 'via', `192.0.2.${3 - number}`]);
}

async function makePod(node: Namespace, pod: Namespace, name: string, address: string): Promise<void> {
  const gateway = address.replace(/\d+$/u, '1');
  await node.run('ip', ['link', 'add', `pod-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pod.pid)]);
  await node.run('ip', ['link', 'set', `pod-${name}`, 'up']);
  await node.run('ip', ['route', 'add', `${address}/32`, 'dev', `pod-${name}`]);
  await pod.run('ip', ['addr', 'add', `${address}/32`, 'dev', 'eth0']);
  await pod.run('ip', ['link', 'set', 'eth0', 'up']);
  await pod.run('ip', ['route', 'add', gateway, 'dev', 'eth0', 'scope', 'link']);
  await pod.run('ip', ['route', 'add', 'default', 'via', gateway]);
  await pod.start(SERVER, name);
}

export async function createLab(): Promise<Lab> {
  const [lan, node, otherNode, outside, a, b, far] = await Promise.all(Array.from({ length: 7 }, newNamespace)) as [Namespace, Namespace, Namespace, Namespace, Namespace, Namespace, Namespace];
  await lan.run('ip', ['link', 'add', 'br0', 'type', 'bridge']);
  await lan.run('ip', ['link', 'set', 'br0', 'up']);
  await makeNode(lan, node, 1);
  await makeNode(lan, otherNode, 2);
  await plug(lan, outside, 'outside', '192.0.2.9');
  await Promise.all([makePod(node, a, 'a', '10.244.1.2'), makePod(node, b, 'b', '10.244.1.3'), makePod(otherNode, far, 'far', '10.244.2.2')]);
  const all = [a, b, far, outside, node, otherNode, lan];
  return { node, otherNode, outside, pods: { a, b, far }, close: async () => void (await Promise.all(all.map((each) => each.close()))) };
}

/** Asks `count` times over TCP, each time by a new connection; resolves with the answers, or the codes of errors. */
export async function askTcp(from: Namespace, address: string, port: number, count = 1): Promise<string[]> {
  const script = `
const [address, port, count] = process.argv.slice(1); const answers = [];
const ask = () => { if (answers.length === Number(count)) { console.log(JSON.stringify(answers)); return; }
  const c = require('net').connect({ host: address, port, timeout: 1500 }); let got; const done = (x) => { if (got) return; got = x; answers.push(x); c.destroy(); ask(); };
  c.on('connect', () => c.write('?')); c.on('data', (d) => done(String(d).trim())); c.on('error', (e) => done(e.code)); c.on('timeout', () => done('silence')); };
ask();`;
  return JSON.parse(await from.evaluate(script, address, String(port), String(count))) as string[];
}

/** Asks `count` times over UDP, each time from a new port. What is refused on the sender's own machine fails as EPERM. */
export async function askUdp(from: Namespace, address: string, port: number, count = 1): Promise<string[]> {
  const script = `
const [address, port, count] = process.argv.slice(1); const answers = [];
const ask = () => { if (answers.length === Number(count)) { console.log(JSON.stringify(answers)); return; }
  const s = require('dgram').createSocket('udp4'); let got; const done = (x) => { if (got) return; got = x; clearTimeout(t); answers.push(x); s.close(); ask(); };
  const t = setTimeout(() => done('silence'), 1500); s.on('message', (m) => done(String(m))); s.on('error', (e) => done(e.code)); s.connect(Number(port), address, () => s.send('?', (e) => e && done(e.code))); };
ask();`;
  return JSON.parse(await from.evaluate(script, address, String(port), String(count))) as string[];
}
