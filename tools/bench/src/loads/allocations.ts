// A server loads this before its own program. It samples what the server allocates, also what is collected soon after, and
// writes the samples to BENCH_PROFILE when the server ends. `node --heap-prof` knows only what is alive at the end.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const { BENCH_PROFILE: path = '' } = process.env;
const session = new Session();
session.connect();
const options = {
  samplingInterval: 16 << 10,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
};
session.post('HeapProfiler.startSampling', options);
process.once('exit', () => {
  // A session with one's own process answers within the call.
  session.post('HeapProfiler.stopSampling', (error, answer) => {
    if (error === null && path !== '') writeFileSync(path, JSON.stringify(answer.profile));
  });
});
