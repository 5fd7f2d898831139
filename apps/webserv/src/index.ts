export { type Holdings, type Running, type ServeOptions, serve } from './serve.ts';
export { StartError } from './start-error.ts';
export { realSystem, type System } from './system.ts';
