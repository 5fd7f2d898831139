// HEALTHCHECK of the container: exit code 0 if the server answers with anything but a fault of its own.
const { WEBSERV_HEALTH_URL: url = 'http://127.0.0.1:8080/' } = process.env;

try {
  const { status } = await fetch(url, { method: 'HEAD', redirect: 'manual' });
  process.exitCode = status < 500 ? 0 : 1;
} catch {
  process.exitCode = 1;
}
