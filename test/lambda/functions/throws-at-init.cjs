console.log('init begins');
throw new RangeError('init went wrong');
