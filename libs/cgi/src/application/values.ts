import { HEADER, RecordType, recordOf, VERSION } from './record.ts';

const MAX_CONNS = 'FCGI_MAX_CONNS';
/** The request id of what is about the connection itself. */
const NO_REQUEST = 0;

/** The record that asks an application what it can do (FastCGI Specification, section 4.1). Each answers it at once. */
export function valuesQuestion(): Buffer {
  const record = recordOf(
    RecordType.GET_VALUES,
    Buffer.concat([Buffer.of(MAX_CONNS.length, 0), Buffer.from(MAX_CONNS)]),
  );
  record.writeUInt16BE(NO_REQUEST, 2);
  return record;
}

/**
 * Reads the answer.
 * @returns how many connections the application takes at once; -1 if it does not say; null if this is no answer of FastCGI
 */
export function readValues(answer: Buffer): number | null {
  const isRecord = answer.length >= HEADER && answer[0] === VERSION && answer.readUInt16BE(2) === NO_REQUEST;
  if (!isRecord || (answer[1] !== RecordType.GET_VALUES_RESULT && answer[1] !== RecordType.UNKNOWN_TYPE)) {
    return null;
  }
  const content = answer.toString('latin1', HEADER, HEADER + answer.readUInt16BE(4));
  const at = content.indexOf(MAX_CONNS);
  const count = at < 2 ? '' : content.slice(at + MAX_CONNS.length).slice(0, content.charCodeAt(at - 1));
  return /^\d{1,9}$/.test(count) ? Number(count) : -1;
}
