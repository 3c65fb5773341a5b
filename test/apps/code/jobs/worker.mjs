export const handler = async (event) => {
  for (const record of event.Records ?? []) {
    if (record.eventSource === 'aws:sqs') {
      continue;
    }
  }
};
