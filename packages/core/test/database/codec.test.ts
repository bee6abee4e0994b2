import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeArray, decoderFor, encodeArray, encodeParam } from "../../src/database/codec.ts";
import { allBytes, statementPipeline } from "../../src/database/pipeline.ts";
import type { Param, Scalar, Value } from "../../src/database/port.ts";
import { onEachDatabase } from "./databases.ts";

/** Any text that PostgreSQL can hold: no U+0000 and no half of a surrogate pair. */
const text = fc.oneof(
  fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", "")),
  fc.string({ unit: fc.constantFrom('"', "\\", ",", "{", "}", " ", "'", "\n", "\t", "N", "U", "L", "é", "😀") }),
  fc.constantFrom("", "NULL", "null", "{}", '""', "\\N", "[0:1]={1,2}", "\u{10ffff}", "\ufeff", "\x7f"),
);
const safeInteger = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const double = fc.double({ noDefaultInfinity: false }).map((value) => (value === 0 ? 0 : value));
const json = fc
  .jsonValue({ noUnicodeString: false })
  .filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));

onEachDatabase((database) => {
  async function echo(types: readonly string[], params: readonly Param[]): Promise<readonly Value[]> {
    const list = types.map((type, index) => `$${index + 1}::${type}`).join(", ");
    const results = await database().withSession((session) =>
      session.run([{ name: "echo", text: `select ${list}`, params }]),
    );
    return results[0]?.rows[0] ?? [];
  }

  it("returns any scalar as it was given", async () => {
    const row = fc.tuple(orNull(text), orNull(safeInteger), orNull(double), orNull(fc.boolean()));
    await fc.assert(
      fc.asyncProperty(row, async (params) => {
        expect(await echo(["text", "int8", "float8", "bool"], params)).toEqual(params);
      }),
      { numRuns: 300 },
    );
  });

  it("returns any list as it was given", async () => {
    const lists = fc.tuple(
      fc.array(orNull(text)),
      fc.array(orNull(safeInteger)),
      fc.array(orNull(double)),
      fc.array(orNull(fc.boolean())),
    );
    await fc.assert(
      fc.asyncProperty(lists, async (params) => {
        expect(await echo(["text[]", "int8[]", "float8[]", "bool[]"], params)).toEqual(params);
      }),
      { numRuns: 300 },
    );
  });

  it("returns any JSON as it was given, alone and in a list", async () => {
    await fc.assert(
      fc.asyncProperty(json, fc.array(json), async (value, values) => {
        const texts = values.map((each) => JSON.stringify(each));
        const [one, many, plain] = await echo(
          ["jsonb", "jsonb[]", "json"],
          [JSON.stringify(value), texts, JSON.stringify(value)],
        );
        const through = (each: unknown) => JSON.parse(JSON.stringify(each));
        expect(one).toEqual(through(value));
        expect(many).toEqual(values.map(through));
        expect(plain).toEqual(through(value));
      }),
      { numRuns: 150 },
    );
  });

  it("decodes every type in the same way", async () => {
    const results = await database().withSession((session) =>
      session.run([
        { text: "begin" },
        { text: "set local timezone to 'UTC'" },
        {
          text: `select 1::int2, 2::int4, 3::int8, 4.5::float4, 5.25::float8, 6.125::numeric, 7::oid,
            true, false, 'x'::varchar, 'y'::char(3), '{"a":[1]}'::jsonb, '[null]'::json, null::int8,
            '2026-11-22 10:00:00.123+00'::timestamptz, '2026-11-22'::date, '\\x01ff'::bytea,
            '6b9f2a3e-5c1d-4e8f-9a7b-0c1d2e3f4a5b'::uuid, '{1,NULL}'::int2[], '{1.5,2}'::numeric[],
            '[0:1]={7,8}'::int4[], array['2026-11-22'::date], 'NaN'::float8, '-Infinity'::float8,
            '{6b9f2a3e-5c1d-4e8f-9a7b-0c1d2e3f4a5b}'::uuid[], array['2026-11-22 10:00:00+00'::timestamptz]`,
        },
        { text: "rollback" },
      ]),
    );
    expect(results[2]?.rows[0]).toEqual([
      ...[1, 2, 3, 4.5, 5.25, 6.125, 7],
      ...[true, false, "x", "y  ", { a: [1] }, [null], null],
      ...["2026-11-22 10:00:00.123+00", "2026-11-22", "\\x01ff", "6b9f2a3e-5c1d-4e8f-9a7b-0c1d2e3f4a5b"],
      ...[[1, null], [1.5, 2], [7, 8], ["2026-11-22"], Number.NaN, Number.NEGATIVE_INFINITY],
      ...[["6b9f2a3e-5c1d-4e8f-9a7b-0c1d2e3f4a5b"], ["2026-11-22 10:00:00+00"]],
    ]);
  });

  it("refuses a bigint that no number holds, and the connection lives on", async () => {
    for (const text of ["select 9007199254740992::int8", "select '{1,-9007199254740992}'::int8[]"]) {
      await expect(database().withSession((session) => session.run([{ text }]))).rejects.toThrow("beyond 2^53 - 1");
    }
    expect(await echo(["int8"], [Number.MAX_SAFE_INTEGER])).toEqual([Number.MAX_SAFE_INTEGER]);
  });

  it("says what a statement returned when it was first run, also when it is run again", async () => {
    for (let turn = 0; turn < 3; turn++) expect(await echo(["jsonb", "int8[]"], ["[]", [turn]])).toEqual([[], [turn]]);
  });
});

