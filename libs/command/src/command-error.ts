/** Why the command cannot do what it is asked to, as a sentence for the person who asked. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs a step on the disk. @throws CommandError in place of an error of the system */
export function onDisk<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CommandError(`${what}: ${message}`);
  }
}
