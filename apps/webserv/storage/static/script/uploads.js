// Lists the uploads, each with a button that deletes it.

const element = (id) => document.getElementById(id);

function say(text, kind = '') {
  element('state').textContent = text;
  element('state').className = `state ${kind}`;
}

function bytes(count) {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

function cell(row, content, kind) {
  const made = row.insertCell();
  made.append(content);
  if (kind !== undefined) made.className = kind;
}

function count() {
  const left = element('rows').rows.length;
  element('table').hidden = left === 0;
  return left === 0 ? 'Nothing is uploaded.' : left === 1 ? 'One file.' : `${left} files.`;
}

async function remove(name, row, button) {
  button.disabled = true;
  try {
    const answer = await fetch(`/delete/${encodeURIComponent(name)}`, { method: 'DELETE' });
    // 404: somebody else was faster, and the file is gone all the same.
    if (!answer.ok && answer.status !== 404) throw new Error(`${name} was not deleted: ${answer.status} ${answer.statusText}`);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    say(`${name} is deleted. ${count()}`, 'good');
    (next?.querySelector('button') ?? element('again')).focus();
  } catch (error) {
    button.disabled = false;
    say(error.message, 'bad');
  }
}

function show({ name, size, modified }) {
  const row = element('rows').insertRow();
  const link = document.createElement('a');
  link.href = `/download/${encodeURIComponent(name)}`;
  link.textContent = name;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'danger';
  button.textContent = 'Delete';
  button.setAttribute('aria-label', `Delete ${name}`);
  button.addEventListener('click', () => remove(name, row, button));
  cell(row, link);
  cell(row, bytes(size), 'num');
  cell(row, new Date(modified).toLocaleString());
  cell(row, button, 'act');
}

async function read() {
  try {
    const answer = await fetch('/uploads/?format=json', { headers: { Accept: 'application/json' }, cache: 'no-store' });
    if (!answer.ok) throw new Error(`The list was not to be had: ${answer.status} ${answer.statusText}`);
    const { entries } = await answer.json();
    element('rows').replaceChildren();
    for (const entry of entries) if (entry.type === 'file') show(entry);
    say(count());
  } catch (error) {
    say(error.message, 'bad');
  }
}

element('again').hidden = false;
element('again').addEventListener('click', read);
read();
