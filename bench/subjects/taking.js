// What a user would write to have NODE_V8_COVERAGE's data of each invocation: Node.js itself writes it when the process
// exits, and Lambda kills processes. Lies beside the bundle in the variant of that name.
const { takeCoverage } = require('node:v8');
const { handler } = require('./index.js');

exports.handler = handler.length > 2
  ? (event, context, callback) => handler(event, context, (...answer) => {
    takeCoverage();
    callback(...answer);
  })
  : async (event, context) => {
    try {
      return await handler(event, context);
    } finally {
      takeCoverage();
    }
  };
