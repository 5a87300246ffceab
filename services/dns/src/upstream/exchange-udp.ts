import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { settleOnce, type Exchange } from './exchange.js';

/** A socket of its own for every question: its port, which the kernel draws, is one more thing that a forger has to guess; nobody but the upstream is heard. */
export const exchangeUdp: Exchange = (upstream, packet, options) =>
  settleOnce(options, ({ resolve, reject }) => {
    const socket = createSocket(isIPv6(upstream.address) ? 'udp6' : 'udp4');
    let open = true;
    socket.on('error', reject);
    socket.on('message', (received) => {
      if (options.accepts(received)) resolve(received);
    });
    // Its callback takes the place of the event for errors.
    socket.connect(upstream.port, upstream.address, (error?: Error) => {
      if (!open) return;
      if (error) reject(error);
      else socket.send(packet, (failed) => failed && reject(failed));
    });
    return () => {
      open = false;
      socket.close();
    };
  });
