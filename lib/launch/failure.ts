import "server-only";
import { DomainError, OperatorError } from "@/lib/errors";

/** One line for the operator, or undefined when the failure is a fault in our program and needs its stack. */
export function explainFailure(error: unknown): string | undefined {
  if (error instanceof OperatorError) return error.message;
  if (error instanceof DomainError && error.code === "service.database-unavailable") {
    return "The database cannot be reached. Check DATABASE_ADMIN_URL (host, port, user, password) and that the server runs.";
  }
  const code = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return "The disk is full. Free some space and start again.";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return "A file in the data folder cannot be written by this user. Change its owner, or set DATA_DIR to another folder.";
  }
  return undefined;
}
