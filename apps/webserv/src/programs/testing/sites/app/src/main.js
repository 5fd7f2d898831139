import './style.css';

/** Each load of the document counts itself from 1 on: a route that changes without a load keeps the count. */
let shown = 0;

async function show() {
  const [, , ship] = location.pathname.split('/');
  const page = ship === undefined ? await import('./all.js') : await import('./ship.js');
  shown += 1;
  document.querySelector('main').textContent = `${page.text(ship)}, view ${shown}`;
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (link === null) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  show();
});
addEventListener('popstate', show);
show();
