import { AcmeError } from './acme-error.ts';

/** The addresses of an authority (RFC 8555, section 7.1.1). */
export interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  /** RFC 9773; '' where the authority does not say when to renew. */
  readonly renewalInfo: string;
}

/** RFC 8555, section 7.1.3. */
export interface Order {
  readonly status: string;
  readonly authorizations: readonly string[];
  readonly finalize: string;
  /** '' until it is issued. */
  readonly certificate: string;
  readonly error: object;
}

/** RFC 8555, section 7.1.4. */
export interface Authorization {
  readonly status: string;
  readonly name: string;
  readonly challenges: readonly Challenge[];
}

/** RFC 8555, section 8. */
export interface Challenge {
  readonly type: string;
  readonly url: string;
  readonly token: string;
  readonly error: object;
}

/** When to renew a certificate (RFC 9773, section 4.2). Milliseconds since 1970. */
export interface RenewalWindow {
  readonly start: number;
  readonly end: number;
}

/** Reads documents of an authority. All throw AcmeError for what is none. */
export function readDirectory(text: string): Directory {
  const fields = read(text, 'directory');
  return {
    newNonce: address(fields, 'newNonce'),
    newAccount: address(fields, 'newAccount'),
    newOrder: address(fields, 'newOrder'),
    renewalInfo: string(fields, 'renewalInfo'),
  };
}

export function readOrder(text: string): Order {
  const fields = read(text, 'order');
  return {
    status: string(fields, 'status'),
    authorizations: list(fields, 'authorizations').map(String),
    finalize: address(fields, 'finalize'),
    certificate: string(fields, 'certificate'),
    error: object(fields, 'error'),
  };
}

export function readAuthorization(text: string): Authorization {
  const fields = read(text, 'authorization');
  const challenges = list(fields, 'challenges').map((each) => {
    const challenge = Object(each) as Record<string, unknown>;
    return {
      type: string(challenge, 'type'),
      url: string(challenge, 'url'),
      token: string(challenge, 'token'),
      error: object(challenge, 'error'),
    };
  });
  const name = string(object(fields, 'identifier'), 'value');
  return { status: string(fields, 'status'), name, challenges };
}

export function readRenewalWindow(text: string): RenewalWindow {
  const { start, end } = object(read(text, 'renewal'), 'suggestedWindow');
  const window = { start: Date.parse(String(start)), end: Date.parse(String(end)) };
  if (!(window.start < window.end)) throw new AcmeError('the suggested window of renewal is none');
  return window;
}

type Fields = Readonly<Record<string, unknown>>;

function read(text: string, what: string): Fields {
  try {
    return Object(JSON.parse(text)) as Fields;
  } catch {
    throw new AcmeError(`the ${what} of the authority is no JSON`);
  }
}

function string(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function address(fields: Fields, name: string): string {
  const value = string(fields, name);
  if (value === '') throw new AcmeError(`the authority gave no address "${name}"`);
  return value;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  return Array.isArray(value) ? value : [];
}

function object(fields: Fields, name: string): Fields {
  return Object(fields[name]) as Fields;
}
