/** Removes the blanks around a text. An expression would try every blank inside as the last one. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ' \t'.includes(text[start] as string)) start++;
  while (end > start && ' \t'.includes(text[end - 1] as string)) end--;
  return text.slice(start, end);
}
