import { ListObjectsV2Command, type ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import type { Row } from './row';
import type { Session } from './session';

const MANY = Array.from({ length: 1205 }, (_, index) => `many-keys/${String(index).padStart(5, '0')}`);
const TREE = ['tree/a', 'tree/b/1', 'tree/b/2', 'tree/b/3', 'tree/c', 'tree/d/1', 'tree/e'];
/** In the order of their bytes in UTF-8; the order of JavaScript's strings has the last two the other way round. */
const ORDERED = ['order/', 'order/A', 'order/Z', 'order/a', 'order/a b', 'order/a/b', 'order/aa', 'order/é', 'order/ｆ', 'order/😀'];
const ESCAPED = ['escaped/& <>"\'', 'escaped/a  b', 'escaped/a+b%20', 'escaped/ü😀'];

export const listingRows: readonly Row[] = [
  {
    name: 'SDK: more than 1000 keys come in pages, each key once and in order',
    observe: async (session) => {
      await putAll(session, MANY);
      const pages = await pagesOf(session, { Prefix: 'many-keys/' });
      return [pages.map(({ keys }) => keys.length), pages.flatMap(({ keys }) => keys).join() === MANY.join()];
    },
    expected: [[1000, 205], true],
  },
  {
    name: 'SDK: small pages, the last of them full and not followed by an empty one',
    observe: async (session) => {
      await putAll(session, MANY.slice(0, 20));
      return pagesOf(session, { Prefix: 'many-keys/0000', MaxKeys: 5 });
    },
    expected: [{ keys: MANY.slice(0, 5), prefixes: [] }, { keys: MANY.slice(5, 10), prefixes: [] }],
  },
  {
    name: 'SDK: with a delimiter, keys below it fold into common prefixes',
    observe: async (session) => {
      await putAll(session, TREE);
      return pagesOf(session, { Prefix: 'tree/', Delimiter: '/' });
    },
    expected: [{ keys: ['tree/a', 'tree/c', 'tree/e'], prefixes: ['tree/b/', 'tree/d/'] }],
  },
  {
    name: 'SDK: a page may end behind a common prefix, which does not come again',
    observe: async (session) => {
      await putAll(session, TREE);
      return pagesOf(session, { Prefix: 'tree/', Delimiter: '/', MaxKeys: 2 });
    },
    expected: [
      { keys: ['tree/a'], prefixes: ['tree/b/'] },
      { keys: ['tree/c'], prefixes: ['tree/d/'] },
      { keys: ['tree/e'], prefixes: [] },
    ],
  },
  {
    name: 'SDK: StartAfter begins behind that key, whether it exists or not',
    observe: async (session) => {
      await putAll(session, TREE);
      const starts = ['tree/b/2', 'tree/b/25', 'a', 'z'];
      const pages = await Promise.all(starts.map(async (StartAfter) => pagesOf(session, { Prefix: 'tree/', StartAfter })));
      return pages.map(([{ keys }]) => keys);
    },
    expected: [TREE.slice(3), TREE.slice(3), TREE, []],
  },
  {
    name: 'SDK: keys come in the order of their bytes in UTF-8',
    observe: async (session) => {
      await putAll(session, [...ORDERED].reverse());
      return pagesOf(session, { Prefix: 'order/', MaxKeys: 1000 });
    },
    expected: [{ keys: ORDERED, prefixes: [] }],
  },
  {
    name: 'SDK: pages of one key keep that order',
    observe: async (session) => {
      await putAll(session, ORDERED);
      return (await pagesOf(session, { Prefix: 'order/', MaxKeys: 1 })).flatMap(({ keys }) => keys);
    },
    expected: ORDERED,
  },
  {
    name: 'SDK: keys that XML must escape, as they are and with encoding-type=url',
    observe: async (session) => {
      await putAll(session, ESCAPED);
      const [plain] = await pagesOf(session, { Prefix: 'escaped/' });
      const [encoded] = await pagesOf(session, { Prefix: 'escaped/', EncodingType: 'url' });
      // a form's encoding: botocore decodes it like this
      return [plain.keys, encoded.keys.map((key) => decodeURIComponent(key.replace(/\+/g, ' ')))];
    },
    expected: [ESCAPED, ESCAPED],
  },
  {
    name: 'SDK: an entry tells size, ETag, time and storage class',
    observe: async (session) => {
      await session.http.send({ method: 'PUT', key: 'entry/one', body: 'content' });
      const { Contents, KeyCount, IsTruncated, Name } = await session.sdk.send(new ListObjectsV2Command({ Bucket: session.bucket, Prefix: 'entry/' }));
      const { Key, Size, ETag, StorageClass, LastModified } = Contents![0];
      const recent = Math.abs(Date.now() - LastModified!.getTime()) < 60_000;
      return { KeyCount, IsTruncated, named: Name === session.bucket, Key, Size, ETag, StorageClass, recent };
    },
    // the MD5 of "content", by md5sum
    expected: { KeyCount: 1, IsTruncated: false, named: true, Key: 'entry/one', Size: 7, ETag: '"9a0364b9e99bb480dd25e1f0284c8555"', StorageClass: 'STANDARD', recent: true },
  },
  {
    name: 'SDK: MaxKeys of 0 gives nothing, and of more than 1000 gives 1000 at most',
    observe: async (session) => {
      await putAll(session, TREE);
      const list = async (MaxKeys: number) => session.sdk.send(new ListObjectsV2Command({ Bucket: session.bucket, Prefix: 'tree/', MaxKeys }));
      const [none, many] = [await list(0), await list(5000)];
      return [none.KeyCount, none.IsTruncated, many.KeyCount, many.MaxKeys];
    },
    expected: [0, false, 7, 1000],
  },
  ...[
    ['max-keys that is no number', 'max-keys=some'],
    ['a negative max-keys', 'max-keys=-1'],
    ['a continuation token from elsewhere', 'continuation-token=bm90IG91cnM%3D'],
    ['an unknown encoding-type', 'encoding-type=rot13'],
  ].map(([what, query]): Row => ({
    name: `aws4: a listing with ${what} is an invalid argument`,
    observe: async ({ http }) => http.outcome({ query: `list-type=2&${query}` }),
    expected: { status: 400, code: 'InvalidArgument' },
  })),
];

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
}

async function pagesOf({ sdk, bucket }: Session, input: Omit<ListObjectsV2CommandInput, 'Bucket'>): Promise<Page[]> {
  const pages: Page[] = [];
  let token: string | undefined;
  do {
    const page = await sdk.send(new ListObjectsV2Command({ Bucket: bucket, ...input, ContinuationToken: token }));
    pages.push({ keys: (page.Contents ?? []).map(({ Key }) => Key!), prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!) });
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return pages;
}

async function putAll({ http }: Session, keys: readonly string[]): Promise<void> {
  const queue = [...keys];
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      await http.send({ method: 'PUT', key, body: 'x' });
    }
  }));
}
