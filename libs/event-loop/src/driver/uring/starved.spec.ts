import { Udata } from '../../udata.ts';
import { Interest } from '../driver.ts';
import { Flight } from './flight.ts';
import { Starved } from './starved.ts';

class Nobody extends Udata {
  complete(): void {}
}

describe('those who found no buffer', () => {
  const flights = Array.from({ length: 4 }, () => new Flight(new Nobody('nobody', -1), Interest.READ));
  const [a, b, c, d] = flights as [Flight, Flight, Flight, Flight];

  it('come in their order, each once, and again behind those who came meanwhile', () => {
    const starved = new Starved();
    for (const flight of [a, b, a, c]) starved.push(flight);
    expect(starved.some).toBe(true);
    expect(starved.shift()).toBe(a);
    starved.push(d);
    starved.push(a);
    expect([b, c, d, a].map((flight) => starved.shift() === flight)).toEqual([true, true, true, true]);
    expect([starved.some, starved.shift()]).toEqual([false, null]);
    expect(flights.some((flight) => flight.starving)).toBe(false);
  });
});
