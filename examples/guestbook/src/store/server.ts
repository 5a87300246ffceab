import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { execute, type CommandContext, type Session } from './commands.ts';

/** Bytes of one line; more ends the connection. */
const LONGEST_LINE = 16 * 1024;

/** Serves the log to who knows the password, one command after another on each connection. */
export function createStore(context: CommandContext): Server {
  return createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(30_000, () => socket.destroy());
    endWhenTooLong(socket);
    void converse(socket, context).catch(() => socket.destroy());
  });
}

/** Before the line is whole: nobody makes the store hold more than it would ever take. */
function endWhenTooLong(socket: Socket): void {
  let length = 0;
  socket.on('data', (chunk) => {
    length = chunk.includes('\n') ? 0 : length + chunk.length;
    if (length > LONGEST_LINE) socket.destroy();
  });
}

async function converse(socket: Socket, context: CommandContext): Promise<void> {
  const session: Session = { authenticated: false };
  for await (const line of createInterface({ input: socket })) {
    const answers = await execute(line, session, context);
    socket.write(answers.map((answer) => `${answer}\n`).join(''));
  }
  socket.end();
}
