export type { Config, LocationBlock, MainBlock, ServerBlock } from '@webserv/config';
export { Loop } from '@webserv/event-loop';
export type { Holdings, Running } from './server/running.ts';
export { serve } from './server/serve.ts';
export { StartError } from './server/start-error.ts';
export { realSystem, type System } from './server/system.ts';
export type { ServeOptions } from './server/webserv.ts';
