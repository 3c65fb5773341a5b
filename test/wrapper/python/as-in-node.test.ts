/** What the wrappers of both languages do by the same rules, held against each other on values of all kinds. */
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { sign } from 'aws4';
import fc from 'fast-check';
import { describePythons, ENDS, LAYER } from './attached-function';
import { pythonInterpreters, type PythonVersion } from '../../../projenrc/python-layer/interpreters';
import { decodeEnvironment, Variable } from '../../../src/contract/environment';
import { prefixProblem, rawCoverageKey, sourceKey } from '../../../src/contract/object-keys';
import { pathFilter } from '../../../src/patterns/path-filter';
import { bucketAddress } from '../../../src/wrapper/node/delivery/s3-endpoint';
import { functionName, prefix, time } from '../../contract/arbitraries';

const MANY = 500;

/** What a program in Python makes of each of many values; it has `value`, and the modules of the wrapper that it imports. */
function inPython(version: PythonVersion, imports: string, expression: string, values: readonly unknown[]): unknown[] {
  const program = `import json, sys\n${imports}\nprint(json.dumps([${expression} for value in json.load(sys.stdin)]))`;
  const env = { PATH: process.env.PATH, PYTHONPATH: path.join(LAYER, 'python'), PYTHONDONTWRITEBYTECODE: '1' };
  return JSON.parse(execFileSync(pythonInterpreters().get(version)!, ['-c', program], { input: JSON.stringify(values), encoding: 'utf8', env, maxBuffer: 2 ** 26 })) as unknown[];
}

/** Values that are near to those of each variable. */
const odd = fc.oneof(
  fc.constantFrom('', 'true', 'TRUE', '0', '1', 'false', 'yes', '30', '900', '901', '0.5', '1e-3', '.5', '5.', '-1', '1.1', 'NaN', ' 7', 'on-change', 'every-invocation', 'always'),
  fc.constantFrom('/coverage', 'coverage', 'coverage/', 'a//b/', '../', 'src/**', 'src/**, lib/*.py ,,', 'a,'.repeat(600), 'ü/', '/tmp/x', 'relative'),
  fc.constantFrom('a/+(*a|*aa)b', '*-*-*-*/*.py', '*a*a*a*a*b', 'src/*(a|b)/**', '!(*.spec).js,+(?)'),
  fc.string({ maxLength: 20 }).filter((text) => !text.includes('\0')),
);
const environments = fc.record(Object.fromEntries([...Object.values(Variable), 'COVERAGE_BUCKET', 'COVERAGE_PREFIX'].map((name) => [name, odd])), { requiredKeys: [] });

const DECODED = `(lambda of: {
  "settings": {name: list(one) if isinstance(one, tuple) else one for name, one in vars(of.settings).items() if one is not None},
  "problems": [list(one) for one in of.problems], "deprecated": [list(one) for one in of.deprecated]})(decode_environment(value))`;

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

