import type { coreV1 } from '@gantry/api-types';
import type { PodFacts } from '../pods/pod-facts.js';
import { normalizedImage } from '../pods/pod-facts.js';
import { amounts } from '../pods/requests.js';
import { Interner } from './interner.js';
import { portKey } from './ports.js';

/** Columns of numbers, a row a node: what is scanned for every pod. */
const COLUMNS = ['allocatableCpu', 'allocatableMemory', 'allocatableEphemeral', 'allocatablePods', 'cpu', 'memory', 'ephemeral', 'pods', 'nonZeroCpu', 'nonZeroMemory'] as const;

type Column = (typeof COLUMNS)[number];

/** What is seldom asked for, and is kept in objects. */
export interface NodeRow {
  node: coreV1.Node;
  /** All allocatable amounts and all that is taken, beyond the columns. */
  allocatable: ReadonlyMap<string, number>;
  readonly extended: Map<string, number>;
  readonly ports: Map<string, number>;
}

/**
 * The nodes with what their pods take, as columns of numbers: a cycle reads a few of them for each of thousands of nodes. Rows
 * are dense; the last one moves into the place of one that goes, so an index holds only until the next change.
 */
export class NodeTable implements Record<Column, Float64Array> {
  allocatableCpu = new Float64Array(0);
  allocatableMemory = new Float64Array(0);
  allocatableEphemeral = new Float64Array(0);
  allocatablePods = new Float64Array(0);
  cpu = new Float64Array(0);
  memory = new Float64Array(0);
  ephemeral = new Float64Array(0);
  pods = new Float64Array(0);
  nonZeroCpu = new Float64Array(0);
  nonZeroMemory = new Float64Array(0);
  /** 1: `spec.unschedulable`. */
  unschedulable = new Uint8Array(0);
  /** Nodes with equal taints have equal classes; see `taints`. */
  taintClass = new Int32Array(0);
  readonly taints = new Interner<readonly coreV1.Taint[]>();
  /** Image name → node name → bytes. */
  readonly images = new Map<string, Map<string, number>>();
  readonly rows: NodeRow[] = [];
  readonly names: string[] = [];
  readonly #index = new Map<string, number>();

  get count(): number {
    return this.names.length;
  }

  /** The row of a node; -1 where there is none. */
  indexOf(name: string): number {
    return this.#index.get(name) ?? -1;
  }

  /** Adds the node, or takes its new state; what its pods take stays. */
  setNode(node: coreV1.Node): void {
    const name = node.metadata?.name ?? '';
    const before = this.#index.get(name);
    const index = before ?? this.#append(name, node);
    const row = this.rows[index] as NodeRow;
    this.#setImages(row.node, name, node);
    row.node = node;
    row.allocatable = amounts(node.status?.allocatable ?? node.status?.capacity);
    this.allocatableCpu[index] = row.allocatable.get('cpu') ?? 0;
    this.allocatableMemory[index] = row.allocatable.get('memory') ?? 0;
    this.allocatableEphemeral[index] = row.allocatable.get('ephemeral-storage') ?? 0;
    this.allocatablePods[index] = row.allocatable.get('pods') ?? 0;
    this.unschedulable[index] = node.spec?.unschedulable === true ? 1 : 0;
    this.taintClass[index] = this.taints.intern((node.spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value, effect })));
  }

  removeNode(name: string): void {
    const index = this.indexOf(name);
    if (index < 0) return;
    this.#setImages(this.rows[index]?.node, name, undefined);
    this.#moveLastTo(index);
    this.#index.delete(name);
  }

  addPod(facts: PodFacts, nodeName: string): void {
    this.#take(facts, nodeName, 1);
  }

  removePod(facts: PodFacts, nodeName: string): void {
    this.#take(facts, nodeName, -1);
  }

  #take(facts: PodFacts, nodeName: string, sign: 1 | -1): void {
    const index = this.indexOf(nodeName);
    if (index < 0) return;
    this.#bump('cpu', index, sign * facts.cpu);
    this.#bump('memory', index, sign * facts.memory);
    this.#bump('ephemeral', index, sign * facts.ephemeralStorage);
    this.#bump('pods', index, sign);
    this.#bump('nonZeroCpu', index, sign * facts.nonZeroCpu);
    this.#bump('nonZeroMemory', index, sign * facts.nonZeroMemory);
    const { extended, ports } = this.rows[index] as NodeRow;
    if (facts.extended !== undefined) for (const [resource, value] of facts.extended) count(extended, resource, sign * value);
    for (const port of facts.hostPorts) count(ports, portKey(port), sign);
  }

  #bump(column: Column, index: number, value: number): void {
    const values = this[column];
    values[index] = (values[index] ?? 0) + value;
  }

  #append(name: string, node: coreV1.Node): number {
    const index = this.count;
    if (index === this.cpu.length) this.#grow(Math.max(64, index * 2));
    for (const column of COLUMNS) this[column][index] = 0;
    this.names.push(name);
    this.rows.push({ node: { ...node, status: { ...node.status, images: [] } }, allocatable: new Map(), extended: new Map(), ports: new Map() });
    this.#index.set(name, index);
    return index;
  }

  #grow(size: number): void {
    for (const column of COLUMNS) {
      const wider = new Float64Array(size);
      wider.set(this[column]);
      this[column] = wider;
    }
    const unschedulable = new Uint8Array(size);
    unschedulable.set(this.unschedulable);
    this.unschedulable = unschedulable;
    const taintClass = new Int32Array(size);
    taintClass.set(this.taintClass);
    this.taintClass = taintClass;
  }

  #moveLastTo(index: number): void {
    const last = this.count - 1;
    for (const column of COLUMNS) this[column].copyWithin(index, last, last + 1);
    this.unschedulable.copyWithin(index, last, last + 1);
    this.taintClass.copyWithin(index, last, last + 1);
    const name = this.names.pop() as string;
    const row = this.rows.pop() as NodeRow;
    if (index === last) return;
    this.names[index] = name;
    this.rows[index] = row;
    this.#index.set(name, index);
  }

  #setImages(before: coreV1.Node | undefined, name: string, after: coreV1.Node | undefined): void {
    if (before?.status?.images === after?.status?.images) return;
    for (const image of imageNames(before)) {
      const nodes = this.images.get(image.name);
      nodes?.delete(name);
      if (nodes?.size === 0) this.images.delete(image.name);
    }
    for (const image of imageNames(after)) {
      const nodes = this.images.get(image.name) ?? new Map<string, number>();
      this.images.set(image.name, nodes.set(name, image.bytes));
    }
  }
}

function imageNames(node: coreV1.Node | undefined): { name: string; bytes: number }[] {
  return (node?.status?.images ?? []).flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => ({ name: normalizedImage(name), bytes: Number(sizeBytes) })));
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const value = (counts.get(key) ?? 0) + by;
  if (value === 0) counts.delete(key);
  else counts.set(key, value);
}
