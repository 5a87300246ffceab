import { connect } from 'node:net';
import { FrameReader, frame } from '../wire/frames.js';
import { settleOnce, type Exchange } from './exchange.js';

/** For answers that are too long for one packet of UDP. */
export const exchangeTcp: Exchange = (upstream, packet, options) =>
  settleOnce(options, ({ resolve, reject }) => {
    const socket = connect({ host: upstream.address, port: upstream.port });
    const reader = new FrameReader();
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the upstream closed the connection before it answered')));
    socket.on('connect', () => socket.write(frame(packet)));
    socket.on('data', (chunk) => {
      for (const received of reader.push(chunk)) if (options.accepts(received)) resolve(received);
    });
    return () => socket.destroy();
  });
