import { negotiateAccept } from '@gantry/apimachinery';
import type { GroupVersionKind, MediaFormat } from '@gantry/apimachinery';
import { since } from '@gantry/resources';
import { jsonAnswer } from '../../http/answer.js';
import type { Answer } from '../../http/answer.js';
import type { RequestContext } from '../../http/request-context.js';
import { answerObject } from '../answer-object.js';
import type { Scale } from './scale-object.js';

const COLUMNS = [
  { name: 'Name', type: 'string', format: 'name', description: 'The name of the object whose scale this is.', cell: ({ metadata }: Scale) => metadata.name },
  { name: 'Desired', type: 'integer', format: '', description: 'How many pods are wanted.', cell: ({ spec }: Scale) => spec.replicas ?? 0 },
  { name: 'Available', type: 'integer', format: '', description: 'How many pods there are.', cell: ({ status }: Scale) => status.replicas },
  { name: 'Age', type: 'string', format: '', description: 'The time since the object was created.', cell: ({ metadata }: Scale, now: number) => since(metadata.creationTimestamp, now) },
];

/** A scale that was read: as a Table, where the client wants one. `now` is milliseconds since the epoch. Throws 406. */
export function answerScale(context: RequestContext, scale: Scale, now: number): Answer {
  const { as } = negotiateAccept(context.header('accept'), { formats: ['json', 'yaml', 'protobuf'], transforms: isTable });
  return as === undefined ? answerObject(context, 200, scale) : jsonAnswer(200, tableOf(scale, as.version, now, context.query.get('includeObject')));
}

function isTable({ group, version, kind }: GroupVersionKind, format: MediaFormat): boolean {
  return group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1') && kind === 'Table' && format === 'json';
}

function tableOf(scale: Scale, version: string, now: number, include: string | null): object {
  const apiVersion = `meta.k8s.io/${version}`;
  const shown = include === 'Object' ? scale : { kind: 'PartialObjectMetadata', apiVersion, metadata: scale.metadata };
  return {
    kind: 'Table', apiVersion,
    metadata: { resourceVersion: scale.metadata.resourceVersion },
    columnDefinitions: COLUMNS.map(({ cell: _cell, ...definition }) => ({ ...definition, priority: 0 })),
    rows: [{ cells: COLUMNS.map(({ cell }) => cell(scale, now)), ...(include !== 'None' && { object: shown }) }],
  };
}
