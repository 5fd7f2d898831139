const MEMBER = /^([!#$%&'*+\-.^_`|~0-9a-z]+)\/([!#$%&'*+\-.^_`|~0-9a-z]+)\s*(.*)$/i;
const WEIGHT = /;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)/i;

/**
 * Whether a client prefers JSON to HTML (RFC 9110 section 12.5.1). If it names neither, or gives both the same weight, it
 * gets the page, because browsers and people are the more common readers.
 * @param accept the field's value; undefined if there is none
 */
export function prefersJson(accept: string | undefined): boolean {
  return accept !== undefined && quality(accept, 'application', 'json') > quality(accept, 'text', 'html');
}

/** Returns the weight, 0 to 1, of the most specific range that matches a type. */
function quality(accept: string, type: string, subtype: string): number {
  let best = 0;
  let weight = 0;
  for (const member of withoutQuoted(accept).split(',')) {
    const parts = MEMBER.exec(member.trim());
    if (parts === null) continue;
    const rank = specificity(parts[1].toLowerCase(), parts[2].toLowerCase(), type, subtype);
    if (rank <= best) continue;
    best = rank;
    const q = WEIGHT.exec(parts[3]);
    weight = q === null ? 1 : Number(q[1]);
  }
  return weight;
}

/**
 * Returns the field without its quoted strings. A comma or `;q=` within one separates nothing (RFC 9110 section 5.6.4), and
 * only the weight counts here, no other parameter.
 */
function withoutQuoted(field: string): string {
  let kept = '';
  let from = 0;
  for (let open = field.indexOf('"'); open >= 0; open = field.indexOf('"', from)) {
    kept += field.slice(from, open);
    from = open + 1;
    while (from < field.length && field[from] !== '"') from += field[from] === '\\' ? 2 : 1;
    from++;
  }
  return kept + field.slice(from);
}

/** Returns 3 for the type itself, 2 for `type/*`, 1 for any type, and 0 if the range does not match. */
function specificity(rangeType: string, rangeSubtype: string, type: string, subtype: string): number {
  if (rangeType === '*') return rangeSubtype === '*' ? 1 : 0;
  if (rangeType !== type) return 0;
  if (rangeSubtype === '*') return 2;
  return rangeSubtype === subtype ? 3 : 0;
}
