export const text = (ship) => `The ship ${ship}`;
