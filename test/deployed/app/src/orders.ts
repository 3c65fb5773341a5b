interface Order {
  readonly items: ReadonlyArray<{ readonly price: number; readonly quantity: number }>;
  readonly coupon?: string;
}

export const handler = async (order: Order): Promise<{ total: number }> => {
  let total = 0;
  for (const { price, quantity } of order.items) {
    total += price * quantity;
  }
  if (order.coupon === 'HALF') {
    total /= 2;
  }
  return { total };
};
