import { parseSiege, siegeRows } from './siege.ts';

const OUTPUT = `{	"transactions":			        8804,
	"availability":			      100.00,
	"elapsed_time":			        4.72,
	"transaction_rate":		     1865.25,
	"successful_transactions":	        8804,
	"failed_transactions":		           0,
	"longest_transaction":		        0.19
}
`;

describe('parseSiege', () => {
  it('reads the JSON', () => {
    expect(parseSiege(OUTPUT)).toEqual({ transactions: 8804, availability: 100, failed: 0, rate: 1865.25 });
  });

  it('is null where there is none', () => {
    expect(parseSiege('siege: command line error\n')).toBeNull();
  });

  it('becomes a row with what was held before and after', () => {
    const usage = (descriptors: number, mib: number) => ({
      cpu: 0,
      user: 0,
      system: 0,
      reaped: 0,
      resident: mib * 2 ** 20,
      descriptors,
    });
    const siege = { peer: 'webserv', ...parseSiege(OUTPUT)!, before: usage(24, 20), after: usage(25, 31) };
    const row = ['webserv', '8,804', '100.00', '0', '1,865', '24', '25', '20.0', '31.0'];
    expect(siegeRows([siege])[1]).toEqual(row);
  });
});
