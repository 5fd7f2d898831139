/**
 * Draws /status.json once a second, while somebody looks. What a section holds decides how it looks: facts are tiles, a list
 * of objects is a table, and the ending of a name is its unit. So a part that is new to the server shows up by itself.
 * Values come in as text alone, never as markup: a target in the list of slow requests was written by a client.
 */
export const SCRIPT = `'use strict';
const EVERY_MS = 1000, POINTS = 60;
const main = document.querySelector('main'), state = document.querySelector('.state'), note = document.querySelector('.note');
const history = new Map();
let before = null;
function words(name) {
  const bare = name.replace(/(Bytes|Seconds|Ms|At)$/, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}
function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return value.toFixed(unit === 0 || value >= 100 ? 0 : 1) + ' ' + units[unit];
}
function time(seconds) {
  if (seconds < 1) return (seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0) + ' ms';
  if (seconds < 120) return seconds.toFixed(1) + ' s';
  if (seconds < 7200) return Math.floor(seconds / 60) + ' min';
  if (seconds < 172800) return (seconds / 3600).toFixed(1) + ' h';
  return (seconds / 86400).toFixed(1) + ' d';
}
function shown(name, value) {
  if (value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value !== 'number') return value;
  if (name === 'pid') return String(value);
  if (/Bytes$/.test(name)) return bytes(value);
  if (/Seconds$/.test(name)) return time(value);
  if (/Ms$/.test(name)) return time(value / 1000);
  if (/At$/.test(name)) return new Date(value).toLocaleTimeString();
  return Number.isInteger(value) ? value.toLocaleString() : value.toFixed(2);
}
function add(parent, tag, text, kind) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  parent.append(element);
  return element;
}
function curve(values) {
  const space = 'http://www.w3.org/2000/svg', top = Math.max(...values) || 1;
  const svg = document.createElementNS(space, 'svg'), line = document.createElementNS(space, 'polyline');
  svg.setAttribute('viewBox', '0 0 ' + (POINTS - 1) + ' 20');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const from = POINTS - values.length;
  line.setAttribute('points', values.map((value, index) => (from + index) + ',' + (19 - 18 * value / top).toFixed(2)).join(' '));
  line.setAttribute('fill', 'none');
  line.setAttribute('stroke', 'currentColor');
  line.setAttribute('vector-effect', 'non-scaling-stroke');
  svg.append(line);
  return svg;
}
function tiles(parent, facts) {
  const list = add(parent, 'dl', undefined, 'tiles');
  for (const [name, value] of Object.entries(facts)) {
    const tile = add(list, 'div');
    add(tile, 'dt', words(name));
    add(tile, 'dd', shown(name, value));
  }
}
function rates(parent, totals, seconds) {
  const list = add(parent, 'dl', undefined, 'tiles');
  for (const [name, value] of Object.entries(totals)) {
    const last = before === null || seconds <= 0 ? null : Math.max(0, (value - before.totals[name]) / seconds);
    const points = history.get(name) || [];
    if (last !== null) points.push(last);
    if (points.length > POINTS) points.shift();
    history.set(name, points);
    const tile = add(list, 'div');
    add(tile, 'dt', words(name));
    add(tile, 'dd', last === null ? '...' : (/Bytes$/.test(name) ? bytes(last) : last < 10 ? last.toFixed(1) : Math.round(last).toLocaleString()) + '/s');
    add(tile, 'span', shown(name, value) + ' in all', 'soft');
    if (points.length > 1) tile.append(curve(points));
  }
}
function table(parent, rows) {
  const names = Object.keys(rows[0]);
  const frame = add(parent, 'div', undefined, 'scroll');
  frame.tabIndex = 0;
  const grid = add(frame, 'table'), head = add(add(grid, 'thead'), 'tr'), body = add(grid, 'tbody');
  const isText = (name) => typeof rows[0][name] === 'string';
  for (const name of names) add(head, 'th', words(name), isText(name) ? 'text' : '').scope = 'col';
  for (const row of rows) {
    const line = add(body, 'tr');
    for (const name of names) {
      const cell = add(line, 'td', shown(name, row[name]), isText(name) ? 'text' : '');
      if (isText(name)) cell.title = row[name];
    }
  }
}
function draw(status) {
  const now = performance.now(), seconds = before === null ? 0 : (now - before.at) / 1000;
  const left = main.scrollLeft, page = document.createDocumentFragment();
  for (const [name, value] of Object.entries(status)) {
    if (name === 'state' || value === null) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    const part = add(page, 'section');
    add(part, 'h2', words(name));
    if (name === 'totals') rates(part, value, seconds);
    else if (Array.isArray(value)) table(part, value);
    else if (typeof value === 'object') tiles(part, value);
    else add(part, 'p', shown(name, value));
  }
  main.replaceChildren(page);
  main.scrollLeft = left;
  state.textContent = status.state;
  state.classList.toggle('bad', status.state !== 'serving');
  note.textContent = '';
  before = { at: now, totals: status.totals || {} };
}
async function look() {
  // Somebody who reads a table with the keyboard, or marks some text, keeps it.
  const kept = main.contains(document.activeElement) || String(getSelection()) !== '';
  if (!document.hidden && !kept) {
    try {
      const answer = await fetch('status.json', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error('it answered ' + answer.status);
      draw(await answer.json());
    } catch (error) {
      note.textContent = 'The server does not answer: ' + error.message;
      before = null;
    }
  }
  setTimeout(look, EVERY_MS);
}
look();
`;
