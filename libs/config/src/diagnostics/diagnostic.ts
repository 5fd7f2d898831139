import type { Position, Span } from './position.ts';

export type Severity = 'error' | 'warning';

/** Every code that a diagnostic can have. The codes are stable: editors and scripts may match on them. */
export const DIAGNOSTIC_CODES = [
  // reading
  'cannot-read',
  'not-utf8',
  'include-not-found',
  'include-cycle',
  'include-limit',
  // words
  'invalid-character',
  'invalid-escape',
  'missing-space',
  'quote-inside-word',
  'unclosed-quote',
  // structure
  'missing-semicolon',
  'missing-block',
  'unclosed-block',
  'unexpected-block',
  'unexpected-token',
  'unknown-directive',
  'wrong-context',
  // values
  'missing-argument',
  'too-many-arguments',
  'duplicate-directive',
  'duplicate-value',
  'duplicate-location',
  'invalid-value',
  'out-of-range',
  // the whole
  'no-server',
  'missing-location',
  'missing-root',
  'upload-runs',
  'script-as-page',
  'missing-certificate',
  'listen-conflict',
  'bad-certificate',
  'bad-ticket-keys',
  'missing-auth-file',
  'bad-account',
  'accounts-served',
  'bad-theme',
  'missing-store',
  'missing-name',
  'bad-name',
  // the disk
  'not-found',
  'not-a-file',
  'not-a-folder',
  'not-readable',
  'not-writable',
  'not-executable',
  // warnings
  'never-effective',
  'mixed-formats',
  'unreachable-server',
  'shadowed-name',
  'shadowed-location',
  'redirection-loop',
  'rewrite-loop',
  'unreachable-limit',
  'post-without-target',
  'listen-overlap',
  'duplicate-extension',
  'source-sent',
  'unlisted-program',
  'never-runs',
  'scripts-as-root',
  'certificate-time',
  'name-not-covered',
  'unfit-ciphers',
  'acme-address',
  'no-account',
  'password-in-clear',
  'guarded-page',
] as const;

export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number];

/** One thing in a config that is wrong or, as a warning, has no effect. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly position: Position;
  readonly message: string;
  /** What would be right here. */
  readonly expected: string | null;
  /** The one word that was probably meant. */
  readonly suggestion: string | null;
  /** The `include`s that led to this file, nearest first. */
  readonly includedFrom: readonly Position[];
  /** The line that `position` points into, without its line end. */
  readonly sourceLine: string;
}

export interface Hints {
  readonly expected?: string | null;
  readonly suggestion?: string | null;
}

interface Entry {
  readonly diagnostic: Diagnostic;
  readonly order: number;
  readonly start: number;
}

/** Collects diagnostics. Nothing that a user writes makes this library throw. */
export class Problems {
  readonly #entries: Entry[] = [];
  #errors = 0;

  get errors(): number {
    return this.#errors;
  }

  error(code: DiagnosticCode, at: Span, message: string, hints: Hints = {}): void {
    this.#errors += 1;
    this.#add('error', code, at, message, hints);
  }

  warn(code: DiagnosticCode, at: Span, message: string, hints: Hints = {}): void {
    this.#add('warning', code, at, message, hints);
  }

  /** Returns everything found in reading order: by file, then by place. */
  sorted(): Diagnostic[] {
    this.#entries.sort((a, b) => a.order - b.order || a.start - b.start);
    return this.#entries.map((entry) => entry.diagnostic);
  }

  #add(severity: Severity, code: DiagnosticCode, at: Span, message: string, hints: Hints): void {
    const position = at.source.position(at.start, at.end);
    const diagnostic: Diagnostic = {
      code,
      severity,
      position,
      message,
      expected: hints.expected ?? null,
      suggestion: hints.suggestion ?? null,
      includedFrom: at.source.includeChain(),
      sourceLine: at.source.lineText(position.line),
    };
    this.#entries.push({ diagnostic, order: at.source.order, start: at.start });
  }
}

/** Puts a user's text in quotes for a message, and cuts a long one. */
export function quoted(text: string): string {
  return text.length > 60 ? `"${text.slice(0, 57)}..."` : `"${text}"`;
}
