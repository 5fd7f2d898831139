export { freePorts, hasPebble, Pebble } from './pebble.ts';
