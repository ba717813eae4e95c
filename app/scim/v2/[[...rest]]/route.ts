import { handlersOf } from "@/lib/http/endpoint/serve";
import { serveScim } from "@/lib/http/scim/serve-scim";

/** Every address below /scim/v2 (RFC 7644): lib/http/scim/scim-calls.ts has the calls. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handlersOf(serveScim);
