import "server-only";
import { OperatorError } from "@/lib/errors";

/** A failure to start that an operator can act on: its message is one line with the next step. */
export class StartError extends OperatorError {
  override readonly name = "StartError";
}

/** Turns an error of the file system into one line about `what`; an unknown error stays as it is. */
export function explainFileError(error: unknown, what: string): unknown {
  const code = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new StartError(`The disk is full: ${what} cannot be written. Free some space and start again.`);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new StartError(
      `${what} cannot be written by this user. Change its owner or mode, or set DATA_DIR to another folder.`,
    );
  }
  if (code === "ENOTDIR" || code === "EEXIST")
    return new StartError(`${what} is not a folder. Set DATA_DIR to a folder.`);
  return error;
}
