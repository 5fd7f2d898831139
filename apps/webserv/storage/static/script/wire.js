// Replaces the example on the front page with the head of a real answer. Without it the example stays.

const wire = document.getElementById('wire');

async function show() {
  const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' });
  if (!answer.ok) return;
  const request = document.createElement('i');
  request.textContent = `HEAD / HTTP/1.1\nHost: ${location.host}\n\n`;
  const status = document.createElement('b');
  status.textContent = `HTTP/1.1 ${answer.status} ${answer.statusText}\n`;
  const fields = [...answer.headers].map(([name, value]) => {
    const proper = name === 'etag' ? 'ETag' : name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    return `${proper}: ${value}`;
  });
  wire.replaceChildren(request, status, fields.join('\n'));
}

show().catch(() => {});
