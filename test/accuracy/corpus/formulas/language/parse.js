import { FormulaError } from './evaluate.js';
import { tokens } from './tokens.js';

const POWERS = { '=': 1, '<>': 1, '<': 1, '>': 1, '<=': 1, '>=': 1, '&': 2, '+': 3, '-': 3, '*': 4, '/': 4, '^': 5 };
const RIGHT = new Set(['^']);

export function parse(text) {
  let list;
  try {
    list = [...tokens(text)];
  } catch (error) {
    throw new FormulaError('SYNTAX', error.message);
  }
  const parser = new Parser(list);
  const tree = parser.expression(0);
  parser.end();
  return tree;
}

class Parser {
  #at = 0;
  #list;

  constructor(list) {
    this.#list = list;
  }

  get next() {
    return this.#list[this.#at];
  }

  expression(power) {
    let left = this.prefix();
    for (;;) {
      const operator = this.next;
      const binding = operator?.type === 'operator' ? POWERS[operator.value] : undefined;
      if (operator?.value === '%') {
        this.#at++;
        left = { type: 'percent', of: left };
        continue;
      }
      if (!binding || binding <= power) return left;
      this.#at++;
      left = { type: 'binary', operator: operator.value, left, right: this.expression(RIGHT.has(operator.value) ? binding - 1 : binding) };
    }
  }

  prefix() {
    const token = this.#list[this.#at++];
    switch (token?.type) {
      case 'number':
      case 'text':
        return { type: 'literal', value: token.value };
      case 'ref': {
        if (!this.accept(':')) return { type: 'ref', name: token.value };
        const to = this.#list[this.#at++];
        if (to?.type !== 'ref') throw new FormulaError('SYNTAX', 'a range ends with a reference');
        return { type: 'range', from: token.value, to: to.value };
      }
      case 'name':
        return this.call(token.value);
      case 'operator':
        if (token.value === '(') {
          const inner = this.expression(0);
          this.expect(')');
          return inner;
        } else if (token.value === '-' || token.value === '+') {
          return { type: 'unary', operator: token.value, of: this.expression(4) };
        }
    }
    throw new FormulaError('SYNTAX', 'an operand is missing');
  }

  call(name) {
    if (name === 'TRUE' || name === 'FALSE') return { type: 'literal', value: name === 'TRUE' };
    this.expect('(');
    const args = [];
    if (!this.accept(')')) {
      do {
        args.push(this.expression(0));
      } while (this.accept(','));
      this.expect(')');
    }
    return { type: 'call', name, args };
  }

  accept(value) {
    const found = this.next?.type === 'operator' && this.next.value === value;
    if (found) this.#at++;
    return found;
  }

  expect(value) {
    if (!this.accept(value)) throw new FormulaError('SYNTAX', `'${value}' is missing`);
  }

  end() {
    if (this.next !== undefined) throw new FormulaError('SYNTAX', 'more than one formula');
  }
}
