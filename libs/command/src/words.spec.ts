import { readWords } from './words.ts';

describe('readWords', () => {
  it.each<[string, Record<string, string>, string[], string]>([
    ['', {}, [], ''],
    ['public', {}, ['public'], ''],
    ['-p 3000 public', { port: '3000' }, ['public'], ''],
    ['--host', { host: '' }, [], ''],
    ['--host public', { host: '' }, ['public'], ''],
    ['--host 192.0.2.1 public', { host: '192.0.2.1' }, ['public'], ''],
    ['--host ::1', { host: '::1' }, [], ''],
    ['--host=[::1] -p 0', { host: '[::1]', port: '0' }, [], ''],
    ['--upload public', { upload: '' }, ['public'], ''],
    ['--upload=in public', { upload: 'in' }, ['public'], ''],
    ['-- --host', {}, ['--host'], ''],
    ['-Tc a.conf', { effective: '', config: 'a.conf' }, [], ''],
    ['--directives root', { directives: '' }, ['root'], ''],
    ['init', {}, [], 'init'],
    ['./init', {}, ['./init'], ''],
    ['certificate self-signed a b', {}, ['self-signed', 'a', 'b'], 'certificate'],
    ['certificate --help', { help: '' }, [], 'certificate'],
    ['keep-certificates', {}, [], 'keep-certificates'],
  ])('reads "%s"', (line, options, operands, subcommand) => {
    const words = line === '' ? [] : line.split(' ');
    expect(readWords(words)).toEqual({ subcommand, options: new Map(Object.entries(options)), operands });
  });

  it.each([
    ['--prot 1', 'there is no option "--prot"; did you mean "--port"?'],
    ['--wrong', 'there is no option "--wrong"'],
    ['-x', 'there is no option "-x"'],
    ['init -p 1', 'there is no option "-p"'],
    ['-p', '--port is missing its value: --port PORT'],
    ['-p 70000', '--port is "70000": expected a number from 0 to 65535'],
    ['-p -1', '--port is missing its value: --port PORT'],
    ['--port --tls', '--port is missing its value: --port PORT'],
    ['--host=example.org', '--host is "example.org": expected an IP address, such as 192.0.2.1 or ::1'],
    ['--config=', '--config is empty: expected FILE'],
    ['--color maybe', '--color is "maybe": expected auto, always, never'],
    ['--tls=yes', "Option '--tls' does not take an argument"],
    ['a b', 'unexpected argument "b"'],
    ['init x', 'unexpected argument "x"'],
    ['certificate', 'certificate needs more words: webserv certificate self-signed NAME...'],
    ['certificate self-signed', 'certificate needs more words: webserv certificate self-signed NAME...'],
    ['certificate signed x', 'certificate knows no "signed": expected self-signed'],
    ['completion tcsh', 'completion knows no "tcsh": expected bash, zsh, fish'],
  ])('refuses "%s"', (line, problem) => {
    expect(readWords(line.split(' '))).toBe(problem);
  });
});
