/** Priority of a response (RFC 9218, section 4). */
export interface Priority {
  /** From 0, the most urgent, to 7. */
  urgency: number;
  /** The client can use a part of the response. */
  incremental: boolean;
}

export const DEFAULT_URGENCY = 3;
const MEMBER = /^[ \t]*([a-z*][a-z0-9_\-.*]*)(?:=([^,;]*))?[^,]*$/;

/**
 * Reads a Priority field, which is a dictionary of RFC 8941, into `priority`. What it does not name has its default. A
 * parameter of a wrong type or out of range is passed over (RFC 9218, section 4), and so is what is no dictionary.
 */
export function readPriority(value: string, priority: Priority): void {
  priority.urgency = DEFAULT_URGENCY;
  priority.incremental = false;
  for (const member of value.split(',', MEMBERS_MAX)) {
    const [, key, text] = MEMBER.exec(member) ?? [];
    if (key === 'u' && text !== undefined && /^[0-7][ \t]*$/.test(text)) priority.urgency = Number(text);
    if (key === 'i' && (text === undefined || /^\?[01][ \t]*$/.test(text)))
      priority.incremental = text === undefined || text.startsWith('?1');
  }
}

/** A client says two things at most, and an attacker must not make a search of it. */
const MEMBERS_MAX = 16;
