import { escapeXml } from './xml.js';

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]*)\]\(([^)\s]+)\)|(https?:\/\/\S+)/g;

/** Headings, paragraphs, lists, quotes, code, rules. */
export function renderMarkdown(text) {
  return [...blocks(text.split('\n'))].map(render).join('\n');
}

function* blocks(lines) {
  let paragraph = [];
  const flush = function* () {
    if (paragraph.length > 0) {
      yield { type: 'paragraph', text: paragraph.join(' ') };
      paragraph = [];
    }
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.startsWith('```')) {
      yield* flush();
      const code = [];
      while (++at < lines.length && !lines[at].startsWith('```')) code.push(lines[at]);
      yield { type: 'code', language: line.slice(3) || undefined, text: code.join('\n') };
    } else if (heading) {
      yield* flush();
      yield { type: 'heading', level: heading[1].length, text: heading[2] };
    } else if (/^(-{3,}|\*{3,})$/.test(line)) {
      yield* flush();
      yield { type: 'rule' };
    } else if (/^[-*] /.test(line)) {
      yield* flush();
      const items = [line.slice(2)];
      while (at + 1 < lines.length && /^[-*] /.test(lines[at + 1])) {
        items.push(lines[++at].slice(2));
      }
      yield { type: 'list', items };
    } else if (line.startsWith('> ')) {
      yield* flush();
      yield { type: 'quote', text: line.slice(2) };
    } else if (line.trim() === '') {
      yield* flush();
    } else {
      paragraph.push(line.trim());
    }
  }
  yield* flush();
}

const renderers = {
  paragraph: ({ text }) => `<p>${inline(text)}</p>`,
  heading({ level, text }) {
    const id = text.toLowerCase().replace(/[^\w]+/g, '-').replace(/^-|-$/g, '');
    return `<h${level}${id ? ` id="${id}"` : ''}>${inline(text)}</h${level}>`;
  },
  rule: () => '<hr/>',
  code: ({ language, text }) => `<pre>${language === undefined ? '' : `<!-- ${escapeXml(language)} -->`}${escapeXml(text)}</pre>`,
  list: ({ items }) => `<ul>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`,
  quote: ({ text }) => `<blockquote>${inline(text)}</blockquote>`,
};

function render(block) {
  return renderers[block.type](block);
}

function inline(text) {
  let out = '';
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, emphasis, label, target, bare] = match;
    out += escapeXml(text.slice(last, match.index));
    last = match.index + whole.length;
    if (code) out += `<code>${escapeXml(code)}</code>`;
    else if (strong) out += `<b>${inline(strong)}</b>`;
    else if (emphasis) out += `<i>${inline(emphasis)}</i>`;
    else if (target) out += link(target, label || target);
    else out += link(bare, bare.replace(/^https?:\/\//, ''));
  }
  return out + escapeXml(text.slice(last));
}

function link(target, label) {
  const safe = /^(https?:|\/|#)/.test(target) ? target : '#';
  const external = safe.startsWith('http') ? ' rel="external"' : '';
  return `<a href="${escapeXml(safe)}"${external}>${escapeXml(label)}</a>`;
}
