const ORDERS: Readonly<Record<string, { readonly shipped: boolean; readonly days: number; readonly paid?: number }>> = {
  AB1234: { shipped: true, days: 2, paid: 40 },
  CD5678: { shipped: false, days: 9 },
  EF9012: { shipped: true, days: 40, paid: 15 },
};

export async function answerTo(topic: 'status' | 'refund', number: string | undefined, slowMs: number): Promise<string> {
  const order = number ? ORDERS[number] : undefined;
  const delay = slowMs > 0 ? new Promise((resolve) => setTimeout(resolve, slowMs)) : undefined;
  delay && await delay;
  if (!order) {
    return `I do not know order ${number}.`;
  }
  if (topic === 'status') {
    return order.shipped ? `It was shipped ${order.days === 1 ? 'yesterday' : `${order.days} days ago`}.` : 'It is being packed.';
  }
  if (order.paid === undefined) {
    throw new Error('nothing was paid');
  }
  const late = order.days > 30;
  return late && order.paid > 10 ? 'It is too late for a refund.' : `You get back ${order.paid}.`;
}

export async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer within ${ms} ms`);
      error.name = 'TimeoutError';
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
