import { DRIVER_NAMES } from '@webserv/event-loop';
import { TlsWorld } from '../testing/tls-world.ts';
import { driversHere, plainWorld } from '../testing/wire-worlds.ts';
import { wireContract } from '../wire.contract.ts';

for (const driver of driversHere(DRIVER_NAMES))
  wireContract(`TLS, on ${driver}`, () => new TlsWorld(plainWorld(driver)));
