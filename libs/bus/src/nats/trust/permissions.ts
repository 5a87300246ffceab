/** What one identity may publish and listen on, as NATS subjects. A request may always be answered, once. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The parts of the control plane, each an identity of its own. */
export type NatsComponent = 'store' | 'api' | 'controllers' | 'scheduler';

/** What stands for the node's name in the permissions that all nodes share. */
const NODE = '{{name()}}';
const PROGRESS = 'progress.rev';
/** The subjects on which byte streams carry their pieces to a component, and to any node: their names are secrets of both ends. */
const frames = (component: string): string => `_INBOX.${component}.*.stream.*`;
const NODE_FRAMES = '_INBOX.node.*.*.stream.*';
/** Requests on a subject space, and the news that nobody waits for their answers any more. */
const requests = (space: string): string[] => [space, `_CANCEL.${space}`];
const inbox = (identity: string): string => `_INBOX.${identity}.>`;

const STREAM_INFO = '$JS.API.STREAM.INFO.WATCH';
/** Ending a consumer of one's own, and telling the server to go on sending. */
const CONSUMING = ['$JS.API.CONSUMER.DELETE.WATCH.*', '$JS.FC.WATCH.>', STREAM_INFO];

/**
 * A component that asks the api and follows whole resources. `follows` are the patterns that it may follow, never those of an
 * encrypted kind; the server checks them, since a follow of one pattern names it in its subject.
 */
function asking(component: string, follows: readonly string[]): NatsPermissions {
  return {
    publish: [...requests(`api.component.${component}.>`), frames('api'), ...CONSUMING, ...follows.map((pattern) => `$JS.API.CONSUMER.CREATE.WATCH.*.${pattern}`)],
    subscribe: [inbox(component), PROGRESS],
  };
}

/** Only `store` publishes what is watched; only `api` asks the store, and the nodes. */
export function componentPermissions(component: NatsComponent, follows: readonly string[]): NatsPermissions {
  if (component === 'store') {
    const stream = ['CREATE', 'INFO', 'PURGE', 'DELETE'].map((operation) => `$JS.API.STREAM.${operation}.WATCH`);
    return { publish: ['watch.>', PROGRESS, ...stream, frames('api')], subscribe: [...requests('store.>'), inbox('store')] };
  }
  if (component !== 'api') return asking(component, follows);
  return {
    publish: [...requests('store.>'), ...requests('node.>'), ...['store', 'controllers', 'scheduler'].map(frames), NODE_FRAMES, ...CONSUMING, '$JS.API.CONSUMER.CREATE.WATCH.>'],
    subscribe: [...requests('api.>'), PROGRESS, inbox('api')],
  };
}

/** What a node's connection is called before it has a name of its own: every node that joins has the same, so no answer to it may carry a secret. */
export const JOIN_IDENTITY = 'join';

/** A node that joins asks the api to be let in, and hears the answers: of nothing else does it know. */
export const joinPermissions: NatsPermissions = {
  publish: requests('api.join.>'),
  subscribe: [inbox(JOIN_IDENTITY)],
};

/** A node asks the api under its own name, is asked by it, and nothing else: nothing of JetStream, nothing of another node. */
export const nodePermissions: NatsPermissions = {
  publish: [...requests(`api.node.${NODE}.>`), frames('api')],
  subscribe: [...requests(`node.${NODE}.>`), inbox(`node.${NODE}`)],
};
