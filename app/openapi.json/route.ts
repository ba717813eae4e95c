import { openApiText } from "@/lib/api-client/openapi/document";
import { documentResponse, type PublicDocument, publicDocument } from "@/lib/http/public/serve-document";
import { servePublic } from "@/lib/http/public/serve-public";
import packageJson from "@/package.json";

let made: PublicDocument | undefined;

/** Returns the OpenAPI document. It is made once, because the operations do not change while the program runs. */
function openApi(): PublicDocument {
  made ??= publicDocument(openApiText(packageJson.version), "application/json");
  return made;
}

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = servePublic(
  async (request) => documentResponse(openApi(), request),
  { isProbe: false },
);
