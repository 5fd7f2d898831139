export type { Config, LocationBlock, MainBlock, ServerBlock } from '@webserv/config';
export { type Holdings, type Running, type ServeOptions, serve } from './server/serve.ts';
export { StartError } from './server/start-error.ts';
export { realSystem, type System } from './server/system.ts';
