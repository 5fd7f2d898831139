// Writes this server's address into the commands. Without it they name the address of the shipped configuration.

const SHIPPED = 'http://localhost:8080';

for (const code of document.querySelectorAll('code')) {
  if (code.textContent.includes(SHIPPED)) code.textContent = code.textContent.replaceAll(SHIPPED, location.origin);
}
