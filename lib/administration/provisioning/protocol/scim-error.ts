/**
 * The SCIM protocol without a database: errors, filters, patches, and how a person or a group is written (RFC 7643 and
 * RFC 7644). The folder above has the use cases; lib/http/scim serves them.
 */

/** Keywords of an error (RFC 7644 table 9), and `invalidSchema` for a schema that this server does not know. */
export type ScimType =
  | "invalidFilter"
  | "invalidPath"
  | "invalidSchema"
  | "invalidSyntax"
  | "invalidValue"
  | "mutability"
  | "noTarget"
  | "uniqueness";

export const ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

/** An expected failure of a SCIM call. The client and the organisation's page show `detail`. */
export class ScimError extends Error {
  override readonly name = "ScimError";

  constructor(
    readonly status: number,
    readonly scimType: ScimType | undefined,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** A fault in what the client sent. */
export function fault(scimType: ScimType, detail: string): ScimError {
  return new ScimError(400, scimType, detail);
}
