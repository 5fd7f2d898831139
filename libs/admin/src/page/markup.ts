/** Escapes text for a place in HTML where markup could begin or end. */
export function markup(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
