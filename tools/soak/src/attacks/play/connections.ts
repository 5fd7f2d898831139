import type { Attack } from '../attack.ts';
import { crowd, pause, resetAll, tally } from '../crowd.ts';

const GET = 'GET /page.html HTTP/1.1\r\nHost: attacker\r\n\r\n';

/** Connections, and memory that each of them can hold. */
export const connections: readonly Attack[] = [
  {
    name: 'readers',
    what: '500 clients that do not read distinct files of 1 MB',
    errand: 'page',
    seconds: 12,
    prepare: (ground) => {
      const content = ground.random.bytes(1_000_000);
      for (let index = 0; index < 500; index++) ground.file(`files/large-${index}.bin`, content);
    },
    async play({ port, over }) {
      const all = await crowd(500, port);
      all.forEach((each, index) => {
        each.stopReading();
        each.send(`GET /large-${index}.bin HTTP/1.1\r\nHost: attacker\r\n\r\n`);
      });
      await pause(11_000, over);
      resetAll(all);
      return '500 asked';
    },
  },
  {
    name: 'one-byte-heads',
    what: '500 heads of one byte from one address, max_connect 500',
    errand: 'page',
    directives: 'max_connect 500;',
    seconds: 12,
    async play({ port, over }) {
      const all = await crowd(500, port);
      for (const each of all) each.send('G');
      await pause(11_000, over);
      const words = tally(all);
      resetAll(all);
      return words;
    },
  },
  {
    name: 'bursts',
    what: '40 bursts of 100 connections that ask once and stay, max_connect 100',
    errand: 'page',
    directives: 'max_connect 100;',
    seconds: 12,
    async play({ port, over }) {
      const kept = [];
      for (let round = 0; round < 40 && !over.aborted; round++) {
        const all = await crowd(100, port);
        for (const each of all) each.send(GET);
        await pause(100, over);
        kept.push(...all);
      }
      const words = tally(kept);
      resetAll(kept);
      return words;
    },
  },
  {
    name: 'turned-away',
    what: '400 connections of one address that may have 4, and stay, max_connect 100',
    errand: 'page',
    directives: 'max_connect 100; max_connect_per_address 4;',
    seconds: 12,
    async play({ port, over }) {
      const kept = [];
      while (!over.aborted && kept.length < 4_000) {
        const all = await crowd(100, port);
        for (const each of all) each.stopReading();
        kept.push(...all);
        await pause(250, over);
      }
      const words = `${kept.length} came`;
      resetAll(kept);
      return words;
    },
  },
  {
    name: 'pipelined',
    what: '2,000 requests on each of 20 connections that read nothing',
    errand: 'page',
    seconds: 8,
    async play({ port, over }) {
      const all = await crowd(20, port);
      for (const each of all) {
        each.stopReading();
        each.send(GET.repeat(2_000));
      }
      await pause(7_000, over);
      resetAll(all);
      return '20 x 2,000 asked';
    },
  },
];
