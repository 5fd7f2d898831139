import type { HeadValues } from '@webserv/request';
import type { Field } from '../hpack/field.ts';
import { isSameAuthority } from './authority.ts';
import { FieldKind, kindOf } from './field-kind.ts';

/** Why a request is malformed (RFC 9113, section 8.1.1): a stream error of type PROTOCOL_ERROR. */
type Malformed =
  | 'pseudo-field-behind-field'
  | 'repeated-pseudo-field'
  | 'unknown-pseudo-field'
  | 'missing-pseudo-field'
  | 'pseudo-field-of-connect'
  | 'pseudo-field-in-trailers'
  | 'bad-scheme'
  | 'bad-path'
  | 'bad-field-name'
  | 'bad-field-value'
  | 'connection-field'
  | 'host-differs'
  | 'content-length-without-data';

type Line = readonly [name: string, value: string];

const DIGITS = /^[0-9]{1,15}$/;

/** A list as long as `count`: only a list of another length costs something. */
function trim(lines: Line[], count: number): void {
  if (lines.length !== count) lines.length = count;
}

/**
 * Reads the fields of a request as the values of a head (RFC 9113, section 8.3). One is made for a connection: the values
 * are those of the request that was read last.
 */
export class RequestReader implements HeadValues {
  readonly version = 20;
  method = '';
  target = '';
  authority: string | undefined = undefined;
  body = false;
  readonly fields: Line[] = [];
  scheme = '';
  /** Bytes of content that Content-Length announces, or -1. */
  contentLength = -1;
  /** The Priority field, or '' (RFC 9218). */
  priority = '';
  malformed: Malformed | null = null;
  private path: string | null = null;
  private host: string | null = null;
  /** Where the line is that has all cookies: -1 while there is none. */
  private cookie = -1;

  /**
   * Reads the first `count` of `list`. Returns false if they are malformed. A list that was cut (`partial`) may lack any
   * pseudo-field: then method and target are what is known of them.
   */
  read(list: readonly Field[], count: number, endStream: boolean, partial: boolean): boolean {
    this.clear();
    let lines = 0;
    let behind = false;
    for (let index = 0; index < count; index++) {
      const field = list[index];
      const kind = kindOf(field);
      if (kind === FieldKind.REGULAR) {
        behind = true;
        this.fields[lines++] = field.line;
      } else if (kind >= FieldKind.UNKNOWN_PSEUDO) return this.refuse(kind);
      else if (kind <= FieldKind.PATH) {
        if (behind) return this.fails('pseudo-field-behind-field');
        if (!this.pseudo(kind, field.value)) return false;
      } else {
        behind = true;
        if (this.special(kind, field, lines)) this.fields[lines++] = field.line;
      }
    }
    trim(this.fields, lines);
    this.body = !endStream;
    return partial ? this.guess() : this.judge(endStream);
  }

  /** Reads a trailer section. Returns false if it is malformed. Its fields are not kept. */
  readTrailers(list: readonly Field[], count: number): boolean {
    for (let index = 0; index < count; index++) {
      const kind = kindOf(list[index]);
      if (kind >= FieldKind.METHOD && kind <= FieldKind.PATH) return this.fails('pseudo-field-in-trailers');
      if (kind >= FieldKind.UNKNOWN_PSEUDO) return this.refuse(kind);
    }
    return true;
  }

  private clear(): void {
    this.method = '';
    this.scheme = '';
    this.path = null;
    this.authority = undefined;
    this.host = null;
    this.cookie = -1;
    this.contentLength = -1;
    this.priority = '';
    this.malformed = null;
  }

  private pseudo(kind: FieldKind, value: string): boolean {
    if (kind === FieldKind.PATH) {
      if (this.path !== null) return this.fails('repeated-pseudo-field');
      this.path = value;
    } else if (kind === FieldKind.METHOD) {
      if (this.method !== '') return this.fails('repeated-pseudo-field');
      this.method = value;
    } else if (kind === FieldKind.SCHEME) {
      if (this.scheme !== '') return this.fails('repeated-pseudo-field');
      this.scheme = value;
    } else {
      if (this.authority !== undefined) return this.fails('repeated-pseudo-field');
      this.authority = value;
    }
    return true;
  }

  /** Reads a field that has a meaning here. Returns whether it is a line of its own. */
  private special(kind: FieldKind, field: Field, lines: number): boolean {
    const { value } = field;
    if (kind === FieldKind.COOKIE) {
      if (this.cookie < 0) {
        this.cookie = lines;
        return true;
      }
      // Section 8.2.3: crumbs are one field to everybody who does not speak HTTP/2.
      const [name, crumbs] = this.fields[this.cookie];
      this.fields[this.cookie] = [name, `${crumbs}; ${value}`];
      return false;
    }
    if (kind === FieldKind.HOST) {
      if (this.authority === undefined) return true;
      if (!isSameAuthority(this.authority, value, this.scheme)) this.host = value;
      // It says the same as `:authority`, which becomes the Host of the head.
      return false;
    }
    if (kind === FieldKind.PRIORITY) this.priority = value;
    else if (this.contentLength < 0 && DIGITS.test(value)) this.contentLength = Number(value);
    return true;
  }

  private judge(endStream: boolean): boolean {
    const { method, scheme, path, authority } = this;
    if (this.host !== null) return this.fails('host-differs');
    if (method === '') return this.fails('missing-pseudo-field');
    if (method === 'CONNECT') {
      // Section 8.5.
      if (scheme !== '' || path !== null) return this.fails('pseudo-field-of-connect');
      if (authority === undefined) return this.fails('missing-pseudo-field');
      this.target = authority;
    } else {
      if (scheme === '' || path === null) return this.fails('missing-pseudo-field');
      if (scheme !== 'http' && scheme !== 'https') return this.fails('bad-scheme');
      if (!path.startsWith('/') && (path !== '*' || method !== 'OPTIONS')) return this.fails('bad-path');
      this.target = path;
    }
    // Section 8.1.1: the length differs from that of the content, which is empty.
    if (endStream && this.contentLength > 0) return this.fails('content-length-without-data');
    return true;
  }

  private guess(): boolean {
    this.target = this.path ?? '';
    return true;
  }

  private refuse(kind: FieldKind): false {
    if (kind === FieldKind.BAD_NAME) return this.fails('bad-field-name');
    if (kind === FieldKind.BAD_VALUE) return this.fails('bad-field-value');
    return this.fails(kind === FieldKind.CONNECTION ? 'connection-field' : 'unknown-pseudo-field');
  }

  private fails(why: Malformed): false {
    this.malformed = why;
    this.guess();
    trim(this.fields, 0);
    return false;
  }
}
