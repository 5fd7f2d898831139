import { TlsWorld } from '../testing/tls-world.ts';
import { plainWorld } from '../testing/wire-worlds.ts';
import { wireContract } from '../wire.contract.ts';

// tls-wire.full.spec.ts has the drivers of this machine.
wireContract('TLS, on the scripted driver', () => new TlsWorld(plainWorld('fake')));
