/** Calls a handler; an error of it goes to whoever looks after such errors, never to the bus. */
export type Guard = <A>(handler: (argument: A) => void, argument: A) => void;

/** `report` unset: the error is thrown outside of the bus, where the process sees it as uncaught. */
export function createGuard(report: (error: unknown) => void = throwLater): Guard {
  return (handler, argument) => {
    try {
      handler(argument);
    } catch (error) {
      report(error);
    }
  };
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
