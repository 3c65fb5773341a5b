export const handler = async (event) => (event.name ? `Hello, ${event.name}` : 'Hello');