describePythons('rules that both wrappers have', ENDS, (version) => {
  test('environments', () => {
    const values = fc.sample(environments, MANY).map((one) => ({ ...one, [Variable.ENGINE]: 'v8' }));
    const expected = values.map((value) => {
      const { settings: { engine: _, ...settings }, problems, deprecated } = decodeEnvironment(value);
      const list = (all: typeof problems) => all.map((one) => [one.variable, one.value, one.message]);
      return { settings, problems: list(problems), deprecated: list(deprecated) };
    });
    const actual = inPython(version, 'from coverage_wrapper._settings import decode_environment', DECODED, values) as Array<{ settings: object }>;
    expect(actual.map((one) => ({ ...one, settings: Object.fromEntries(Object.entries(one.settings).map(([name, of]) => [camelCase(name), of])) })))
      .toEqual(JSON.parse(JSON.stringify(expected)));
  });

  test('prefixes and keys', () => {
    const prefixes = [...fc.sample(odd, MANY), ...fc.sample(prefix, MANY)];
    expect(inPython(version, 'from coverage_wrapper._keys import prefix_problem', 'prefix_problem(value)', prefixes)).toEqual(prefixes.map((one) => prefixProblem(one) ?? null));
    const keys = fc.sample(fc.tuple(functionName, fc.stringMatching(/^[a-z0-9-]{1,60}$/), prefix, time), MANY);
    expect(inPython(version, 'from coverage_wrapper._keys import raw_coverage_key', 'raw_coverage_key(*value)', keys.map(([name, id, at, when]) => [name, id, at, when.getTime() / 1000])))
      .toEqual(keys.map(([name, id, at, when]) => rawCoverageKey(name, id, at, when)));
    expect(inPython(version, 'from coverage_wrapper._keys import source_key', 'source_key(value, "00")', ['', 'a/b/'])).toEqual([sourceKey('', '00'), sourceKey('a/b/', '00')]);
  });

  test('patterns: what Python leaves out, the combiner leaves out', () => {
    const segment = fc.constantFrom('*', '**', 'a', 'ab', 'a*', '?b', '*.py', 'b.py', 'c', '.a');
    const pattern = fc.tuple(fc.constantFrom('', '/', './'), fc.array(segment, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '/'))
      .map(([begin, segments, end]) => `${begin}${segments.join('/')}${end}`);
    const file = fc.array(fc.constantFrom('a', 'ab', 'b.py', 'c', '.a', 'abc'), { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
    const values = fc.sample(fc.tuple(fc.array(pattern, { maxLength: 2 }), fc.array(pattern, { maxLength: 2 }), file), 10 * MANY);
    const actual = inPython(version, 'from coverage_wrapper._patterns import path_filter', 'path_filter(value[0], value[1])(value[2])', values);
    const lost = values.filter(([include, exclude, of], index) => actual[index] === false && pathFilter(include, exclude)(of));
    expect(lost).toEqual([]);
    expect(actual.filter((one) => one === false).length).toBeGreaterThan(MANY);
  });

  test('the address of a bucket', () => {
    const regions = ['us-east-1', 'cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'us-isof-south-1', 'eusc-de-east-1', 'us-gov-west-1'];
    const names = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'];
    const url = fc.constantFrom('', 'http://localhost:9000', 'https://s3.local', 'https://s3.local:443/', 'http://[::1]:80/x/', 'ftp://s3', 'localhost', 'http://s3:99999');
    const flags = ['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'];
    const environment = fc.record({ ...Object.fromEntries(names.map((name) => [name, url])), ...Object.fromEntries(flags.map((name) => [name, fc.constantFrom('true', 'True', 'false')])) }, { requiredKeys: [] });
    const values = fc.sample(fc.tuple(fc.constantFrom('bucket', 'with.dot'), fc.constantFrom(...regions), environment), MANY);
    const imports = `from coverage_wrapper._delivery.s3_endpoint import bucket_address
def address(value):
    try:
        of = bucket_address(*value)
        return [of.scheme + ":", of.hostname, of.port, of.base_path]
    except Exception as error:
        return str(error)`;
    expect(inPython(version, imports, 'address(value)', values)).toEqual(values.map((value) => {
      try {
        const { protocol, hostname, port = null, basePath } = bucketAddress(...value);
        return [protocol, hostname, port, basePath];
      } catch (error) {
        return (error as Error).message;
      }
    }));
  });

  test('signatures, against the package aws4', () => {
    const key = fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'abz09-_.~!\'()*/ +&=@:,$ü€😀'.match(/./gu)!) }).map((one) => `/bucket/${one}`);
    const header = fc.constantFrom('plain', ' a  b ', 'x'.repeat(100));
    const values = fc.sample(fc.record({ path: key, region: fc.constantFrom('us-east-1', 'eu-west-1'), header, token: fc.option(fc.constantFrom('token=/+'), { nil: undefined }) }), MANY);
    const imports = `from coverage_wrapper._delivery.signature import Credentials, encoded_path, signed_headers
def signature(value):
    headers = {"Host": "s3.local", "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD", "x-amz-meta-one": value["header"], "If-None-Match": "*"}
    credentials = Credentials("AKIDEXAMPLE", "secret/+=", value.get("token"))
    return signed_headers("PUT", encoded_path(value["path"]), headers, value["region"], "20260131T235959Z", credentials)["Authorization"]`;
    const expected = values.map(({ path: of, region, header: one, token }) => {
      const headers = { 'Host': 's3.local', 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', 'X-Amz-Date': '20260131T235959Z', 'x-amz-meta-one': one, 'If-None-Match': '*' };
      const encoded = of.split('/').map((part) => encodeURIComponent(part).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)).join('/');
      const signed = sign({ service: 's3', region, method: 'PUT', host: 's3.local', path: encoded, headers }, { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/+=', sessionToken: token });
      return signed.headers!.Authorization;
    });
    expect(inPython(version, imports, 'signature(value)', values)).toEqual(expected);
  });
});
