exports.handler = async (event) => (event.id === undefined ? { statusCode: 400 } : { statusCode: 200, body: 'get-all' });
