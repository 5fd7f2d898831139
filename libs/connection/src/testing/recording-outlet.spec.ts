import { outletContract } from '../outlet.contract.ts';
import { RecordingWorld } from './outlet-worlds.ts';

outletContract('the recorder', () => new RecordingWorld());
