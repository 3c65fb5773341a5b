import { type Buyer } from '../pricing/discounts.js';

export interface Customer extends Buyer {
  readonly name: string;
  readonly premium?: boolean;
}

export const GUEST: Customer = { name: 'guest' };

const CUSTOMERS = new Map<string, Customer>([
  ['C-1', { name: 'Ada', yearsAsCustomer: 3 }],
  ['C-2', { name: 'Grace', yearsAsCustomer: 9, premium: true }],
]);

export const customers = {
  /** A customer who is no longer known orders as a guest. */
  find: async (id: string): Promise<Customer> => CUSTOMERS.get(id) ?? GUEST,
  forget: async (id: string): Promise<boolean> => CUSTOMERS.delete(id),
};
