/** Returns how many of `places` one address may have: never all of them, unless there is only one. */
export function shareOf(places: number, percent: number): number {
  if (percent >= 100 || places < 2) return places;
  return Math.min(places - 1, Math.max(1, Math.ceil((places * percent) / 100)));
}
