import { readReadiness } from "@/lib/http/read-readiness";
import { servePublic } from "@/lib/http/serve-public";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = servePublic(
  async () => {
    const readiness = await readReadiness();
    return Response.json(readiness, { status: readiness.ready ? 200 : 503 });
  },
  { isProbe: true },
);
