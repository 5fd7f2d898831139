export type { Config, LocationBlock, MainBlock, ServerBlock } from '@webserv/config';
export { Loop } from '@webserv/event-loop';
export { type Holdings, type Running, realSystem, StartError, type System } from '@webserv/hosting';
export { serve } from './server/serve.ts';
export type { ServeOptions } from './server/webserv.ts';
