import { openApiText } from "@/lib/api-client/openapi-text";
import { servePublic } from "@/lib/http/serve-public";
import packageJson from "@/package.json";

let text: string | undefined;

/** The declarations do not change while the program runs: the document is made once. */
function documentText(): string {
  text ??= openApiText(packageJson.version);
  return text;
}

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = servePublic(
  async () => new Response(documentText(), { headers: { "content-type": "application/json" } }),
  { isProbe: false },
);
