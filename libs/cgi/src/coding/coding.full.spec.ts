import { TestApplication } from '../testing/application.ts';
import { codingContract } from './coding.contract.ts';

codingContract('children', async () => ({ runner: '', close: async () => {} }));

codingContract('an application', async (world) => {
  const application = await new TestApplication(world.socket('application')).listen();
  return { runner: `fastcgi:${application.path}`, close: () => application.close() };
});
