import { RealHarness } from './contract/real.contract.ts';
import { driverContract } from './driver.contract.ts';

driverContract('epoll', { open: () => new RealHarness({ name: 'epoll' }) });
