export type {
  Bus, BusErrorCode, BusHeaders, BusMessage, ByteStream, FollowOptions, OpenStreamOptions, Reply, RequestOptions, Responder, SequencedMessage, StreamHandler, SubscribeOptions, Subscription,
  WatchStream,
} from './bus.js';
export { BusError } from './bus.js';
