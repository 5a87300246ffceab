export type {
  Bus, BusErrorCode, BusHeaders, BusMessage, ByteStream, FollowOptions, OpenStreamOptions, Reply, RequestOptions, Responder, SequencedMessage, StreamHandler, SubscribeOptions, Subscription,
  WatchStream,
} from './bus.js';
export { BusError, NotSentError } from './bus.js';
export type { WatchAddress } from './subjects.js';
export { decodeToken, encodeToken, isPattern, isSubject, matchSubject, parseWatchSubject, patternCovers, subjectMatcher, watchPattern, watchSubject } from './subjects.js';
export type { MemoryBus, MemoryBusOptions } from './memory/memory-bus.js';
export { createMemoryBus } from './memory/memory-bus.js';
export type { WatchLogLimits } from './memory/watch-log.js';
export type { Fault, FaultMatch, FaultOptions, FaultPoint, HeldFault } from './memory/faults.js';
export { FaultPlan } from './memory/faults.js';
export type { SocketIdentity } from './socket/permissions.js';
export type { SocketBusServer, SocketBusServerOptions } from './socket/socket-server.js';
export { createSocketBusServer } from './socket/socket-server.js';
export type { SocketBusOptions } from './socket/socket-bus.js';
export { connectSocketBus } from './socket/socket-bus.js';
export { joinSocket } from './streams/join-socket.js';
