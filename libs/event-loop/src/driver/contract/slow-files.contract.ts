import fs from 'node:fs';
import path from 'node:path';
import { closeFile, Interest, Memory, openPath, Tree } from '../../index.ts';
import {
  connected,
  type Harness,
  type HarnessOptions,
  type Peer,
  Probe,
  pattern,
} from './harness.contract.ts';
import { type SlowDisk, type SlowDiskKind, SlowDisks } from './slow-disk.contract.ts';

/** Files of a file system that cannot say whether a call would wait, and does: no tick waits with it. */
export function slowFilesContract(options: HarnessOptions): void {
  const disks = new SlowDisks(options.skips?.slowDisks);
  const why = disks.reason;
  // Skipped where it cannot be mounted: the reason stands in the name.
  const here = why === '' ? describe : describe.skip;
  afterAll(() => disks.dispose());

  const kinds: SlowDiskKind[] = ['cached', 'direct'];
  here.each(kinds)(`a slow disk, %s${why === '' ? '' : ` (skipped: ${why})`}`, (kind) => {
    let harness: Harness;
    let disk: SlowDisk;
    let client: Probe;
    let peer: Peer;
    let answers: number;

    beforeEach(async () => {
      harness = options.open();
      disk = await disks.mount(kind);
      ({ probe: client, peer } = await connected(harness));
      answers = 0;
      const answer = Memory.from('pong');
      client.react = (op) => {
        if (op === client.input && client.length === 4 * (answers + 1)) {
          answers++;
          harness.loop.send(client.output, answer, 0, 4);
        }
        return true;
      };
      harness.loop.recv(client.input);
    });
    afterEach(async () => {
      await disk.release();
      await harness.dispose();
      await disk.unmount();
    });

    function made(content: Uint8Array): string {
      const name = path.join(disk.folder, 'file');
      fs.writeFileSync(name, content);
      return name;
    }

    /** Another client is answered while each single call waits, until all is done. @returns how many waited */
    async function served(done: () => boolean, what: string): Promise<number> {
      for (let waited = 0; ; waited++) {
        await harness.until(() => done() || disk.waiting > 0, what);
        if (done()) return waited;
        const due = peer.length + 4;
        peer.write('ping');
        await harness.until(() => peer.length === due, 'the answer beside it');
        expect([disk.patient, done()]).toEqual([true, false]);
        const passed = disk.passed + 1;
        await disk.letOne();
        await harness.until(() => done() || disk.passed >= passed, 'a call');
      }
    }

    it.each([
      ['its path', (file: string): number => openPath(file)],
      [
        'its folder',
        (file: string): number => {
          const tree = Tree.open(path.dirname(file)) as Tree;
          const fd = tree.open(path.basename(file));
          tree.close();
          return fd;
        },
      ],
      ['Node', (file: string): number => fs.openSync(file, 'r')],
      [
        'a caller that wants no waiting',
        (file: string): number => fs.openSync(file, fs.constants.O_NONBLOCK),
      ],
    ])('reads a file that was opened by %s', async (_name, open) => {
      const content = pattern(300_000);
      const probe = new Probe(harness.loop, open(made(content)));
      expect(harness.loop.register(probe, Interest.FILE)).toBe(0);
      await disk.hold();
      const memory = Memory.allocate(content.length);
      let at = 0;
      let over = false;
      const next = (): void => harness.loop.read(probe.input, memory, at, memory.size - at, at);
      probe.react = (op) => {
        at += op.result;
        over = op.result <= 0 || at === memory.size;
        if (!over) next();
        return false;
      };
      next();
      expect(await served(() => over, 'the file')).toBeGreaterThan(0);
      expect(memory.bytes.equals(content)).toBe(true);
    });

    it('sends a file, behind a head that was gathered by the same op', async () => {
      // More than a socket takes at once.
      const content = pattern(3_000_000);
      const fd = openPath(made(content));
      const other = await connected(harness);
      const head = Memory.from('head');
      harness.loop.sendAll(other.probe.output, [{ memory: head, offset: 0, length: 4 }]);
      await harness.until(() => other.peer.length === 4, 'the head');
      await disk.hold();
      harness.loop.sendFile(other.probe.output, fd, 0, content.length);
      const sent = (): boolean => other.probe.sent.length > 1 && other.peer.length === 4 + content.length;
      expect(await served(sent, 'the file')).toBeGreaterThan(0);
      expect(other.probe.sent).toEqual([4, content.length]);
      expect(other.peer.read().subarray(4).equals(content)).toBe(true);
      closeFile(fd);
    });

    it('sends nothing more to a connection that is closed meanwhile', async () => {
      const fd = openPath(made(pattern(300_000)));
      const other = await connected(harness);
      await disk.hold();
      harness.loop.sendFile(other.probe.output, fd, 0, 300_000);
      await harness.until(() => disk.waiting > 0, 'the disk');
      harness.loop.close(other.probe);
      expect(await served(() => other.probe.disposals === 1, 'its end')).toBeGreaterThan(0);
      expect([other.probe.sent, other.probe.late]).toEqual([[], 0]);
      closeFile(fd);
    });

    it.each([
      ['a line at the end, as logs do', 'a', 100, -1],
      [
        'a line at the end, by who wants no waiting',
        fs.constants.O_NONBLOCK | fs.constants.O_APPEND | 1,
        100,
        -1,
      ],
      ['a small piece', 'r+', 10_000, 0],
      ['a small piece, without the right to read', fs.constants.O_WRONLY, 10_000, 0],
      ['a large piece', 'r+', 1 << 20, 0],
    ] as const)('writes %s, and closes', async (_name, flags, length, position) => {
      const name = made(Buffer.alloc(0));
      const probe = new Probe(harness.loop, fs.openSync(name, flags));
      expect(harness.loop.register(probe, Interest.FILE)).toBe(0);
      await disk.hold();
      const memory = Memory.from(pattern(length, 3));
      harness.loop.write(probe.output, memory, 0, length, position);
      expect(await served(() => probe.sent.length > 0, 'the write')).toBeGreaterThan(0);
      expect(probe.sent).toEqual([length]);
      await harness.until(() => disk.waiting === 0, 'word of it');
      const closed = disk.passed + 1;
      harness.loop.close(probe);
      expect(await served(() => probe.disposals === 1 && disk.passed === closed, 'the end')).toBe(1);
      await disk.release();
      expect(fs.readFileSync(name).equals(memory.bytes)).toBe(true);
    });
  });
}
