import { Registry } from './registry.ts';

describe('Registry', () => {
  it('gives each server one object for its counts, whatever becomes of the config', () => {
    const registry = new Registry();
    expect(registry.counts('a')).toBe(registry.counts('a'));
    expect(registry.counts('a')).not.toBe(registry.counts('b'));
    expect([...registry.allCounts].map(({ label }) => label)).toEqual(['a', 'b']);
  });

  it('asks each part for what it has', () => {
    const registry = new Registry();
    registry.source((out) => out.gauge('webserv_things', 'Things.', 4));
    registry.section('things', () => [{ name: 'a', count: 4 }]);
    const names = registry.snapshot().families.map(({ name }) => name);
    expect(names).toEqual(['webserv_draining', 'webserv_things']);
    expect(registry.status()).toEqual({ things: [{ name: 'a', count: 4 }] });
  });
});
