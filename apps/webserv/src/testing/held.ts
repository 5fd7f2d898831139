import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Which of these objects somebody still holds on to, by place, after all garbage has been collected. */
export async function heldOf(objects: readonly WeakRef<object>[]): Promise<number[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a WeakRef was made of or gave out stays until the end of the turn.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const held: number[] = [];
  objects.forEach((object, place) => {
    if (object.deref() !== undefined) held.push(place);
  });
  return held;
}
