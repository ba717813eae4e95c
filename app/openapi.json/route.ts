import { openApiDocument } from "@/lib/api-client/openapi";
import { OPERATIONS } from "@/lib/api-client/registry";
import { servePublic } from "@/lib/http/serve-public";
import packageJson from "@/package.json";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = servePublic(
  async () => Response.json(openApiDocument(OPERATIONS, packageJson.version)),
  { isProbe: false },
);
