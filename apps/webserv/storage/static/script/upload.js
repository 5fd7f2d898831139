// The upload form with a progress bar and a place to drop files on. Without this script the form still works.

const LIMIT = 10 * 1024 * 1024;

const element = (id) => document.getElementById(id);
const form = element('form');
const input = element('files');
const drop = element('drop');
const bar = element('bar');

const REASONS = {
  400: 'The server could not read the request.',
  403: 'The server may not write there.',
  405: 'This address takes no uploads.',
  409: 'A file of that name is there already. Delete it first, or rename yours.',
  413: 'That is more than this address accepts (10 MiB).',
  507: 'The disk of the server is full.',
};

let running = null;

function say(text, kind = '') {
  element('state').textContent = text;
  element('state').className = `state ${kind}`;
}

function bytes(count) {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Sends one body. Resolves to what was stored; rejects with a sentence for the reader. */
function send(url, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    running = request;
    request.open('POST', url);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status === 201) resolve(answer?.stored ?? []);
      else reject(new Error(REASONS[request.status] ?? `The server answered ${request.status}.`));
    };
    // A server that refuses a body may close before all of it was sent; a browser then shows no status.
    request.onerror = () => reject(new Error('The connection ended before an answer came. Was it more than 10 MiB?'));
    request.onabort = () => reject(new Error('Stopped. Nothing was kept.'));
    request.send(body);
  });
}

function list(stored) {
  element('stored').hidden = false;
  for (const { name, size } of stored) {
    const link = document.createElement('a');
    link.href = `/download/${encodeURIComponent(name)}`;
    link.textContent = name;
    const row = element('rows').insertRow();
    row.insertCell().append(link);
    const cell = row.insertCell();
    cell.className = 'num';
    cell.textContent = bytes(size);
  }
}

async function upload(files, raw) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const progress = (loaded) => {
    bar.value = total === 0 ? 1 : Math.min(1, loaded / total);
    say(`${bytes(Math.min(loaded, total))} of ${bytes(total)}`);
  };
  progress(0);
  let count = 0;
  if (raw) {
    let before = 0;
    for (const file of files) {
      const done = before;
      list(await send(`/post/${encodeURIComponent(file.name)}`, file, (loaded) => progress(done + loaded)));
      before += file.size;
      count += 1;
    }
  } else {
    const body = new FormData();
    for (const file of files) body.append('files', file);
    const stored = await send('/post/', body, progress);
    list(stored);
    count = stored.length;
  }
  bar.value = 1;
  say(count === 1 ? 'Stored one file.' : `Stored ${count} files.`, 'good');
}

async function start(files) {
  if (files.length === 0 || running !== null) return;
  element('going').hidden = false;
  element('stop').hidden = false;
  element('send').disabled = true;
  try {
    await upload(files, form.elements.way.value === 'raw');
    form.reset();
  } catch (error) {
    say(error.message, 'bad');
  }
  running = null;
  element('stop').hidden = true;
  element('send').disabled = false;
}

function pick(files) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const what = files.length === 1 ? files[0].name : `${files.length} files`;
  if (files.length === 0) say('');
  else if (total > LIMIT) say(`${what}, ${bytes(total)}: more than will be accepted. Try it, and meet 413.`, 'bad');
  else say(`${what}, ${bytes(total)}`);
}

element('ways').hidden = false;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  start([...input.files]);
});
input.addEventListener('change', () => pick([...input.files]));
element('stop').addEventListener('click', () => running?.abort());

for (const name of ['dragenter', 'dragover']) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add('over-it');
  });
}
drop.addEventListener('dragleave', (event) => {
  if (!drop.contains(event.relatedTarget)) drop.classList.remove('over-it');
});
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over-it');
  if (running !== null) return;
  input.files = event.dataTransfer.files;
  pick([...input.files]);
  start([...input.files]);
});
