import { parseLoad, scriptOf } from './wrk.ts';

describe('parseLoad', () => {
  it('reads the line of the hook among what wrk prints', () => {
    const output = `Running 3s test
  64 connections
Requests/sec:  12345.67

@bench 37037 3000123 41000000 2 4972 24617 52770
`;
    expect(parseLoad(output)).toEqual({
      requests: 37037,
      seconds: 3.000123,
      bytes: 41000000,
      errors: 2,
      p50: 4972,
      p99: 24617,
      p999: 52770,
    });
  });

  it('is null where wrk never came so far', () => {
    expect(parseLoad('unable to connect to 127.0.0.1:1 Connection refused\n')).toBeNull();
  });
});

describe('scriptOf', () => {
  it('adds fields, and nothing else, where one URL is asked for', () => {
    expect(scriptOf({ headers: { Range: 'bytes=0-9' } })).toMatch(
      /^wrk\.headers\["Range"\] = "bytes=0-9"\ndone = /,
    );
    expect(scriptOf({})).not.toContain('function request');
  });

  it('chooses among paths by a seed', () => {
    const script = scriptOf({ paths: '/srv/paths', seed: 7 });
    expect(script).toContain('math.randomseed(tonumber(args[2]))');
    expect(script).toContain('function request()');
  });
});
