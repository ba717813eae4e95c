import "server-only";
import type { Reader } from "../reading/fence";

/**
 * Returns the facts that decide what a person may read of the log, as one text: role, duties, organisation. A
 * background export keeps the text of its request. If the text changes, the export is neither made nor downloaded.
 */
export function readerStanding({ role, duties, organisationId }: Reader): string {
  return [role, ...[...duties].sort(), organisationId].join(" ");
}
