import { DRIVER_NAMES } from '@webserv/event-loop';
import { driversHere, plainWorld } from './testing/wire-worlds.ts';
import { wireContract } from './wire.contract.ts';

for (const driver of ['fake', ...driversHere(DRIVER_NAMES)] as const) {
  wireContract(`plain, on ${driver}`, () => plainWorld(driver));
}
