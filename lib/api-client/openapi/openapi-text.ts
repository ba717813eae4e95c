import { openApiDocument } from "@/lib/api-client/openapi/document";
import { OPERATIONS } from "@/lib/api-client/registry";

/** The document of the whole API as a file: the same bytes for the same declarations. */
export function openApiText(version: string): string {
  return `${JSON.stringify(openApiDocument(OPERATIONS, version), undefined, 1)}\n`;
}
