/** Whether a word is written as an IP address. Only the shape is looked at: the configuration checks the address. */
export function isAddress(word: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(word) || /^\[?[0-9a-f]*:[0-9a-f:.]*\]?$/i.test(word);
}
