import { hashMain } from '@webserv/accounts';

hashMain();
