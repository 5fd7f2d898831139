const CONTROL = /\p{Cc}/gu;

/** Text for a terminal: what a client, a file or a program has written must not reach it as a command. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