/** The parameters in the Bind message that follows the Parse message at the start of the bytes. */
function boundParams(bytes: Buffer): (string | null)[] {
  expect(String.fromCharCode(bytes[0] ?? 0)).toBe("P");
  const bind = 1 + bytes.readInt32BE(1);
  expect(String.fromCharCode(bytes[bind] ?? 0)).toBe("B");
  let offset = bind + 1 + 4 + 1 + 1 + 2;
  const params: (string | null)[] = new Array(bytes.readUInt16BE(offset)).fill(null);
  offset += 2;
  for (let index = 0; index < params.length; index++) {
    const length = bytes.readInt32BE(offset);
    offset += 4;
    if (length === -1) continue;
    params[index] = bytes.toString("utf8", offset, offset + length);
    offset += length;
  }
  expect(offset + 2).toBe(bind + 1 + bytes.readInt32BE(bind + 1));
  return params;
}

describe("without a database", () => {
  it("writes scalars as PostgreSQL reads them", () => {
    const params: Scalar[] = ["a", "", 1, -0, 1e21, true, false, null];
    expect(params.map(encodeParam)).toEqual(["a", "", "1", "0", "1e+21", "t", "f", null]);
  });

  it("quotes what would otherwise mean something", () => {
    expect(encodeArray([])).toBe("{}");
    expect(encodeArray([1, null, -2.5])).toBe("{1,NULL,-2.5}");
    expect(encodeArray(["", "NULL", 'a"b\\c', null, "{,}"])).toBe('{"","NULL","a\\"b\\\\c",NULL,"{,}"}');
  });

  it("sends every parameter as the text that it stands for", () => {
    const scalar = fc.oneof(
      orNull(text),
      fc.string({ minLength: 60, maxLength: 70 }),
      safeInteger,
      double,
      fc.boolean(),
    );
    const param = fc.oneof(scalar, fc.array(scalar));
    fc.assert(
      fc.property(fc.array(param), (params) => {
        const bytes = allBytes(statementPipeline([{ text: "select", params }], undefined));
        expect(boundParams(Buffer.from(bytes))).toEqual(params.map(encodeParam));
      }),
      { numRuns: 500 },
    );
  });

  it("sends lists that are larger than its buffer, and small ones after them", () => {
    for (const length of [200_000, 1]) {
      const params = [
        Array.from({ length }, (_, index) => `text "${index}" é`),
        Array.from({ length }, (_, index) => index * 1000),
        Array.from({ length }, () => null),
        Array.from({ length }, (_, index) => index % 2 === 0),
      ];
      const bytes = allBytes(statementPipeline([{ text: "select", params }], undefined));
      expect(boundParams(Buffer.from(bytes)).map((each, index) => each === encodeParam(params[index] ?? null))).toEqual(
        params.map(() => true),
      );
    }
  });

  it("sends nothing of what could not be written", () => {
    const params = new Array(70_000).fill(1);
    const broken = statementPipeline([{ text: "one" }, { text: "two", params }], undefined);
    expect(allBytes(broken)).toHaveLength(5);
    expect(() => broken.results()).toThrow("65,535");
    expect(boundParams(Buffer.from(allBytes(statementPipeline([{ text: "three", params: [3] }], undefined))))).toEqual([
      "3",
    ]);
  });

  it("reads a list back, whatever is in it", () => {
    fc.assert(
      fc.property(fc.array(orNull(text)), (values) => {
        expect(decodeArray(encodeArray(values), (each) => each)).toEqual(values);
      }),
    );
  });

  it("refuses a list of lists", () => {
    expect(() => decoderFor(1007)("{{1},{2}}")).toThrow("list of lists");
  });
});
