import { driverContract } from '../contract/driver.contract.ts';
import { RealHarness } from '../contract/real.contract.ts';

driverContract('epoll', { open: () => new RealHarness({ name: 'epoll' }) });
