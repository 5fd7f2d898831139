import { FolderIndex } from './folder-index.ts';

it.each([
  ['/srv/www', ['at', 'above', 'root', 'below']],
  ['/srv/www/a/b', ['at', 'above', 'root', 'below']],
  ['/srv/www/a', ['at', 'above', 'root', 'below']],
  ['/srv/www/c', ['at', 'above', 'root']],
  ['/srv/wwww', ['above', 'root']],
  ['/', ['root', 'at', 'above', 'below', 'other']],
  ['/other/x', ['root', 'other']],
])('what overlaps %s', (folder, expected) => {
  const index = new FolderIndex<string>();
  index.add('/srv/www', 'at');
  index.add('/srv', 'above');
  index.add('/', 'root');
  index.add('/srv/www/a/b', 'below');
  index.add('/other', 'other');
  expect([...index.overlapping(folder)].sort()).toEqual([...expected].sort());
});
