const SINGLE = new Set(['+', '-', '*', '/', '^', '(', ')', ',', ':', '=', '<', '>', '&', '%']);

export function* tokens(text) {
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    if (character === '"') {
      const end = text.indexOf('"', at + 1);
      if (end < 0) throw new SyntaxError('a text does not end');
      yield { type: 'text', value: text.slice(at + 1, end) };
      at = end + 1;
    } else if (/[0-9.]/.test(character)) {
      let end = at;
      while (end < text.length && /[0-9.]/.test(text[end])) end++;
      yield { type: 'number', value: Number(text.slice(at, end)) };
      at = end;
    } else if (/[A-Za-z]/.test(character)) {
      const [word] = /^[A-Za-z]+[0-9]*/.exec(text.slice(at));
      yield { type: /[0-9]$/.test(word) ? 'ref' : 'name', value: word.toUpperCase() };
      at += word.length;
    } else if (/^(<=|>=|<>)/.test(text.slice(at))) {
      yield { type: 'operator', value: text.slice(at, at + 2) };
      at += 2;
    } else if (SINGLE.has(character)) {
      yield { type: 'operator', value: character };
      at++;
    } else {
      throw new SyntaxError(`'${character}' is not known`);
    }
  }
}
