const { request } = process.getBuiltinModule('node:http');

/** What an engine says of itself and its machine. */
export interface EngineDescription {
  readonly version: string;
  /** Totals of the engine's machine, which its nodes divide. */
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly operatingSystem: string;
  readonly kernelVersion: string;
}

interface Info {
  readonly ServerVersion: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly OperatingSystem: string;
  readonly KernelVersion: string;
}

/** What answers at the socket, undefined when nothing does. One plain request: every start asks it, most before anything else is loaded. */
export function describeEngine(socketPath: string, timeoutMs = 3000): Promise<EngineDescription | undefined> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/info', timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', () => resolve(undefined));
      response.once('end', () => resolve(response.statusCode === 200 ? parse(Buffer.concat(chunks).toString()) : undefined));
    });
    asking.once('timeout', () => asking.destroy());
    asking.once('error', () => resolve(undefined));
    asking.end();
  });
}

function parse(text: string): EngineDescription | undefined {
  try {
    const info = JSON.parse(text) as Info;
    return { version: info.ServerVersion, cpus: info.NCPU, memoryBytes: info.MemTotal, operatingSystem: info.OperatingSystem, kernelVersion: info.KernelVersion };
  } catch {
    return undefined;
  }
}
