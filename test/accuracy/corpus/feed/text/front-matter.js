/** The part of YAML that people use in front of their posts. */
export function parseFrontMatter(content) {
  const lines = content.split(/\r?\n/);
  if (lines[0] !== '---') {
    return { data: {}, body: content };
  }
  const data = {};
  let list;
  let end = -1;
  scan: for (let index = 1; index < lines.length; index++) {
    const line = lines[index];
    switch (true) {
      case line === '---':
        end = index;
        break scan;
      case line.trim() === '' || line.startsWith('#'):
        continue scan;
      case list !== undefined && /^\s+- /.test(line):
        list.push(scalar(line.replace(/^\s+- /, '')));
        continue scan;
      default: {
        const colon = line.indexOf(':');
        if (colon < 1) throw new SyntaxError(`line ${index + 1} has no key`);
        const key = line.slice(0, colon).trim();
        const rest = line.slice(colon + 1).trim();
        list = undefined;
        if (rest === '') {
          data[key] = list = [];
        } else if (rest.startsWith('[') && rest.endsWith(']')) {
          data[key] = rest.slice(1, -1).split(',').map((part) => scalar(part.trim())).filter((part) => part !== '');
        } else {
          data[key] = scalar(rest);
        }
      }
    }
  }
  if (end < 0) {
    throw new SyntaxError('the front matter does not end');
  }
  return { data, body: lines.slice(end + 1).join('\n') };
}

function scalar(text) {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  if (quoted) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null' || text === '~') return null;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}
