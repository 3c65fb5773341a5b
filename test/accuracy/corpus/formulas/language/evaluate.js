export class FormulaError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const FUNCTIONS = {
  SUM: (...values) => values.flat().reduce((sum, value) => sum + number(value), 0),
  AVERAGE(...values) {
    const all = values.flat();
    if (all.length === 0) throw new FormulaError('DIV', 'an average of nothing');
    return FUNCTIONS.SUM(...all) / all.length;
  },
  MIN: (...values) => Math.min(...values.flat().map(number)),
  MAX: (...values) => Math.max(...values.flat().map(number)),
  COUNT: (...values) => values.flat().filter((value) => typeof value === 'number').length,
  ROUND: (value, places = 0) => {
    const factor = 10 ** places;
    return Math.round(number(value) * factor) / factor;
  },
  LEN: (text) => String(text).length,
  CONCAT: (...parts) => parts.flat().join(''),
};

/** Arguments that are only evaluated where they are wanted. */
const LAZY = {
  IF: (scope, [test, yes, no]) => (evaluate(test, scope) ? evaluate(yes, scope) : no === undefined ? false : evaluate(no, scope)),
  AND: (scope, args) => args.every((arg) => Boolean(evaluate(arg, scope))),
  OR: (scope, args) => args.some((arg) => Boolean(evaluate(arg, scope))),
  IFERROR(scope, [value, fallback]) {
    try {
      return evaluate(value, scope);
    } catch (error) {
      if (error instanceof FormulaError && error.code !== 'CYCLE') return evaluate(fallback, scope);
      throw error;
    }
  },
};

export function evaluate(node, scope) {
  switch (node.type) {
    case 'literal': return node.value;
    case 'ref': return scope.ref(node.name);
    case 'range': return [...scope.range(node.from, node.to)];
    case 'percent': return number(evaluate(node.of, scope)) / 100;
    case 'unary': {
      const value = number(evaluate(node.of, scope));
      return node.operator === '-' ? -value : value;
    }
    case 'binary': return binary(node.operator, evaluate(node.left, scope), evaluate(node.right, scope));
    case 'call': {
      const lazy = Object.hasOwn(LAZY, node.name) && LAZY[node.name];
      if (lazy) return lazy(scope, node.args);
      const fn = FUNCTIONS[node.name] ?? unknown(node.name);
      return fn(...node.args.map((arg) => evaluate(arg, scope)));
    }
    /* istanbul ignore next */
    default: throw new Error(`node ${node.type}`);
  }
}

function binary(operator, left, right) {
  switch (operator) {
    case '&': return `${left}${right}`;
    case '=': return left === right;
    case '<>': return left !== right;
    case '<': return left < right;
    case '>': return left > right;
    case '<=': return left <= right;
    case '>=': return left >= right;
  }
  const [a, b] = [number(left), number(right)];
  if (operator === '/' && b === 0) throw new FormulaError('DIV', 'by zero');
  return operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a ** b;
}

function number(value) {
  if (typeof value === 'number') return value;
  if (value === true || value === false) return value ? 1 : 0;
  const converted = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  if (Number.isNaN(converted)) throw new FormulaError('VALUE', `${value} is not a number`);
  return converted;
}

function unknown(name) {
  throw new FormulaError('NAME', `${name} is not a function`);
}
