exports.handler = async ({ product }) => {
  if (product === 'pen') {
    return { price: 2 };
  }
  throw new RangeError(`no product '${product}'`);
};
