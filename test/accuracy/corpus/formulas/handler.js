/** Evaluates the formulas of a small spreadsheet: a tokenizer, a parser, an evaluator with references and cycles. */
import { evaluate, FormulaError } from './language/evaluate.js';
import { parse } from './language/parse.js';

const parsed = new Map();

export function handler({ cells = {}, wanted }, context) {
  const sheet = new Sheet(cells);
  const names = wanted ?? Object.keys(cells);
  const values = {};
  for (const name of names) {
    try {
      values[name] = sheet.value(name);
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      values[name] = `#${error.code}`;
    }
  }
  return { values, steps: sheet.steps, ...(context?.verbose ? { parsed: parsed.size } : null) };
}

class Sheet {
  #values = new Map();
  #open = new Set();
  steps = 0;

  constructor(cells) {
    this.cells = cells;
  }

  value(name) {
    if (this.#values.has(name)) return this.#values.get(name);
    if (this.#open.has(name)) throw new FormulaError('CYCLE', name);
    const cell = this.cells[name];
    if (cell === undefined) return 0;
    if (typeof cell !== 'string' || !cell.startsWith('=')) return cell;
    this.#open.add(name);
    try {
      const value = evaluate(treeOf(cell.slice(1)), { ref: (other) => this.value(other), range: (from, to) => this.range(from, to) });
      this.steps++;
      this.#values.set(name, value);
      return value;
    } finally {
      this.#open.delete(name);
    }
  }

  *range(from, to) {
    const [c1, r1] = place(from);
    const [c2, r2] = place(to);
    for (let column = Math.min(c1, c2); column <= Math.max(c1, c2); column++) {
      for (let row = Math.min(r1, r2); row <= Math.max(r1, r2); row++) {
        yield this.value(`${String.fromCharCode(column)}${row}`);
      }
    }
  }
}

function place(name) {
  return [name.charCodeAt(0), Number(name.slice(1))];
}

function treeOf(formula) {
  let tree = parsed.get(formula);
  if (!tree) {
    parsed.set(formula, (tree = parse(formula)));
  }
  return tree;
}
