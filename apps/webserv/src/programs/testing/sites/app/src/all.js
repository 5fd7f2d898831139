export const text = () => 'All ships';
