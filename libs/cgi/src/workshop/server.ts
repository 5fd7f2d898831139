import type { Exchange } from '@webserv/methods';

export type Location = Exchange['location'];
export type Server = Exchange['server'];
