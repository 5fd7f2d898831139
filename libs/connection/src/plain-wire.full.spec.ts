import { DRIVER_NAMES } from '@webserv/event-loop';
import { driversHere, plainWorld } from './testing/wire-worlds.ts';
import { wireContract } from './wire.contract.ts';

for (const driver of driversHere(DRIVER_NAMES)) wireContract(`plain, on ${driver}`, () => plainWorld(driver));
