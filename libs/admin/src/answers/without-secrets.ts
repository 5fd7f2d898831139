/** `://user:password@` in an address. */
const CREDENTIALS = /(:\/\/)[^/\s"'@]*@/g;
/** Values for scripts are mostly what scripts sign in with. */
const VARIABLE = /^(\s*env\s+\S+\s+)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s;]+)/gm;

/** Returns the text of a config without what only the server and its scripts should know. */
export function withoutSecrets(text: string): string {
  return text.replace(CREDENTIALS, '$1***@').replace(VARIABLE, '$1"***"');
}
