import "server-only";
import { createHash } from "node:crypto";
import { Prisma } from "@/lib/db/generated/client";

// Hot reads and writes are prepared statements on pg (ADR 0053). A store declares each of them next to its use case:
//
//   const FIND = statement<{ readonly id: string }, { readonly name: string }>("find-name")`
//     SELECT name FROM thing WHERE id = ${({ id }) => id}::uuid`;
//   const [row] = await cx.db.run(FIND, { id });
//
// `cx.db.run` runs one statement alone: it is a transaction of its own. prepared.ts has the transaction of several.

/** A value that pg sends as a parameter. JSON goes as text. */
export type Value = string | number | bigint | boolean | Date | Uint8Array | readonly unknown[] | null;

/** Text without parameters, such as a list of columns that Prisma.sql and a statement share. */
interface Fixed {
  readonly sql: string;
  readonly values: readonly unknown[];
}

type Pick<P> = (params: P) => Value;
type Hole<P> = Pick<P> | Piece<P> | Fixed;

/** A piece of SQL that takes its parameters from `P`. */
export class Piece<P> {
  constructor(
    readonly strings: readonly string[],
    readonly holes: readonly Hole<P>[],
  ) {}
}

/** Tag for a piece of SQL that several statements have in common. */
export function sql<P = unknown>(strings: TemplateStringsArray, ...holes: readonly Hole<P>[]): Piece<P> {
  return new Piece(strings, holes);
}

/** A prepared statement: its parameters are made from `P`, its rows have the form `R`. */
export interface Statement<P, R> {
  /** With a digest of the text, so another text never meets a connection that has prepared this one. */
  readonly name: string;
  readonly text: string;
  values(params: P): Value[];
  /** Only its type is used: the form of a row. */
  readonly row?: R;
}

/** Runs a statement and returns its rows: alone, in a prepared transaction, or in Prisma's. */
export type Run = <P, R>(statement: Statement<P, R>, params: P) => Promise<R[]>;

/** What runs statements: the database itself, a prepared transaction, or one of Prisma. */
export interface Running {
  readonly run: Run;
}

/** Longer names are cut by the server, and two could become one. */
const MAX_NAME = 63;
const DIGEST_LENGTH = 8;

/** Writes a piece's text, and gives each parameter its number. One function is one parameter, however often it is used. */
function write<P>({ strings, holes }: Piece<P>, numbers: Map<Pick<P>, number>): string {
  return strings.reduce((text, part, at) => {
    const hole = holes[at - 1];
    if (hole === undefined) return text + part;
    if (hole instanceof Piece) return text + write(hole, numbers) + part;
    if (typeof hole === "function") {
      const number = numbers.get(hole) ?? numbers.size + 1;
      numbers.set(hole, number);
      return `${text}$${number}${part}`;
    }
    if (hole.values.length > 0) throw new TypeError("text that is shared with a statement has no values");
    return text + hole.sql + part;
  });
}

/** Returns the statement of a piece. */
export function statementOf<P, R>(name: string, piece: Piece<P>): Statement<P, R> {
  const numbers = new Map<Pick<P>, number>();
  const text = write(piece, numbers);
  const digest = createHash("sha256").update(text).digest("base64url").slice(0, DIGEST_LENGTH);
  const unique = `${name}:${digest}`;
  if (unique.length > MAX_NAME) throw new TypeError(`the name ${name} is too long`);
  const picks = [...numbers.keys()];
  return { name: unique, text, values: (params) => picks.map((pick) => pick(params)) };
}

/** Tag for a prepared statement. A hole is a function of the parameters, a piece, or fixed text. */
export function statement<P, R>(
  name: string,
): (strings: TemplateStringsArray, ...holes: readonly Hole<P>[]) => Statement<P, R> {
  return (strings, ...holes) => statementOf(name, new Piece(strings, holes));
}

/** Returns a piece with its values as Prisma has them, for queries that are composed at each call. */
export function prismaSql<P>({ strings, holes }: Piece<P>, params: P): Prisma.Sql {
  const values = holes.map((hole) => {
    if (hole instanceof Piece) return prismaSql(hole, params);
    return typeof hole === "function" ? hole(params) : Prisma.sql([hole.sql]);
  });
  return new Prisma.Sql(strings, values);
}

/** Returns the columns of a row's schema for a SELECT, so that the schema names them once. */
export function columnsOf({ shape }: { readonly shape: object }, table: string): Fixed {
  const names = Object.keys(shape).map((name) => `${table}."${name}"`);
  return { sql: names.join(", "), values: [] };
}

/** Returns a statement that is composed for one call. The server plans it for these values and does not keep the plan. */
export function unnamed<R>(text: string, values: readonly Value[]): Statement<object, R> {
  return { name: "", text, values: () => [...values] };
}

/** Waits for statements that were sent together, and returns their results by the same names. */
export async function together<T extends Readonly<Record<string, unknown>>>(
  sent: T,
): Promise<{ readonly [Name in keyof T]: Awaited<T[Name]> }> {
  const named = Object.entries(sent).map(async ([name, one]) => [name, await one] as const);
  return Object.fromEntries(await Promise.all(named)) as { [Name in keyof T]: Awaited<T[Name]> };
}

/** Returns `Run` of a transaction of Prisma. */
export function within(tx: { $queryRawUnsafe<T>(query: string, ...values: unknown[]): Promise<T> }): Run {
  return (one, params) => tx.$queryRawUnsafe(one.text, ...one.values(params));
}
