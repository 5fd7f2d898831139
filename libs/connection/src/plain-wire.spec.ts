import { plainWorld } from './testing/wire-worlds.ts';
import { wireContract } from './wire.contract.ts';

// plain-wire.full.spec.ts has the drivers of this machine.
wireContract('plain, on the scripted driver', () => plainWorld('fake'));
