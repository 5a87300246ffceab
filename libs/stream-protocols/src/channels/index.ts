export { CHANNELS, ChannelWriter, readChannels } from './channels.js';
export type { ChannelPiece } from './channels.js';
export { ByteQueue } from '../bytes/byte-queue.js';
