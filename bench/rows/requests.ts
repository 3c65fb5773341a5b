import type { LoggedRequest } from '../../test/s3/exchange';
import type { Row } from '../row';

const SOURCE = /(^|\/)sources\//;

export const requests: Row = {
  name: 'requests',
  title: 'Requests and bytes',
  about: 'What is asked of S3, counted by the server; bytes are those of bodies. The bucket is empty at first: the first cold start sends the bundle and its source map, '
    + 'the second one of another environment must not send them again, and asks for each whether it is there. The warm invocation is the third of its environment, '
    + 'with the same event: it runs nothing that had not run before. Counts, the same on every machine.',
  metrics: {
    first: { title: 'requests of the first cold start', unit: '' },
    firstBytes: { title: 'sent by the first cold start', unit: 'KB' },
    second: { title: 'requests of the second cold start', unit: '' },
    secondBytes: { title: 'sent by the second cold start', unit: 'KB', targets: [{ kind: 'value', max: 2, of: 'built-in' }] },
    secondSources: { title: 'sources sent by the second cold start', unit: 'KB', targets: [{ kind: 'value', max: 0 }] },
    warm: { title: 'requests of a warm invocation', unit: '', targets: [{ kind: 'value', max: 0, of: 'ours-on-change' }] },
    warmBytes: { title: 'sent by a warm invocation', unit: 'KB', targets: [{ kind: 'value', max: 0.3, of: 'built-in' }] },
  },
  variants: ['ours', 'ours-on-change', 'built-in'],
  subjects: ['orders', 'small'],
  s3DelayMs: 0,
  plan: {
    full: { rounds: 1, repetitions: 3, warmUps: 0 },
    quick: { rounds: 1, repetitions: 1, warmUps: 0 },
  },
  prepare: async ({ deployment, ...setting }) => ({
    sample: async () => {
      const s3 = await deployment.startS3();
      const fn = await deployment.start({ ...setting, s3 });
      const invoke = async (): Promise<readonly LoggedRequest[]> => {
        const before = s3.requests.length;
        await fn.invoke();
        return s3.requests.slice(before);
      };
      const first = await invoke();
      await fn.shutdown();
      const second = await invoke();
      // the second invocation may take branches that the first did not
      await invoke();
      const warm = await invoke();
      await fn.close();
      await s3.stop();
      return {
        first: first.length,
        firstBytes: kilobytes(first),
        second: second.length,
        secondBytes: kilobytes(second),
        secondSources: kilobytes(second.filter(({ key }) => SOURCE.test(key ?? ''))),
        warm: warm.length,
        warmBytes: kilobytes(warm),
      };
    },
    close: async () => undefined,
  }),
};

function kilobytes(sent: readonly LoggedRequest[]): number {
  return sent.reduce((sum, { requestBytes }) => sum + requestBytes, 0) / 1000;
}
