import { prefersJson } from './accept.ts';

it.each([
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['application/json', true],
  ['Application/JSON', true],
  ['application/*', true],
  ['text/html', false],
  ['text/html, application/json', false],
  ['text/html;q=0.5, application/json', true],
  ['text/html, application/json;q=0.9', false],
  ['application/json;q=0.1, text/html;q=0', true],
  ['*/*;q=0.1, application/json', true],
  ['*/*, application/json;q=0.5', false],
  ['text/*;q=0.3, */*;q=0.5', true],
  ['application/json;q=0', false],
  ['application/json;charset=utf-8;q=0.8, text/html;q=0.7', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
  ['nonsense, application/json', true],
  ['text/html;a="x,application/json"', false],
  ['application/json;a=";q=0"', true],
  ['application/json;a="\\";q=0", text/html;q=0.5', true],
  ['application/json;a="open;q=0, text/html', true],
  ['*/json', false],
  ['application/jsonp', false],
])('%s: %s', (accept, json) => {
  expect(prefersJson(accept)).toBe(json);
});
