import { parseH2load } from './h2load.ts';

const OUTPUT = `starting benchmark...
spawning thread #0: 64 total client(s). Timing-based test with 0s of warm-up time and 2s of main duration for measurements.
TLS Protocol: TLSv1.3
Application protocol: h2
progress: 100% of clients started.

finished in 2.01s, 51234.50 req/s, 53.70MB/s
requests: 102469 total, 103109 started, 102469 done, 102460 succeeded, 9 failed, 0 errored, 0 timeout
status codes: 102469 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 107.41MB (112624371) total, 1.07MB (1120000) headers (space savings 94.00%), 100.06MB (104928256) data
`;

describe('parseH2load', () => {
  it('reads requests, errors, bytes and time', () => {
    expect(parseH2load(OUTPUT)).toEqual({
      requests: 102460,
      seconds: 2.01,
      bytes: 112624371,
      errors: 9,
      p50: Number.NaN,
      p99: Number.NaN,
      p999: Number.NaN,
    });
  });

  it.each(['', 'finished in 1s', OUTPUT.replace('traffic', 'tr')])(
    'has nothing where figures are missing',
    (text) => {
      expect(parseH2load(text)).toBeNull();
    },
  );
});
