import "server-only";
import type { Reader } from "../reading/fence";

/**
 * What a person may read of the log, in one word: role, duties, organisation. A background export keeps that of its
 * making; it is neither made nor handed out once it is another.
 */
export function readerStanding({ role, duties, organisationId }: Reader): string {
  return [role, ...[...duties].sort(), organisationId].join(" ");
}
