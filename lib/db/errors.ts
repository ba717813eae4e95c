import "server-only";
import { DomainError, InvariantError, isMarked } from "@/lib/errors";

/** The facts of a database failure. Unlike Prisma's messages, no member ever has a value of a query. */
interface Facts {
  readonly name: string;
  readonly prismaCode: string | undefined;
  readonly sqlState: string | undefined;
  readonly systemCode: string | undefined;
  readonly kind: string | undefined;
  readonly constraint: string | undefined;
  readonly message: string;
}

const FAILED = Symbol.for("sealport.database-error");

/** A database failure without its own meaning for callers: its message holds names and codes only. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly prismaCode: string | undefined;
  readonly sqlState: string | undefined;
  readonly constraint: string | undefined;

  constructor(facts: Pick<Facts, "name" | "prismaCode" | "sqlState" | "constraint">) {
    super(
      ["database failure", facts.name, facts.prismaCode, facts.sqlState, facts.constraint]
        .filter((part) => part !== undefined)
        .join(" "),
    );
    this.prismaCode = facts.prismaCode;
    this.sqlState = facts.sqlState;
    this.constraint = facts.constraint;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isMarked(value, FAILED);
  }

  get [FAILED](): true {
    return true;
  }
}

const SQLSTATE = /^[0-9A-Z]{5}$/;
const PRISMA_CODE = /^P\d{4}$/;
const UNREACHABLE_SYSTEM =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ENOTFOUND|ETIMEDOUT|EACCES|EAI_AGAIN|EHOSTUNREACH)$/;
const UNREACHABLE_PRISMA = /^(P1001|P1002|P1008|P1017|P2024|P2028|P2037)$/;
/**
 * Connection failures, server shutting down or starting, resources exhausted (full disk included), and statements that
 * took or waited too long.
 */
const UNREACHABLE_SQLSTATE = /^(08...|57P0[123]|53...|58...|57014|55P03|25P03)$/;
const UNREACHABLE_KIND = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/;
/** Fixed messages of the pg library for failures that carry no code. */
const UNREACHABLE_MESSAGE =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Cannot use a pool after)/;

/** Walks an error and the causes that Prisma and its adapter nest, outermost first. */
function* chain(error: unknown): Generator<object> {
  let current: unknown = error;
  for (let depth = 0; depth < 6 && typeof current === "object" && current !== null; depth += 1) {
    yield current;
    const meta: unknown = Reflect.get(current, "meta");
    const inner =
      typeof meta === "object" && meta !== null ? Reflect.get(meta, "driverAdapterError") : undefined;
    current = inner ?? Reflect.get(current, "cause");
  }
}

function text(holder: object, member: string): string | undefined {
  const value: unknown = Reflect.get(holder, member);
  return typeof value === "string" ? value : undefined;
}

function constraintOf(holder: object): string | undefined {
  const own = Reflect.get(holder, "constraint");
  if (typeof own === "string") return own;
  return typeof own === "object" && own !== null ? text(own, "index") : undefined;
}

function codesOf(holder: object): string[] {
  const meta: unknown = Reflect.get(holder, "meta");
  const metaCode = typeof meta === "object" && meta !== null ? text(meta, "code") : undefined;
  return [text(holder, "code"), text(holder, "originalCode"), metaCode].filter((code) => code !== undefined);
}

/** Whether a system error is a connection's. One of a file or folder says nothing about the database. */
function isOfConnection(holder: object): boolean {
  const syscall = text(holder, "syscall");
  return syscall === undefined || /^(connect|getaddrinfo|read|write)$/.test(syscall);
}

function factsOf(error: unknown): Facts {
  let prismaCode: string | undefined;
  let sqlState: string | undefined;
  let systemCode: string | undefined;
  let kind: string | undefined;
  let constraint: string | undefined;
  for (const holder of chain(error)) {
    for (const code of codesOf(holder)) {
      if (PRISMA_CODE.test(code)) prismaCode ??= code;
      else if (UNREACHABLE_SYSTEM.test(code) && isOfConnection(holder)) systemCode ??= code;
      else if (SQLSTATE.test(code)) sqlState ??= code;
    }
    kind ??= text(holder, "kind");
    constraint ??= constraintOf(holder);
  }
  const name = error instanceof Error ? error.name : "unknown";
  return {
    name,
    prismaCode,
    sqlState,
    systemCode,
    kind,
    constraint,
    message: error instanceof Error ? error.message : "",
  };
}

function isUnreachable(facts: Facts): boolean {
  if (facts.systemCode !== undefined) return true;
  if (facts.prismaCode !== undefined && UNREACHABLE_PRISMA.test(facts.prismaCode)) return true;
  if (facts.sqlState !== undefined && UNREACHABLE_SQLSTATE.test(facts.sqlState)) return true;
  if (facts.kind !== undefined && UNREACHABLE_KIND.test(facts.kind)) return true;
  return UNREACHABLE_MESSAGE.test(facts.message);
}

function isDatabaseFailure(facts: Facts): boolean {
  return (
    facts.prismaCode !== undefined ||
    facts.sqlState !== undefined ||
    facts.name.startsWith("PrismaClient") ||
    facts.name === "DriverAdapterError"
  );
}

/** What was to be opened stays closed, and the attempt is recorded. */
function sealed(): DomainError {
  const error = new DomainError("service.sealed");
  error.about = { outcome: "denied" };
  return error;
}

/**
 * Turns an error of Prisma, its adapter or pg into one of ours; returns any other error unchanged. The original is
 * dropped on purpose: its message may have argument values, and causes are logged.
 */
export function mapDatabaseError(error: unknown): unknown {
  if (error instanceof DomainError || error instanceof InvariantError || error instanceof DatabaseError)
    return error;
  const facts = factsOf(error);
  const state = facts.sqlState;
  if (state === "SP001") return new InvariantError("a change without its audit entry was refused");
  if (state === "SP005") return sealed();
  if (state === "SP002") return new DomainError("request.illegal-transition");
  if (state === "40001" || state === "40P01" || facts.kind === "TransactionWriteConflict") {
    return new DomainError("request.conflict");
  }
  const isOurs = isDatabaseFailure(facts);
  if (isUnreachable(facts)) {
    return new DomainError("service.database-unavailable", {
      cause: new DatabaseError(facts),
      retryAfterSeconds: 2,
    });
  }
  return isOurs ? new DatabaseError(facts) : error;
}

/** Whether this failure, mapped or not, is a unique violation, optionally of one named constraint. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const mapped = mapDatabaseError(error);
  if (!(mapped instanceof DatabaseError)) return false;
  const isUnique = mapped.sqlState === "23505" || mapped.prismaCode === "P2002";
  return isUnique && (constraint === undefined || mapped.constraint === constraint);
}
