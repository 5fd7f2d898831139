/**
 * What the thread runs that makes pages of Markdown. It is text, because a thread needs a file of its own, or text: the
 * server is one bundle, and its sources are TypeScript. It gets one text after the other, and answers each with HTML, or
 * with null for one that must be shown as it is.
 *
 * Nothing of a text is taken for HTML, and `validateLink` lets no link run anything. What remains is the size of the result:
 * a link is written again for each of its mentions, so the characters of all attributes are bounded, and nesting is.
 *
 * The page's policy forbids pictures of other hosts and styles on elements. Such a picture becomes a link to it, and the
 * alignment of a cell an attribute of its own.
 */
export const MARKDOWN_SCRIPT = `'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const markdown = require(workerData.module)({ html: false, linkify: true, maxNesting: 20 });
const { renderer } = markdown;
const { escapeHtml } = markdown.utils;
const attributesOf = renderer.renderAttrs;
const pictureOf = renderer.rules.image;
let left = 0;
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
renderer.renderAttrs = token => {
  const align = /^text-align:(\\w+)$/.exec(token.attrGet('style') ?? '');
  if (align !== null) token.attrs = [['align', align[1]]];
  const text = attributesOf.call(renderer, token);
  left -= text.length;
  if (left < 0) throw new RangeError('the page becomes too long');
  return text;
};
renderer.rules.image = (tokens, index, options, env, self) => {
  const token = tokens[index];
  const source = token.attrGet('src');
  if (!/^(?!data:)[a-z][a-z0-9+.-]*:|^[\\\\/]{2}/i.test(source)) {
    token.attrSet('loading', 'lazy');
    return pictureOf(tokens, index, options, env, self);
  }
  const text = escapeHtml(self.renderInlineAsText(token.children, options, env) || source);
  let depth = 0;
  for (let at = 0; at < index; at++) depth += tokens[at].type === 'link_open' ? 1 : tokens[at].type === 'link_close' ? -1 : 0;
  if (depth > 0) return text;
  token.attrs = [['href', source]];
  return '<a' + self.renderAttrs(token) + '>' + text + '</a>';
};
parentPort.on('message', text => {
  left = workerData.longest;
  let html = null;
  try {
    html = markdown.render(text);
  } catch {}
  parentPort.postMessage(html !== null && html.length <= workerData.longest ? html : null);
});
`;
