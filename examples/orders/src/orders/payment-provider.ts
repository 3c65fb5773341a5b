import { type Payment } from './order.js';
import { type Money } from '../pricing/money.js';

/** Stands for the client of a payment service. */
export class PaymentProvider {
  #receipts = 0;

  /** Resolves to the number of the receipt. */
  async payBack(payment: Payment, amount: Money): Promise<string> {
    if (payment.kind === 'invoice') {
      throw new Error(`${amount} paid on invoice ${payment.vatId} has no card to go back to`);
    }
    return `receipt ${++this.#receipts}`;
  }
}
