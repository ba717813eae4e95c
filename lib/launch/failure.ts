import "server-only";
import { FormatError } from "@/lib/crypto/format-error";
import { DatabaseError, mapDatabaseError } from "@/lib/db/errors";
import { DomainError, OperatorError } from "@/lib/errors";

const NO_RIGHT = "42501";

/** Maps what the server itself refused; a system error may be of another server or of a file. */
function mapped(error: unknown): unknown {
  const isOfServer = typeof Reflect.get(Object(error), "severity") === "string";
  return isOfServer ? mapDatabaseError(error) : error;
}

/** Only the text about a missing right is repeated: it has names of objects, and no value. */
function explainRefusal(error: unknown, { message, sqlState }: DatabaseError): string {
  if (sqlState !== NO_RIGHT || !(error instanceof Error)) return `The database refused: ${message}.`;
  return `The database login lacks a right that this command needs: ${error.message}.`;
}

/** One line for the operator, or undefined when the failure is a fault in our program and needs its stack. */
export function explainFailure(error: unknown): string | undefined {
  if (error instanceof OperatorError) return error.message;
  if (error instanceof FormatError) return `The input has an invalid format: ${error.message}.`;
  const failure = mapped(error);
  if (failure instanceof DatabaseError) return explainRefusal(error, failure);
  if (failure instanceof DomainError && failure.code === "service.database-unavailable") {
    return "The database cannot be reached. Check DATABASE_ADMIN_URL (host, port, user, password) and that the server runs.";
  }
  if (failure instanceof DomainError) return failure.message;
  const code = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return "The disk is full. Free some space and start again.";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return "A file in the data folder cannot be written by this user. Change its owner, or set DATA_DIR to another folder.";
  }
  return undefined;
}
