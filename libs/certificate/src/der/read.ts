/** One element of DER: where its contents stand. */
interface Element {
  readonly tag: number;
  readonly contents: Buffer;
  /** Behind the element, in what was read. */
  readonly end: number;
}

/** Reads the element at `at`. @throws Error if it is cut, or its length is not one of DER */
export function readElement(bytes: Buffer, at = 0): Element {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) throw new Error('DER: cut in the head of an element');
  let length = first;
  let start = at + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4 || start + octets > bytes.length) throw new Error('DER: a bad length');
    length = bytes.readUIntBE(start, octets);
    start += octets;
  }
  const end = start + length;
  if (end > bytes.length) throw new Error('DER: cut in an element');
  return { tag, contents: bytes.subarray(start, end), end };
}

/** Reads all elements that stand one behind the other. @throws Error as `readElement` */
export function readElements(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = readElement(bytes, at);
    elements.push(element);
    at = element.end;
  }
  return elements;
}
