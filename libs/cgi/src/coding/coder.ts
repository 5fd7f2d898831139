import type { BrotliCompress, Gzip } from 'node:zlib';
import type { Exchange } from '@webserv/methods';

export type Coding = Exchange['location']['compressScripts'][number];
export type Coder = Gzip | BrotliCompress;

/** A script's output is compressed once for each answer, so it takes less time than a page of the cache may take. */
const GZIP_LEVEL = 5;
const BROTLI_QUALITY = 4;
/** Brotli's window is 256 KiB, in place of 4 MiB: the memory of one answer has a bound. */
const BROTLI_WINDOW = 18;

/** Returns the bytes that one coder takes, with what it hands out: what the libraries take for these settings, and more. */
export function coderBytes(coding: Coding): number {
  return coding === 'br' ? 2 << 20 : 384 << 10;
}

/**
 * Makes a coder, which works on the threads of Node's pool.
 * @throws Error (as a rejection) if there is no memory for it
 */
export async function coderOf(coding: Coding): Promise<Coder> {
  // Loaded for the first answer that needs it. Loading takes 3 ms, which a start must not wait for.
  const { constants, createBrotliCompress, createGzip } = await import('node:zlib');
  if (coding === 'gzip') return createGzip({ level: GZIP_LEVEL });
  return createBrotliCompress({
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW,
    },
  });
}
