import type { Edition } from './edition.ts';

/** One edition under test. */
export interface EditionHarness {
  /** Serves two sites at least, `names[0]` of the default one and `names[1]` of another. */
  readonly edition: Edition;
  readonly names: readonly [string, string];
  /** Says that no listening socket points at the edition any more. */
  retire(): void;
  /** How often the edition has been let go. */
  readonly ends: number;
}

/** What every edition promises to the listening sockets and transactions that use it. */
export function editionContract(make: () => EditionHarness): void {
  it('finds the site of a host, and gives the default one to a host that no site names', () => {
    const { edition, names } = make();
    const [first, second] = names.map((name) => edition.siteOf(name));
    expect(first).toBe(edition.defaultSite);
    expect(second).not.toBe(first);
    expect(edition.siteOf('nobody.invalid')).toBe(first);
    expect(edition.siteOf(names[1])).toBe(second);
    expect(edition.siteOf('')).toBe(first);
  });

  it('has the limits of its default site', () => {
    const { edition } = make();
    const { maxHeader, maxHeaders, maxUri } = edition.defaultSite.server;
    expect(edition.limits).toEqual({ maxHeader, maxHeaders, maxTarget: maxUri });
  });

  it('stays while it is served, however many transactions come and go', () => {
    const harness = make();
    harness.edition.hold();
    harness.edition.release();
    expect(harness.ends).toBe(0);
  });

  it('is let go at once when it is retired and nobody holds it', () => {
    const harness = make();
    harness.retire();
    expect(harness.ends).toBe(1);
  });

  it('is let go with the last transaction that began under it, once', () => {
    const harness = make();
    const { edition } = harness;
    edition.hold();
    edition.hold();
    harness.retire();
    edition.release();
    expect(harness.ends).toBe(0);
    expect(edition.siteOf(harness.names[1])).not.toBe(edition.defaultSite);
    edition.release();
    expect(harness.ends).toBe(1);
  });
}
